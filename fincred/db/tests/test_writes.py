from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from fincred.db.statements import Parameter
from fincred.db.writes import PreparedUpdate, Write, insert, insert_or_update, update, update_each, write_all
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import GoalType, Priority, Status
from tracking.models import CheckIn, CheckInWeek

pytestmark = [pytest.mark.integration, pytest.mark.platform]

MOMENT = datetime(2026, 3, 9, 12, 30, 15, 123456, tzinfo=UTC)
DAY = date(2026, 3, 9)


@pytest.fixture
def goal(saver: User) -> Goal:
    return GoalFactory.create(user=saver)


def check_in(goal: Goal, **other: Any) -> CheckIn:
    told = {"current_amount": Decimal("12.50"), "check_in_date": DAY, "reflection": "Fine: 100 %", **other}
    return CheckIn(user_id=goal.user_id, goal=goal, created_at=MOMENT, updated_at=MOMENT, **told)


def entry(person: User, sequence: int) -> AuditEntry:
    return AuditEntry(
        person_id=person.pk, sequence=sequence, at=MOMENT, role="person", action="a", object_type="user",
        object_id=str(person.pk), before=None, after={"amount": "12.50", "name": "\u00fc"}, hash="h",
    )  # fmt: skip


def as_stored(model: type[models.Model], **conditions: Any) -> dict[str, Any]:
    """The columns as the driver gives them, without what identifies the row."""
    table = model._meta.db_table
    name, value = next(iter(conditions.items()))
    with connection.cursor() as cursor:
        prepared = model._meta.get_field(name).get_db_prep_save(value, connection)  # type: ignore[union-attr]
        cursor.execute(f"SELECT * FROM {table} WHERE {name} = %s", [prepared])  # noqa: S608
        columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        row = dict(zip(columns, cursor.fetchone(), strict=True))
    return {name: value for name, value in row.items() if name not in ("id", *conditions)}


class TestInsert:
    def test_stores_what_save_would_store(self, goal: Goal) -> None:
        ours, djangos = check_in(goal), check_in(goal)
        write_all(insert(ours))
        djangos.save(force_insert=True)
        assert as_stored(CheckIn, id=ours.pk) == as_stored(CheckIn, id=djangos.pk)
        assert CheckIn.objects.get(pk=ours.pk) == ours

    def test_stores_documents_and_nothing_as_save_would(self, saver: User) -> None:
        write_all(insert(entry(saver, 1)))
        entry(saver, 2).save(force_insert=True)
        assert as_stored(AuditEntry, sequence=1) == as_stored(AuditEntry, sequence=2)

    def test_is_one_statement_each_time(self, goal: Goal) -> None:
        for text in ("First", None):
            with CaptureQueriesContext(connection) as queries:
                write_all(insert(check_in(goal, reflection=text)))
            assert len(queries) == 1

    def test_leaves_a_row_that_can_be_saved_again(self, goal: Goal) -> None:
        row = check_in(goal)
        write_all(insert(row))
        row.reflection = None
        row.save()
        assert CheckIn.objects.get().reflection is None

    def test_the_database_refuses_what_it_always_refuses(self, goal: Goal) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            write_all(insert(check_in(goal, current_amount=Decimal(-1))))
        assert not CheckIn.objects.exists()

    def test_a_refusal_spoils_the_transaction_as_it_does_with_save(self, goal: Goal) -> None:
        with transaction.atomic():
            with pytest.raises(IntegrityError):
                write_all(insert(check_in(goal, current_amount=Decimal(-1))))
            with pytest.raises(TransactionManagementError):
                Goal.objects.count()

    def test_stores_choices_and_amounts_as_save_would(self, saver: User) -> None:
        ours, djangos = (GoalFactory.build(user=saver, name="Same", created_at=MOMENT) for _ in range(2))
        for goal in (ours, djangos):
            goal.type, goal.priority, goal.status = GoalType.FIRE_STARTER, Priority.LOW, Status.PAUSED
            goal.target_amount, goal.pace = Decimal("999999999999.99"), {"amount": "0.10"}
        write_all(insert(ours))
        djangos.save(force_insert=True)
        assert as_stored(Goal, id=ours.pk) == as_stored(Goal, id=djangos.pk)

    def test_stores_several_rows_in_one_statement(self, goal: Goal) -> None:
        rows = [check_in(goal, reflection=text) for text in ("First", None, "Third")]
        with CaptureQueriesContext(connection) as queries:
            write_all(insert(*rows))
        assert len(queries) == 1
        assert {row.pk: row.reflection for row in CheckIn.objects.all()} == {
            row.pk: row.reflection for row in rows
        }
        assert not any(row._state.adding for row in rows)


class TestInsertOrUpdate:
    def test_stores_new_rows_whole_and_of_others_the_named_fields(self, goal: Goal) -> None:
        stored, new = check_in(goal), check_in(goal)
        stored.save(force_insert=True)
        stored.current_amount, stored.reflection = Decimal(99), "Not stored"
        with CaptureQueriesContext(connection) as queries:
            write_all(insert_or_update([new, stored], "current_amount"))
        assert len(queries) == 1
        djangos = check_in(goal)
        djangos.save(force_insert=True)
        assert as_stored(CheckIn, id=new.pk) == as_stored(CheckIn, id=djangos.pk)
        stored.refresh_from_db()
        assert (stored.current_amount, stored.reflection) == (Decimal(99), "Fine: 100 %")


class TestUpdateEach:
    def test_stores_the_field_of_each_row_in_one_statement(self, saver: User) -> None:
        goals = [GoalFactory.create(user=saver, status=Status.PAUSED) for _ in range(3)]
        for goal, pace in zip(goals, [{"amount": "0.10"}, None, {"amount": "0.30"}], strict=True):
            goal.pace, goal.name = pace, "Not stored"
        with CaptureQueriesContext(connection) as queries:
            write_all(update_each(goals, "pace"))
        assert len(queries) == 1
        assert {each.pk: each.pace for each in Goal.objects.all()} == {goal.pk: goal.pace for goal in goals}
        assert not Goal.objects.filter(name="Not stored").exists()

    def test_can_store_nothing(self, goal: Goal) -> None:
        write_all(update(goal, "pace"), update_each([goal], "pace"))
        assert Goal.objects.get().pace is None

    @pytest.mark.parametrize("store", [update_each, insert_or_update])
    def test_what_is_derived_from_the_field_follows(self, goal: Goal, store: Callable[..., Write]) -> None:
        goal.name = "\u00c4rger"
        write_all(store([goal], "name"))
        stored = Goal.objects.get()
        assert (stored.name, stored.name_folded) == ("\u00c4rger", "\u00e4rger")

    def test_a_row_that_is_gone_is_an_error(self, saver: User) -> None:
        goals = [GoalFactory.create(user=saver, status=Status.PAUSED) for _ in range(2)]
        Goal.objects.filter(pk=goals[0].pk).delete()
        with pytest.raises(DatabaseError, match="must write 2 rows and wrote 1"), transaction.atomic():
            write_all(update_each(goals, "pace"))


class TestUpdate:
    def test_stores_what_save_would_store(self, saver: User) -> None:
        ours, djangos = (GoalFactory.create(user=saver, name="Same", created_at=MOMENT) for _ in range(2))
        fields = ("status", "priority", "target_amount", "last_check_in_date", "why_text", "updated_at")
        for goal in (ours, djangos):
            goal.status, goal.priority, goal.why_text = Status.CANCELLED, Priority.LOW, None
            goal.target_amount, goal.last_check_in_date, goal.updated_at = Decimal("0.01"), DAY, MOMENT
        write_all(update(ours, *fields))
        djangos.save(update_fields=fields)
        assert as_stored(Goal, id=ours.pk) == as_stored(Goal, id=djangos.pk)

    def test_stores_the_named_fields_alone(self, goal: Goal) -> None:
        goal.current_amount, goal.last_check_in_date, goal.name = Decimal("99.99"), DAY, "Not stored"
        goal.updated_at, goal.pace = MOMENT, {"start": "2026-03-09"}
        write_all(update(goal, "current_amount", "last_check_in_date", "updated_at", "pace"))
        stored = Goal.objects.get()
        assert (stored.current_amount, stored.last_check_in_date) == (Decimal("99.99"), DAY)
        assert (stored.updated_at, stored.pace) == (MOMENT, {"start": "2026-03-09"})
        assert stored.name != "Not stored"

    def test_can_store_nothing(self, goal: Goal) -> None:
        goal.last_check_in_date = None
        write_all(update(goal, "last_check_in_date"))
        assert Goal.objects.get().last_check_in_date is None

    def test_a_row_that_is_gone_is_an_error(self, goal: Goal) -> None:
        Goal.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            write_all(update(goal, "name"))


class TestWriteAll:
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_a_refusal_anywhere_undoes_all_of_it(self, goal: Goal, position: int) -> None:
        writes = [insert(check_in(goal)), insert(check_in(goal))]
        writes.insert(position, insert(check_in(goal, current_amount=Decimal(-1))))
        with pytest.raises(IntegrityError), transaction.atomic():
            write_all(*writes)
        assert not CheckIn.objects.exists()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_a_row_that_is_missing_anywhere_undoes_all_of_it(self, goal: Goal, position: int) -> None:
        writes = [insert(check_in(goal)), insert(check_in(goal))]
        writes.insert(position, update(GoalFactory.build(user=goal.user), "name"))
        with pytest.raises(DatabaseError, match="must write 1 rows and wrote 0"), transaction.atomic():
            write_all(*writes)
        assert not CheckIn.objects.exists()

    def test_a_failure_that_is_caught_still_undoes_the_transaction(self, goal: Goal) -> None:
        with transaction.atomic():
            with pytest.raises(DatabaseError):
                write_all(update(GoalFactory.build(user=goal.user), "name"))
            with pytest.raises(TransactionManagementError):
                Goal.objects.count()

    def test_rows_count_as_new_until_they_are_written(self, goal: Goal) -> None:
        row = check_in(goal)
        write = insert(row)
        assert row._state.adding
        write_all(write)
        assert not row._state.adding


class TestPreparedUpdate:
    ONE_MORE = PreparedUpdate(
        CheckInWeek.objects.filter(user=Parameter("person"), monday=Parameter("monday")),
        check_ins=F("check_ins") + 1,
    )

    def test_changes_what_matches(self, saver: User, stranger: User) -> None:
        for person in (saver, stranger):
            CheckInWeek.objects.create(user=person, monday=DAY, check_ins=1)
        write_all(self.ONE_MORE.bind(person=saver.pk, monday=DAY))
        write_all(self.ONE_MORE.bind(person=saver.pk, monday=DAY))
        assert CheckInWeek.objects.get(user=saver).check_ins == 3
        assert CheckInWeek.objects.get(user=stranger).check_ins == 1

    def test_needs_a_row_to_change(self, saver: User) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            write_all(self.ONE_MORE.bind(person=saver.pk, monday=DAY))
