"""Prepared statements that no longer fit: a migration changed a column, or the server doesn't know the name."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event

import psycopg
import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import UserFactory
from conftest import client_of
from fincred.db.postgresql.pipeline import Connection
from fincred.db.tests.links import address, one, run
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql]

THREADS = 4
# 40 writes and 40 reads.
ROUNDS = 20 // THREADS


class TestStaleStatement:
    def test_is_repeated_outside_a_transaction(self, link: Connection) -> None:
        run(link, ("CREATE TEMPORARY TABLE changed AS SELECT 1 AS n", ()))
        assert one(link, "SELECT n FROM changed") == 1
        run(link, ("ALTER TABLE changed ALTER n TYPE text USING 'one'", ()))
        assert one(link, "SELECT n FROM changed") == "one"

    def test_is_repeated_with_all_that_was_sent_with_it(self, link: Connection) -> None:
        run(link, ("CREATE TEMPORARY TABLE changed AS SELECT 1 AS n", ()))
        statements = [("UPDATE changed SET n = n", ()), ("SELECT n FROM changed", ())]
        run(link, *statements)
        run(link, ("ALTER TABLE changed ALTER n TYPE bigint", ()))
        assert [result.rowcount for result in run(link, *statements)] == [1, 1]

    def test_is_repeated_where_it_began_the_transaction(self, link: Connection) -> None:
        run(link, ("CREATE TEMPORARY TABLE changed AS SELECT 1 AS n", ()))
        one(link, "SELECT n FROM changed")
        run(link, ("ALTER TABLE changed ALTER n TYPE bigint", ()))
        link.autocommit = False
        assert one(link, "SELECT n FROM changed") == 1
        assert link.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS

    def test_fails_where_something_was_done_before_it_and_the_next_transaction_works(
        self, link: Connection
    ) -> None:
        run(link, ("CREATE TEMPORARY TABLE changed AS SELECT 1 AS n", ()))
        one(link, "SELECT n FROM changed")
        run(link, ("ALTER TABLE changed ALTER n TYPE bigint", ()))
        link.autocommit = False
        run(link, ("CREATE TEMPORARY TABLE written ()", ()))
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            one(link, "SELECT n FROM changed")
        link.rollback()
        assert one(link, "SELECT n FROM changed") == 1

    def test_that_the_server_has_forgotten_is_repeated(self, link: Connection) -> None:
        assert one(link, "SELECT 1") == 1
        run(link, ("DEALLOCATE ALL", ()))
        assert one(link, "SELECT 1") == 1

    def test_whose_name_is_taken_is_repeated(self, link: Connection) -> None:
        one(link, "SELECT %s::int", 1)
        link._statements.clear()  # as when a pooler leads to a process on which another client has prepared it
        assert one(link, "SELECT %s::int", 2) == 2

    def test_that_really_asks_for_what_is_not_supported_fails(self, link: Connection) -> None:
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            run(link, ("SELECT count(*) FROM pg_class FOR UPDATE", ()))
        assert one(link, "SELECT 1") == 1

    def test_is_read_by_the_columns_types_of_today_where_nothing_is_prepared(self, link: Connection) -> None:
        link.prepares = False
        run(link, ("CREATE TEMPORARY TABLE changed AS SELECT 1 AS n", ()))
        assert one(link, "SELECT n FROM changed") == 1
        run(link, ("ALTER TABLE changed ALTER n TYPE numeric(5, 2)", ()))
        assert one(link, "SELECT n FROM changed") == Decimal("1.00")


# What a migration changes under running processes, and what it was before.
COLUMNS = (
    ("goals_goal", "name", "varchar(300)", "varchar(100)"),
    ("goals_goal", "current_amount", "numeric(18, 2)", "numeric(14, 2)"),
    ("tracking_checkin", "current_amount", "numeric(18, 2)", "numeric(14, 2)"),
    ("accounts_profile", "full_name", "varchar(300)", "varchar(200)"),
)


class Migration:
    """Widens columns and adds one, `forwards` and `backwards`."""

    def __init__(self) -> None:
        self.link = psycopg.connect(**address(), autocommit=True)

    def forwards(self) -> None:
        for table, column, wider, _ in COLUMNS:
            self.link.execute(f"ALTER TABLE {table} ALTER {column} TYPE {wider}")
        self.link.execute("ALTER TABLE goals_goal ADD COLUMN added integer")

    def backwards(self) -> None:
        for table, column, _, before in COLUMNS:
            self.link.execute(f"ALTER TABLE {table} ALTER {column} TYPE {before}")
        self.link.execute("ALTER TABLE goals_goal DROP COLUMN added")

    def again_and_again(self, ended: Event) -> None:
        while not ended.is_set():
            self.forwards()
            self.backwards()
            ended.wait(0.02)


@pytest.fixture
def migration(transactional_db: None) -> Iterator[Migration]:
    migration = Migration()
    with migration.link:
        yield migration


class Client:
    """A person with a goal, asking in a thread and over a connection of their own."""

    def __init__(self, user: User) -> None:
        self.api, self.goal = client_of(user), GoalFactory.create(user=user)
        self.statuses: list[int] = []

    def ask(self) -> None:
        """Two writes and two reads."""
        number = 1 + len(self.statuses) // 4
        path = f"/api/v0/goals/{self.goal.id}"
        answers = (
            self.api.post(f"{path}/check-ins", {"current_amount": number}),
            self.api.get("/api/v0/goals"),
            self.api.patch(path, {"name": f"Renamed {number}"}),
            self.api.get(f"{path}/check-ins"),
        )
        self.statuses += [answer.status_code for answer in answers]


@pytest.fixture
def clients(transactional_db: None) -> list[Client]:
    return [Client(user) for user in UserFactory.create_batch(THREADS)]


class TestMigration:
    """Of running processes: each thread has prepared on its own connection what the migration changes."""

    def test_between_requests_fails_none_of_them(self, clients: list[Client], migration: Migration) -> None:
        with ThreadPoolExecutor(THREADS) as threads:
            self.ask(threads, clients, rounds=1)
            migration.forwards()
            try:
                self.ask(threads, clients, rounds=ROUNDS)
            finally:
                migration.backwards()
                self.hang_up(threads)
        self.assert_nothing_failed(clients, rounds=1 + ROUNDS)

    def test_during_requests_fails_none_of_them(self, clients: list[Client], migration: Migration) -> None:
        ended = Event()
        with ThreadPoolExecutor(THREADS) as threads, ThreadPoolExecutor(1) as another:
            migrating = another.submit(migration.again_and_again, ended)
            try:
                self.ask(threads, clients, rounds=ROUNDS)
            finally:
                ended.set()
                self.hang_up(threads)
            migrating.result()
        self.assert_nothing_failed(clients, rounds=ROUNDS)

    @staticmethod
    def ask(threads: ThreadPoolExecutor, clients: list[Client], *, rounds: int) -> None:
        """Each client in a thread of its own, so that all connections are used."""
        together = Barrier(THREADS)

        def ask(client: Client) -> None:
            together.wait(timeout=30)
            for _ in range(rounds):
                client.ask()

        list(threads.map(ask, clients))

    @staticmethod
    def hang_up(threads: ThreadPoolExecutor) -> None:
        together = Barrier(THREADS)

        def close() -> None:
            together.wait(timeout=30)
            connection.close()

        for closed in [threads.submit(close) for _ in range(THREADS)]:
            closed.result()

    @staticmethod
    def assert_nothing_failed(clients: list[Client], *, rounds: int) -> None:
        assert [client.statuses for client in clients] == [[201, 200, 200, 200] * rounds] * THREADS
        for client in clients:
            assert CheckIn.objects.filter(goal=client.goal).count() == rounds
            assert Goal.objects.get(pk=client.goal.pk).name == f"Renamed {rounds}"
