"""The audit trail: written in the transaction of the change, under the lock of the person's row."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from accounts.models import AuditEntry, User
from fincred.context import Role, caller
from fincred.db.fields import ExactJSONEncoder
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from fincred.db.writes import insert

_LAST = PreparedQuery(
    AuditEntry.objects.filter(person_id=Parameter("person")).order_by("-sequence").values_list("sequence", "hash")
)

_ENCODER = ExactJSONEncoder()
_CANONICAL = json.JSONEncoder(sort_keys=True)

# Number and hash of an entry.
Link = tuple[int, str]


def last_link(person_id: UUID) -> BoundQuery[Link]:
    """The end of the person's chain, for those who read it along with the lock."""
    return _LAST.bind(person=person_id).one


def record(
    *,
    person: User,
    action: str,
    subject: models.Model,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    chain: Sequence[Link] | None = None,
) -> AuditEntry:
    """Append an entry to the person's chain. The caller of this service holds the lock of the person's row.

    `chain` is the `last_link` where it is known: read under that lock, and nothing was recorded since.

    `before` and `after` hold allowlisted fields only: amounts, dates, states, never the person's own words.
    """
    who = caller()
    links = last_link(person.pk).all() if chain is None else chain
    sequence, previous_hash = links[0] if links else (0, "")
    entry = AuditEntry(
        person_id=person.pk,
        sequence=sequence + 1,
        at=now,
        actor_id=who.actor_id or (person.pk if who.role == Role.PERSON else None),
        role=who.role,
        action=action,
        object_type=subject._meta.model_name or "",
        object_id=str(subject.pk),
        before=_plain(before),
        after=_plain(after),
        reason=reason or who.reason,
        request_id=who.request_id,
        address_hash=_pseudonym(person, who.address),
        previous_hash=previous_hash,
    )
    entry.hash = digest_of(entry)
    insert(entry)
    return entry


def fields_of(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields as they are now, for `before` and `after`."""
    return {name: getattr(row, name) for name in names}


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over everything the entry says, the hash of the one before included."""
    said = [
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
    return hashlib.sha256(_CANONICAL.encode(said).encode()).hexdigest()


def broken_chains() -> Iterator[tuple[UUID, int]]:
    """Person and number of each entry that was altered, or whose predecessor is missing or altered."""
    person_id, sequence, previous_hash = None, 0, ""
    for entry in AuditEntry.objects.order_by("person_id", "sequence").iterator():
        if entry.person_id != person_id:
            person_id, sequence, previous_hash = entry.person_id, 0, ""
        sequence += 1
        linked = entry.sequence == sequence and entry.previous_hash == previous_hash
        if not linked or entry.hash != digest_of(entry):
            yield entry.person_id, entry.sequence
        sequence, previous_hash = entry.sequence, entry.hash


def _plain(values: Mapping[str, Any] | None) -> Any:
    """As it will be read back: amounts and dates are strings, so that the hash can be computed again."""
    return None if values is None else orjson.loads(orjson.dumps(values, default=_ENCODER.default))


def _pseudonym(person: User, address: str) -> str:
    if not address:
        return ""
    return hmac.digest(person.audit_key, address.encode(), "sha256").hex()
