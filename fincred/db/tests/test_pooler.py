"""Behind a transaction pooler each transaction may go to another process of the server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from fincred.db.postgresql.base import DatabaseWrapper
from fincred.db.postgresql.pipeline import TIMEOUTS, Connection
from fincred.db.tests.links import address, one
from fincred.db.tests.pgbouncer import ThrowawayPgBouncer
from fincred.db.tests.postgresql import ThrowawayServer
from fincred.tests.live import ROOT, LiveServer, manage, migrated_server
from tracking.demo import DEMO_PASSWORD
from tracking.invented_people import DOMAIN

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql]

PEOPLE = 6
ROUNDS = 8


class TestName:
    NAME = "SELECT name FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 7'"

    def named(self, link: Connection, parameter: int) -> set[str]:
        one(link, "SELECT %s::int + 7", parameter)
        return {name for (name,) in link.execute(self.NAME)}

    def test_stands_for_the_same_statement_on_each_connection(self, link: Connection) -> None:
        [name] = self.named(link, 1)
        with Connection.connect(**address(), autocommit=True) as other:
            one(other, "SELECT 'something else before it'")
            assert self.named(other, 1) == {name}

    def test_is_another_one_for_parameters_of_other_types(self, link: Connection) -> None:
        assert len(self.named(link, 1)) == 1
        assert len(self.named(link, 2**20)) == 2

    def test_is_not_used_twice_after_a_failure(self, link: Connection) -> None:
        # PgBouncer (since 1.21) closes the connection of a client that prepares a name again.
        with tempfile.TemporaryFile("w+") as trace:
            link.pgconn.trace(trace.fileno())
            for _ in range(2):
                with pytest.raises(psycopg.errors.DivisionByZero):
                    link.run([("SELECT 1 / %s", [0]), ("SELECT %s::int + 7", [1])])
            link.pgconn.untrace()
            trace.seek(0)
            sent = re.findall(r'Parse\s+"(\w+)"', trace.read())
        assert len(sent) == len(set(sent)) == 3


class TestWithoutNames:
    def test_nothing_is_prepared(self, link: Connection) -> None:
        link.prepares = False
        assert [one(link, "SELECT %s::int", number) for number in (1, 2)] == [1, 2]
        assert one(link, "SELECT count(*) FROM pg_prepared_statements") == 0


class TestSetting:
    TOLD = """if True:
        import json
        from django.conf import settings
        database = settings.DATABASES["default"]
        print(json.dumps(["options" in database["OPTIONS"], database["DISABLE_SERVER_SIDE_CURSORS"]]))
    """

    @pytest.mark.parametrize(("pooler", "told"), [("", [True, False]), ("transaction", [False, True])])
    def test_drops_startup_options_and_cursors_that_outlive_a_transaction(
        self, pooler: str, told: list[bool]
    ) -> None:
        variables = {"DATABASE_URL": "postgres://u:p@db.invalid/fincred", "DATABASE_POOLER": pooler}
        ran = subprocess.check_output([sys.executable, "-c", self.TOLD], cwd=ROOT, env=environment(variables))
        assert json.loads(ran) == told


def environment(variables: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "fincred.settings"} | variables


@pytest.fixture
def without_timeout(db: None) -> Iterator[DatabaseWrapper]:
    """The database under test, whose connections have no statement_timeout."""
    settings = deepcopy(connection.settings_dict)
    settings["OPTIONS"]["options"] = "-c statement_timeout=0"
    wrapper = DatabaseWrapper(settings, "without_timeout")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


class TestMissingTimeout:
    def test_is_refused_and_says_what_to_do(self, without_timeout: DatabaseWrapper) -> None:
        with pytest.raises(ImproperlyConfigured) as refused:
            without_timeout.ensure_connection()
        for name in TIMEOUTS:
            assert f"SET {name} = " in str(refused.value)

    def test_is_refused_each_time_and_keeps_no_connection(self, without_timeout: DatabaseWrapper) -> None:
        for _ in range(2 * without_timeout.pool.max_size):
            with pytest.raises(ImproperlyConfigured):
                without_timeout.ensure_connection()

    def test_is_found_by_the_system_check(self, without_timeout: DatabaseWrapper) -> None:
        [found] = without_timeout.validation.check()
        assert (found.id, found.is_serious()) == ("fincred.E001", True)
        assert connection.validation.check() == []

    def test_stops_the_start_behind_a_pooler(self, db: None) -> None:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{address()['dbname']}").geturl()
        variables = {"DATABASE_URL": url, "DATABASE_POOLER": "transaction", "PGOPTIONS": "-c statement_timeout=0"}
        started = subprocess.run(
            [sys.executable, "-c", "import fincred.wsgi"], cwd=ROOT, capture_output=True, text=True, check=False,
            env=environment(variables),
        )  # fmt: skip
        assert started.returncode != 0
        assert "SET statement_timeout = " in started.stderr

    def test_does_not_stop_the_start_where_no_database_answers(self) -> None:
        variables = {"DATABASE_URL": "postgres://u:p@127.0.0.1:1/fincred", "DATABASE_POOLER": "transaction"}
        started = subprocess.run(
            [sys.executable, "-c", "import fincred.wsgi"], cwd=ROOT, check=False, env=environment(variables)
        )
        assert started.returncode == 0


@pytest.fixture(scope="module")
def server(postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
    with migrated_server(postgresql_binaries) as server:
        with psycopg.connect(server.url, autocommit=True) as link:
            for name in TIMEOUTS:
                link.execute(f"ALTER ROLE postgres SET {name} = '10s'")
        manage(server.url, "seed_demo", "--users", str(PEOPLE))
        yield server


class Person:
    """A person who reads their own rows, and notes each wrong answer."""

    def __init__(self, site: LiveServer, number: int) -> None:
        self.site = site
        self.wrong: list[Any] = []
        credentials = {"email": f"{number:08}@{DOMAIN}", "password": DEMO_PASSWORD}
        signed_in = self.ask("POST", "/auth/login", credentials)
        assert not self.wrong, self.wrong
        self.token, self.id = signed_in["access_token"], signed_in["user"]["id"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        with closing(self.site.connect()) as link:
            link.request(method, f"/api/v0{path}", json.dumps(body) if body else None, headers)
            answer = link.getresponse()
            content = json.loads(answer.read())
        if answer.status not in (200, 201):
            self.wrong.append((method, path, answer.status, content))
        return content

    def live(self, together: Barrier) -> None:
        together.wait(timeout=30)
        goals = {goal["id"] for goal in self.ask("GET", "/goals")}
        for number in range(ROUNDS):
            for goal in goals:
                self.ask("POST", f"/goals/{goal}/check-ins", {"current_amount": 1 + number})
                found = (
                    {each["id"] for each in self.ask("GET", "/goals")},
                    self.ask("GET", f"/goals/{goal}")["id"],
                    self.ask("GET", "/users/me")["id"],
                )
                if found != (goals, goal, self.id):
                    self.wrong.append(found)


@pytest.mark.slow
@pytest.mark.pgbouncer
class TestPgBouncer:
    # Without the setting PgBouncer refuses the startup options unless it is told to ignore them. It is the wrong
    # way (more is sent twice), but no person may be shown another one's rows.
    @pytest.mark.parametrize(
        ("setting", "configuration"),
        [("transaction", ""), ("none", "ignore_startup_parameters = options")],
        ids=["with the setting", "without it"],
    )
    def test_serves_many_people_of_several_processes_over_few_connections(
        self, server: ThrowawayServer, tmp_path: Path, setting: str, configuration: str
    ) -> None:
        with (
            ThrowawayPgBouncer(server, connections=3, settings=configuration) as pooler,
            LiveServer(
                tmp_path, pooler.url, "--workers", "3", "--threads", "2",
                DATABASE_POOLER=setting, RATE_LIMIT_ENABLED="false", LOG_LEVEL="ERROR",
            ) as site,
        ):  # fmt: skip
            people = [Person(site, 1 + number) for number in range(PEOPLE)]
            together = Barrier(PEOPLE)
            with ThreadPoolExecutor(PEOPLE) as threads:
                list(threads.map(lambda person: person.live(together), people))
            assert site.get("/api/v0/health/ready").status == 200
        assert [person.wrong for person in people] == [[]] * PEOPLE
