"""Migrations and restores may take longer than a request."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from fincred.db.limits import PATIENCE, SERVING, lift_time_limits
from fincred.db.postgresql.pipeline import Connection
from fincred.tests.live import ROOT

pytestmark = [
    pytest.mark.integration,
    pytest.mark.platform,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]


CALL = "lift_time_limits_of_command('{}')"
SHOW = (
    "from django.db import connection; cursor = connection.cursor();"
    "print(*[cursor.execute(f'SHOW {name}_timeout').fetchone()[0] for name in ('statement', 'lock')]);"
    "print(connection.connection.deadline)"
)
# What the role would bring.
ROLE = "-c statement_timeout=7s -c lock_timeout=4s"


def shown(limit: str) -> Any:
    with connection.cursor() as cursor:
        return cursor.execute(f"SHOW {limit}").fetchone()[0]


@pytest.fixture
def link() -> Iterator[Any]:
    """Django's connection, whose deadline the other tests keep."""
    connection.ensure_connection()
    link: Any = connection.connection
    before = link.deadline
    yield link
    link.deadline = before


class TestCommands:
    """Asked of a process of their own: the limits of this one stay."""

    def test_of_operators_have_no_limit_but_that_of_waiting_for_locks(self) -> None:
        assert self._limits("manage.py", "shell", "-v0", "-c", SHOW) == ["0", "4s", "None"]

    @pytest.mark.parametrize("name", sorted(SERVING))
    def test_that_serve_have_the_limits_of_requests(self, name: str) -> None:
        started = (
            f"import django; django.setup(); from fincred.db import limits; limits.{CALL.format(name)}; {SHOW}"
        )
        assert self._limits("-c", started) == ["10s", "4s", "12.0"]

    def test_keep_them_behind_a_pooler_whose_connections_requests_share(self) -> None:
        shown = self._limits(
            "manage.py", "shell", "-v0", "-c", SHOW, DATABASE_POOLER="transaction", PGOPTIONS=ROLE
        )
        assert shown == ["7s", "4s", "12.0"]

    @staticmethod
    def _limits(*command: str, **variables: str) -> list[str]:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "fincred.settings", "DATABASE_URL": url} | variables
        return subprocess.check_output([sys.executable, *command], cwd=ROOT, env=environment, text=True).split()


class TestUnattendedCommands:
    @pytest.mark.parametrize("command", ["backup {}", "check_integrity", "plan_all", "plan_notifications"])
    def test_do_not_wait_for_ever_for_a_server_that_hangs(
        self, command: str, link: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link.deadline = None
        waited: list[float | None] = []
        monkeypatch.setattr(Connection, "wait", _noting(Connection.wait, waited))
        call_command(*command.format(tmp_path / "whole.gz").split())
        assert set(waited) == {PATIENCE}
        assert link.deadline is None


def _noting(wait: Any, waited: list[float | None]) -> Any:
    def noted(link: Any, *args: Any) -> Any:
        waited.append(link.deadline)
        return wait(link, *args)

    return noted


class TestLiftedLimits:
    def test_let_a_statement_take_as_long_as_it_needs(self, link: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
            link.deadline = 0.05
            lift_time_limits(connection)
            assert cursor.execute("SELECT 1 FROM pg_sleep(0.15)").fetchone() == (1,)

    def test_hold_again_in_the_next_transaction(self, link: Any) -> None:
        before = shown("statement_timeout")
        with transaction.atomic():
            lift_time_limits(connection)
            assert shown("statement_timeout") == "0"
        assert shown("statement_timeout") == before == "10s"
