from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.audit import broken_chains, digest_of, looks_in_lists, record, record_listed
from accounts.models import AuditEntry, ListedPerson, User
from fincred.context import Caller, Role, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOME = Caller(role=Role.PERSON, request_id="r-1", address="203.0.113.9")


@pytest.fixture(autouse=True)
def at_home() -> None:
    set_caller(HOME)


def entry_of(person: User, action: str = "goal.created") -> AuditEntry:
    return record(
        person=person, action=action, subject=person, now=NOON, after={"target_amount": Decimal("12.50")}
    )


class TestRecord:
    def test_says_who_what_when_and_from_where_without_the_address(self, saver: User) -> None:
        entry_of(saver)
        entry = AuditEntry.objects.get()
        assert (entry.person_id, entry.actor_id, entry.role) == (saver.pk, saver.pk, "person")
        assert (entry.action, entry.object_type, entry.object_id) == ("goal.created", "user", str(saver.pk))
        assert entry.after == {"target_amount": "12.50"}
        assert (entry.at, entry.request_id) == (NOON, "r-1")
        assert len(entry.address_hash) == 64

    def test_an_address_is_recognised_in_one_chain_and_linked_to_none_other(
        self, saver: User, stranger: User
    ) -> None:
        mine, again, theirs = entry_of(saver), entry_of(saver), entry_of(stranger)
        assert mine.address_hash == again.address_hash != theirs.address_hash

    def test_a_support_agent_is_told_apart_from_the_person(self, saver: User) -> None:
        agent = uuid4()
        set_caller(HOME._replace(role=Role.STAFF, actor_id=agent))
        assert (entry_of(saver).actor_id, entry_of(saver).role) == (agent, "support")

    def test_a_command_is_nobody(self, saver: User) -> None:
        set_caller(Caller())
        entry = entry_of(saver)
        assert (entry.actor_id, entry.role, entry.address_hash) == (None, "system", "")


class TestChain:
    def test_is_whole_when_nobody_touched_it(self, saver: User, stranger: User) -> None:
        for person in (saver, stranger, saver, saver, stranger):
            entry_of(person)
        assert list(broken_chains()) == []
        assert [entry.sequence for entry in AuditEntry.objects.filter(person_id=saver.pk).order_by("pk")] == [
            1,
            2,
            3,
        ]

    @pytest.mark.parametrize(
        "statement", ["UPDATE accounts_auditentry SET reason = 'x'", "DELETE FROM accounts_auditentry"]
    )
    def test_the_database_refuses_to_change_or_remove_an_entry(self, saver: User, statement: str) -> None:
        entry_of(saver)
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert list(broken_chains()) == []
        assert AuditEntry.objects.count() == 1

    def test_an_altered_entry_is_found(self, saver: User) -> None:
        person = uuid4()
        genuine = copy_of(entry_of(saver), person_id=person)
        genuine.hash = digest_of(genuine)
        genuine.reason = "something else"
        genuine.save()
        assert list(broken_chains()) == [(person, 1)]

    def test_a_missing_entry_is_found(self, saver: User) -> None:
        entry_of(saver)
        person = uuid4()
        second = copy_of(entry_of(saver), person_id=person)
        second.hash = digest_of(second)
        second.save()
        assert list(broken_chains()) == [(person, 2)]


def copy_of(entry: AuditEntry, *, person_id: UUID) -> AuditEntry:
    """What the entry says, said of another person, not stored."""
    values = {field.attname: getattr(entry, field.attname) for field in AuditEntry._meta.concrete_fields}
    return AuditEntry(**{**values, "id": None, "person_id": person_id})


class TestLooksInLists:
    def test_are_in_the_trail_of_each_person_without_their_lock(self, saver: User, stranger: User) -> None:
        looks = [entry_of(stranger, "user.listed") for _ in range(3)]
        for look in looks:
            record_listed(look, {saver.pk, stranger.pk})
        entries = list(AuditEntry.objects.order_by("-pk").values_list("pk", flat=True))
        assert looks_in_lists(saver.pk, most=9) == entries
        assert looks_in_lists(saver.pk, most=2) == entries[:2]

    def test_of_nobody_are_none(self, saver: User) -> None:
        record_listed(entry_of(saver), set())
        assert not ListedPerson.objects.exists()

    def test_are_changed_by_nobody(self, saver: User, stranger: User) -> None:
        record_listed(entry_of(saver), {saver.pk})
        for change in (
            "UPDATE accounts_listedperson SET entry_id = entry_id",
            "DELETE FROM accounts_listedperson",
        ):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)
        assert ListedPerson.objects.count() == 1
