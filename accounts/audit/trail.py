"""The audit trail: written in the transaction of the change, under the lock of the person's row."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from accounts.models import AuditEntry, ListedPerson, User
from fincred.context import Role, caller
from fincred.db.fields import ExactJSONEncoder
from fincred.db.id_ranges import ALL, IdRange
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from fincred.db.writes import insert, write_all

_LAST_LINK = PreparedQuery(
    AuditEntry.objects.filter(person_id=Parameter("person"))
    .order_by("-sequence")
    .values_list("sequence", "hash")[:1]
)

_ENCODER = ExactJSONEncoder()
_CANONICAL = json.JSONEncoder(sort_keys=True)

# Number and hash of an entry.
Link = tuple[int, str]


def record(
    *,
    person: User,
    action: str,
    subject: models.Model,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the person's chain and store it; for the caller's duties see `Chain`."""
    entry = chain_of(person).entry(action=action, subject=subject, now=now, before=before, after=after)
    write_all(insert(entry))
    return entry


def record_listed(entry: AuditEntry, people: Collection[UUID]) -> None:
    """Store which people the list behind `entry` showed, for their own trails. Takes no locks of their rows."""
    if people:
        looked_at = AuditEntry.objects.get(person_id=entry.person_id, sequence=entry.sequence)
        ListedPerson.objects.bulk_create([ListedPerson(entry=looked_at, person_id=person) for person in people])


def looks_in_lists(person_id: UUID, *, most: int) -> list[int]:
    """The newest entries of staff whose lists showed the person, by their ids; at most `most`."""
    looks = ListedPerson.objects.filter(person_id=person_id).order_by("-entry_id")
    return list(looks.values_list("entry_id", flat=True)[:most])


def chain_of(person: User) -> Chain:
    """The person's chain as it is now."""
    return Chain(person, last_link(person.pk).all())


def last_link(person_id: UUID) -> BoundQuery[Link]:
    """The end of the person's chain, for services that read it together with the lock."""
    return _LAST_LINK.bind(person=person_id)


class Chain:
    """A person's chain, to which a service appends entries that it stores together with its other writes.

        person, links = lock_user_and_read(user.pk, audit.last_link(user.pk))
        chain = audit.Chain(person, links)
        write_all(update(goal, "status"), insert(chain.entry(action="goal.paused", subject=goal, now=now)))

    The service holds the lock of the person's row, has read `last_link` under it, and stores every entry.
    """

    def __init__(self, person: User, links: Sequence[Link]) -> None:
        self.person = person
        self._sequence, self._hash = links[0] if links else (0, "")

    def entry(
        self,
        *,
        action: str,
        subject: models.Model,
        now: datetime,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> AuditEntry:
        """The next entry of the chain, not stored yet.

        `before` and `after` hold allowlisted fields only: amounts, dates, states, never the person's own words.
        """
        who = caller()
        entry = AuditEntry(
            person_id=self.person.pk,
            sequence=self._sequence + 1,
            at=now,
            actor_id=who.actor_id or (self.person.pk if who.role == Role.PERSON else None),
            role=who.role,
            action=action,
            object_type=subject._meta.model_name or "",
            object_id=str(subject.pk),
            before=_plain(before),
            after=_plain(after),
            reason=who.reason,
            request_id=who.request_id,
            address_hash=_pseudonym(self.person, who.address),
            previous_hash=self._hash,
        )
        entry.hash = digest_of(entry)
        self._sequence, self._hash = entry.sequence, entry.hash
        return entry


def fields_of(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields as they are now, for `before` and `after`."""
    return {name: getattr(row, name) for name in names}


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over everything that the entry holds, the hash of the one before included."""
    content = [
        str(entry.person_id),
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor_id and str(entry.actor_id),
        str(entry.role),
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.before,
        entry.after,
        entry.reason,
        entry.request_id,
        entry.address_hash,
        entry.previous_hash,
    ]
    return hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()


def broken_chains(people: IdRange = ALL) -> Iterator[tuple[UUID, int]]:
    """Person and number of each entry that was altered, or whose predecessor is missing or altered."""
    person_id, sequence, previous_hash = None, 0, ""
    for entry in AuditEntry.objects.filter(people.of("person_id")).order_by("person_id", "sequence").iterator():
        if entry.person_id != person_id:
            person_id, sequence, previous_hash = entry.person_id, 0, ""
        sequence += 1
        linked = entry.sequence == sequence and entry.previous_hash == previous_hash
        if not linked or entry.hash != digest_of(entry):
            yield entry.person_id, entry.sequence
        sequence, previous_hash = entry.sequence, entry.hash


def _plain(values: Mapping[str, Any] | None) -> Any:
    """As the database gives it back, with amounts and dates as strings: the hash is computed from that."""
    return None if values is None else orjson.loads(orjson.dumps(values, default=_ENCODER.default))


def _pseudonym(person: User, address: str) -> str:
    if not address:
        return ""
    return hmac.digest(person.audit_key, address.encode(), "sha256").hex()
