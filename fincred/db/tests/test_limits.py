"""Migrations and restores may take longer than a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from fincred.db.limits import lift_time_limits

pytestmark = [
    pytest.mark.integration,
    pytest.mark.platform,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]


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
