from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from psycopg.errors import (
    DeadlockDetected,
    DuplicatePreparedStatement,
    FeatureNotSupported,
    InvalidSqlStatementName,
    LockNotAvailable,
    SerializationFailure,
)
from rest_framework.test import APIClient

from accounts.models import User
from fincred.db import retries
from fincred.db.queries import Parameter, PreparedQuery
from fincred.db.retries import (
    ATTEMPTS,
    ComputeFirstError,
    TooManyChangesError,
    repeatable,
    retry_if_aborted,
    write_when_back,
)
from fincred.db.tests.links import address
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn, CheckInWeek

pytestmark = [pytest.mark.integration, pytest.mark.platform]

Connection = psycopg.Connection[Any]
NAMES = PreparedQuery(Goal.objects.filter(user=Parameter("owner")).values_list("name", flat=True))
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Work:
    """Fails with what PostgreSQL says, as Django passes it on, as often as told."""

    def __init__(self, cause: Exception | None, *, failures: int = 1) -> None:
        self.cause, self.failures, self.runs = cause, failures, 0

    def __call__(self) -> str:
        self.runs += 1
        if self.runs <= self.failures:
            raise OperationalError("as Django says it") from self.cause
        return "done"


class TestRetry:
    @pytest.mark.parametrize(
        "cause",
        [
            DeadlockDetected(), SerializationFailure(),
            FeatureNotSupported(), InvalidSqlStatementName(), DuplicatePreparedStatement(),
        ],
    )  # fmt: skip
    def test_does_the_work_again(self, cause: Exception) -> None:
        work = Work(cause)
        assert retry_if_aborted(work) == "done"
        assert work.runs == 2

    def test_does_it_a_third_time(self) -> None:
        work = Work(DeadlockDetected(), failures=2)
        assert retry_if_aborted(work) == "done"
        assert work.runs == 3

    def test_gives_up_the_third_time(self) -> None:
        work = Work(DeadlockDetected(), failures=3)
        with pytest.raises(OperationalError):
            retry_if_aborted(work)
        assert work.runs == 3

    @pytest.mark.parametrize("cause", [None, LockNotAvailable(), psycopg.OperationalError("connection lost")])
    def test_does_nothing_else_again(self, cause: Exception | None) -> None:
        work = Work(cause)
        with pytest.raises(OperationalError):
            retry_if_aborted(work)
        assert work.runs == 1

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_does_a_transaction_again_in_which_a_statement_became_stale(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        assert NAMES.bind(owner=saver.pk).all() == [goal.name]
        tried: list[int] = []

        def work() -> list[str]:
            tried.append(1)
            with transaction.atomic(), psycopg.connect(**address(), autocommit=True) as migration:
                CheckInWeek.objects.create(user=saver, monday=date(2026, 3, 9), check_ins=1)
                migration.execute(f"ALTER TABLE goals_goal ALTER name TYPE varchar({100 + len(tried)})")
                return NAMES.bind(owner=saver.pk).all()

        try:
            assert retry_if_aborted(work) == [goal.name]
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE goals_goal ALTER name TYPE varchar(100)")
        assert len(tried) == 2
        assert CheckInWeek.objects.count() == 1

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_does_nothing_again_once_a_commit_was_sent(self, saver: User) -> None:
        work = Work(DeadlockDetected())

        def commits_first() -> str:
            with transaction.atomic():
                saver.save()
            return work()

        with pytest.raises(OperationalError):
            retry_if_aborted(commits_first)
        assert work.runs == 1


@pytest.fixture
def other_side(saver: User) -> Iterator[Connection]:
    """A transaction from elsewhere, which PostgreSQL won't choose as the victim: it waits the shorter time."""
    with psycopg.connect(**address()) as other:
        other.execute("SET deadlock_timeout = '30s'")
        yield other


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestDeadlock:
    @pytest.mark.parametrize("asks", ["to rename", "to check in"])  # which writes as it commits
    def test_a_request_that_lost_a_deadlock_is_answered_as_if_there_had_been_none(  # noqa: PLR0917
        self,
        saver: User,
        as_saver: APIClient,
        other_side: Connection,
        caplog: pytest.LogCaptureFixture,
        settings: Any,
        asks: str,
    ) -> None:
        settings.RATE_LIMIT_ENABLED = True
        goal = GoalFactory.create(user=saver)
        with ThreadPoolExecutor(max_workers=1) as threads:
            # The request has the person and waits for the goal; the other side has that and asks for the person.
            other_side.execute("SELECT 1 FROM goals_goal WHERE id = %s FOR UPDATE", [goal.id])
            request = threads.submit(self._rename if asks == "to rename" else self._check_in, as_saver, goal)
            self._await_a_waiting_request(other_side)
            other_side.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [saver.id])
            other_side.commit()
            response = request.result(timeout=20)
        assert response.status_code == (200 if asks == "to rename" else 201), response.content
        goal.refresh_from_db()
        assert (goal.name == "Renamed") == (asks == "to rename")
        assert goal.check_in_count == CheckIn.objects.count() == (asks == "to check in")
        assert "Repeated: PostgreSQL aborted it" in caplog.messages
        assert response.headers["RateLimit-Policy"] == '"writes";q=60;w=60'
        assert response.headers["RateLimit"].startswith('"writes";r=59;')  # counted once

    @staticmethod
    def _rename(client: APIClient, goal: Goal) -> HttpResponse:
        try:
            response: HttpResponse = client.patch(f"/api/v0/goals/{goal.id}", {"name": "Renamed"})
            return response
        finally:
            connection.close()

    @staticmethod
    def _check_in(client: APIClient, goal: Goal) -> HttpResponse:
        try:
            response: HttpResponse = client.post(f"/api/v0/goals/{goal.id}/check-ins", {"current_amount": 5})
            return response
        finally:
            connection.close()

    @staticmethod
    def _await_a_waiting_request(other_side: Connection) -> None:
        for _ in range(200):
            if other_side.execute(WAITING).fetchone() == (1,):
                return
            other_side.execute("SELECT pg_stat_clear_snapshot()")
            time.sleep(0.02)
        pytest.fail("the request doesn't wait for the goal")


class TestRepeatable:
    @pytest.fixture
    def goal(self, saver: User) -> Goal:
        return GoalFactory.create(user=saver)

    def test_is_undone_computes_and_is_repeated(self, goal: Goal) -> None:
        names: list[str] = []

        @repeatable
        def rename(name: str) -> str:
            Goal.objects.update(name=name)
            if not names:
                raise ComputeFirstError(lambda: names.append(Goal.objects.get().name))
            return name

        assert rename("New") == "New"
        assert names == [goal.name]
        assert Goal.objects.get().name == "New"

    def test_gives_up_with_nothing_done(self, goal: Goal) -> None:
        computed: list[int] = []

        @repeatable
        def rename() -> None:
            Goal.objects.update(name="New")
            raise ComputeFirstError(lambda: computed.append(1))

        with pytest.raises(TooManyChangesError):
            rename()
        assert len(computed) == ATTEMPTS
        assert Goal.objects.get().name == goal.name


@pytest.mark.django_db(transaction=True)
class TestWriteWhenBack:
    @pytest.mark.parametrize(("is_stopping", "most"), [(True, 15), (False, 3600)])
    def test_gives_up_soon_in_a_process_that_stops_else_after_an_hour(
        self, monkeypatch: pytest.MonkeyPatch, is_stopping: bool, most: int
    ) -> None:
        monkeypatch.setattr(retries, "_PAUSE", 0)
        told: list[datetime] = []

        def clock() -> datetime:
            told.append(datetime(2026, 3, 10, tzinfo=UTC) + len(told) * timedelta(seconds=5))
            return told[-1]

        def write() -> None:
            raise OperationalError("away")

        with pytest.raises(OperationalError, match="away"):
            write_when_back(write, clock=clock, stop=lambda: is_stopping)
        assert told[-1] - told[0] == timedelta(seconds=most)

    def test_counts_a_stop_from_the_try_in_which_it_was_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A database that hangs keeps each try for so long."""
        monkeypatch.setattr(retries, "_PAUSE", 0)
        began = datetime(2026, 3, 10, tzinfo=UTC)
        seconds = [0]

        def write() -> None:
            seconds[0] += 12
            raise OperationalError("away")

        with pytest.raises(OperationalError, match="away"):
            write_when_back(
                write, clock=lambda: began + timedelta(seconds=seconds[0]), stop=lambda: seconds[0] > 100
            )
        assert seconds == [96 + 2 * 12]
