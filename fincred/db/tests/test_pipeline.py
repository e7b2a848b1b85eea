"""PostgreSQL asked by libpq's pipeline: what is prepared, what is sent when, and what a failure leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.models import F
from django.db.transaction import TransactionManagementError

from accounts.models import User
from fincred.db.postgresql.pipeline import Connection
from fincred.db.queries import Parameter, PreparedQuery, fetch_all
from fincred.db.tests.links import address, one, run
from fincred.db.tests.round_trips import counted_trips
from fincred.db.writes import PreparedUpdate, insert, update, write_all
from goals.models import Goal
from goals.tests.factories import GoalFactory
from tracking.models import CheckInWeek

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql]

MONDAY = date(2026, 3, 9)
WEEKS = PreparedQuery(CheckInWeek.objects.filter(user=Parameter("person")).values_list("check_ins", flat=True))
ONE_MORE = PreparedUpdate(CheckInWeek.objects.filter(user=Parameter("person")), check_ins=F("check_ins") + 1)
NAMES = PreparedQuery(Goal.objects.filter(user=Parameter("owner")).order_by("name").values_list("name", flat=True))


def prepared(link: Connection) -> int:
    return int(one(link, "SELECT count(*) FROM pg_prepared_statements"))


class TestAsking:
    VALUES = (
        ("int", 7), ("bigint", 2**40), ("numeric", Decimal("12.50")), ("text", "\u00fc 100 %s"), ("bool", True),
        ("date", MONDAY), ("timestamptz", datetime(2026, 3, 9, 12, 30, 15, 123456, tzinfo=UTC)),
        ("uuid", UUID(int=7)), ("bytea", b"\x00\xff"), ("text", None),
    )  # fmt: skip

    @pytest.mark.parametrize(("kind", "value"), VALUES)
    def test_a_value_comes_back_as_it_went(self, link: Connection, kind: str, value: Any) -> None:
        for _ in range(3):
            assert one(link, f"SELECT %s::{kind}", value) == value

    def test_a_percent_sign_is_no_place_for_a_value(self, link: Connection) -> None:
        assert one(link, "SELECT %s || '%%' || %s || '%%s'", "a", "b") == "a%b%s"

    def test_answers_come_in_the_order_of_the_questions(self, link: Connection) -> None:
        numbers = "SELECT generate_series(1, %s)"
        answers = run(link, (numbers, [2]), ("SELECT 'x' WHERE %s", [False]), (numbers, [1]))
        assert [answer.rows for answer in answers] == [[(1,), (2,)], [], [(1,)]]

    def test_each_sees_what_was_done_before_it(self, link: Connection) -> None:
        run(link, ("CREATE TEMPORARY TABLE seen (n int)", ()))
        written, found = run(link, ("INSERT INTO seen VALUES (%s), (%s)", [1, 2]), ("SELECT n FROM seen", ()))
        assert (written.rowcount, written.rows) == (2, [])
        assert found.rows == [(1,), (2,)]

    def test_is_prepared_once_for_each_set_of_types(self, link: Connection) -> None:
        before = prepared(link)
        for number in (1, 2**33, 1, 2**33):
            assert one(link, "SELECT %s::bigint", number) == number
        assert prepared(link) - before == 2

    def test_nothing_is_of_the_type_of_what_was_there_before(self, link: Connection) -> None:
        before = prepared(link)
        for day in (MONDAY, None, MONDAY, None):
            assert one(link, "SELECT %s::date", day) == day
        assert prepared(link) - before == 1

    def test_each_set_of_types_has_its_own_columns(self, link: Connection) -> None:
        for number in (1, 2**33, 1):
            assert one(link, "SELECT %s + 4", number) == number + 4

    def test_much_can_go_both_ways_at_once(self, link: Connection) -> None:
        text = "x" * 3_000_000
        answers = run(link, *[("SELECT %s::text", [text])] * 4)
        assert [answer.rows for answer in answers] == [[(text,)]] * 4

    def test_other_threads_go_on_while_it_waits(self, link: Connection) -> None:
        outcome: list[Any] = []
        # If no other thread could unlock meanwhile, this would end it with an error.
        run(link, ("SET statement_timeout = '10s'", ()))
        with psycopg.connect(**address(), autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(7)")
            waiting = Thread(target=lambda: outcome.extend(run(link, ("SELECT pg_advisory_lock(7)::text", ()))))
            waiting.start()
            blocked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while other.execute(blocked).fetchone() == (0,):
                pass
            other.execute("SELECT pg_advisory_unlock(7)")
            waiting.join()
        assert [answer.rows for answer in outcome] == [[("",)]]


class TestFailing:
    def test_of_several_outside_of_a_transaction_none_is_done(self, link: Connection) -> None:
        run(link, ("CREATE TEMPORARY TABLE kept (n int)", ()))
        with pytest.raises(psycopg.errors.DivisionByZero):
            run(link, ("INSERT INTO kept VALUES (1)", ()), ("SELECT 1 / %s", [0]), ("SELECT 1", ()))
        assert one(link, "SELECT count(*) FROM kept") == 0

    def test_leaves_the_connection_as_good_as_before(self, link: Connection) -> None:
        for sql, values in [("SELECT 1 / %s", [0]), ("SELEC", ()), ("SELECT %s::text", ["\x00"])]:
            with pytest.raises(psycopg.Error):
                run(link, ("SELECT 1", ()), (sql, values))
            assert one(link, "SELECT 2") == 2

    def test_a_statement_that_fails_is_prepared_once(self, link: Connection) -> None:
        before = prepared(link)
        for _ in range(3):
            with pytest.raises(psycopg.errors.DivisionByZero):
                run(link, ("SELECT 1 / %s", [0]))
        assert prepared(link) - before == 1

    def test_a_connection_that_was_cut_is_closed(self, link: Connection) -> None:
        pid = one(link, "SELECT pg_backend_pid()")
        with psycopg.connect(**address(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(psycopg.OperationalError):
            run(link, ("SELECT 1", ()))
        assert link.closed
        with pytest.raises(psycopg.OperationalError):
            run(link, ("SELECT 1", ()))

    def test_a_statement_that_takes_too_long_is_ended(self, link: Connection) -> None:
        run(link, ("SET statement_timeout = '100ms'", ()))
        with pytest.raises(psycopg.errors.QueryCanceled):
            run(link, ("SELECT pg_sleep(20)::text", ()))
        assert one(link, "SELECT 1") == 1


@pytest.fixture
def week(saver: User) -> CheckInWeek:
    return CheckInWeek.objects.create(user=saver, monday=MONDAY, check_ins=1)


@pytest.mark.django_db(transaction=True)
class TestWriting:
    def test_is_seen_by_what_comes_after_it(self, saver: User, week: CheckInWeek) -> None:
        with transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk))
            write_all(ONE_MORE.bind(person=saver.pk))
            assert WEEKS.bind(person=saver.pk).all() == [3]
            assert CheckInWeek.objects.get().check_ins == 3

    def test_outside_of_a_transaction_is_one_of_its_own(self, saver: User, week: CheckInWeek) -> None:
        with pytest.raises(IntegrityError):
            write_all(ONE_MORE.bind(person=saver.pk), insert(CheckInWeek(user=saver, monday=MONDAY, check_ins=1)))
        assert CheckInWeek.objects.get().check_ins == 1
        write_all(ONE_MORE.bind(person=saver.pk))
        assert CheckInWeek.objects.get().check_ins == 2

    def test_of_several_rows_is_one_round_trip(self, saver: User, week: CheckInWeek) -> None:
        with counted_trips() as told, transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk), ONE_MORE.bind(person=saver.pk))
        assert told == [["UPDATE", "UPDATE"]]
        assert CheckInWeek.objects.get().check_ins == 3

    def test_on_a_closed_connection_is_refused(self, saver: User, week: CheckInWeek) -> None:
        with transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk))
            connection.close()
            with pytest.raises(ProgrammingError):
                write_all(ONE_MORE.bind(person=saver.pk))
        with transaction.atomic():
            assert CheckInWeek.objects.get().check_ins == 1

    def test_of_a_value_that_cannot_be_sent_spoils_the_transaction(self, saver: User, week: CheckInWeek) -> None:
        goal = GoalFactory.create(user=saver)
        with transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk))
            goal.name = "\ud800"
            with pytest.raises(UnicodeEncodeError):
                write_all(update(goal, "name"))
            with pytest.raises(TransactionManagementError):
                WEEKS.bind(person=saver.pk).all()
        assert WEEKS.bind(person=saver.pk).all() == [1]

    def test_when_interrupted_undoes_the_transaction(self, saver: User, week: CheckInWeek) -> None:
        with pytest.raises(KeyboardInterrupt), transaction.atomic():  # noqa: PT012  its last line raises
            write_all(ONE_MORE.bind(person=saver.pk))
            with patch.object(Connection, "wait", side_effect=KeyboardInterrupt):
                write_all(ONE_MORE.bind(person=saver.pk))
        with transaction.atomic():
            assert CheckInWeek.objects.get().check_ins == 1

    def test_what_is_refused_undoes_the_transaction(self, saver: User, week: CheckInWeek) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012  its last line raises
            write_all(ONE_MORE.bind(person=saver.pk))
            write_all(insert(CheckInWeek(user=saver, monday=MONDAY, check_ins=1)))
        assert CheckInWeek.objects.get().check_ins == 1

    def test_what_a_savepoint_refuses_leaves_the_rest(self, saver: User, week: CheckInWeek) -> None:
        with transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk))
            with pytest.raises(IntegrityError), transaction.atomic():
                write_all(insert(CheckInWeek(user=saver, monday=MONDAY, check_ins=1)))
            write_all(ONE_MORE.bind(person=saver.pk))
        assert CheckInWeek.objects.get().check_ins == 3

    def test_a_row_that_isnt_there_undoes_the_transaction(self, saver: User, stranger: User) -> None:
        with pytest.raises(DatabaseError, match="wrote 0"), transaction.atomic():  # noqa: PT012  its last line raises
            write_all(insert(CheckInWeek(user=saver, monday=MONDAY, check_ins=1)))
            write_all(ONE_MORE.bind(person=stranger.pk))
        assert not CheckInWeek.objects.exists()

    def test_two_rows_are_one_too_many(self, saver: User, week: CheckInWeek) -> None:
        CheckInWeek.objects.create(user=saver, monday=MONDAY + timedelta(7), check_ins=1)
        with pytest.raises(DatabaseError, match="wrote 2"), transaction.atomic():
            write_all(ONE_MORE.bind(person=saver.pk))
        assert WEEKS.bind(person=saver.pk).all() == [1, 1]

    def test_what_only_the_commit_refuses_is_undone_with_it(self, saver: User, week: CheckInWeek) -> None:
        # PostgreSQL checks a foreign key at COMMIT.
        with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012  its last line raises
            write_all(ONE_MORE.bind(person=saver.pk))
            write_all(insert(CheckInWeek(user_id=UUID(int=0), monday=MONDAY, check_ins=1)))
        with transaction.atomic():
            assert CheckInWeek.objects.get().check_ins == 1

    def test_a_lost_connection_loses_all_of_it(self, saver: User, week: CheckInWeek) -> None:
        with pytest.raises(OperationalError), transaction.atomic():  # noqa: PT012  its last line raises
            write_all(ONE_MORE.bind(person=saver.pk))
            pid = connection.connection.info.backend_pid
            with psycopg.connect(**address(), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            write_all(ONE_MORE.bind(person=saver.pk))
        assert CheckInWeek.objects.get().check_ins == 1


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_is_one_round_trip_and_begins_the_transaction_in_it(self, saver: User, week: CheckInWeek) -> None:
        goal = GoalFactory.create(user=saver)
        asked = (WEEKS.bind(person=saver.pk), NAMES.bind(owner=saver.pk))
        with counted_trips() as told, transaction.atomic():
            assert fetch_all(*asked) == [[1], [goal.name]]
            assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
        assert told == [["SELECT", "SELECT"]]

    def test_a_row_that_cannot_be_read_spoils_nothing(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        dates = PreparedQuery(Goal.objects.filter(user=Parameter("owner")).values_list("target_date", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE goals_goal SET target_date = 'infinity'")
        with transaction.atomic():
            with pytest.raises(DataError):
                fetch_all(NAMES.bind(owner=saver.pk), dates.bind(owner=saver.pk))
            assert NAMES.bind(owner=saver.pk).all() == [goal.name]
