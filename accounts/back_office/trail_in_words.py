"""Entries of the audit trail as people read them: who did what, to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.apps import apps
from django.db.models import Q, prefetch_related_objects

from accounts.back_office.changes_in_words import field_in_words, name_in_words, rows_in_words
from accounts.models import AuditEntry, User
from fincred.context import Role

ERASED = "an erased person"
IS_LOOK = (
    Q(action__endswith=".viewed")
    | Q(action__endswith=".listed")
    | Q(action__endswith=".found")
    | Q(action__endswith=".downloaded")
)
"""Entries that say what staff saw. All others say what was done."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry, with names. `person` is the one it is about; None if they are erased."""

    entry: AuditEntry
    who: str
    what: str
    person: User | None


def in_words(entries: Sequence[AuditEntry]) -> list[EntryView]:
    """The entries in their order; all names are read at once."""
    people = _people(pk for entry in entries for pk in (entry.actor_id, entry.person_id))
    named = {entry.actor_id for entry in entries if entry.actor_id in people and not _is_themselves(entry)}
    # Names only of those who act for others: these are staff, who are few. Of all others the address is enough.
    prefetch_related_objects([people[pk] for pk in named], "profile")
    return [EntryView(entry, _who(entry, people), _what(entry), people.get(entry.person_id)) for entry in entries]


def name_of_actor(entry: AuditEntry) -> str | None:
    """Who did it; None if no person is named."""
    actor = _people([entry.actor_id]).get(entry.actor_id)
    return actor.shown_name if actor else None


def _people(ids: Iterable[UUID | None]) -> dict[UUID | None, User]:
    people = User.objects.filter(pk__in={pk for pk in ids if pk})
    return {person.pk: person for person in people}


def _who(entry: AuditEntry, people: dict[UUID | None, User]) -> str:
    if entry.actor_id is None:
        return "FinCred"
    if _is_themselves(entry):
        return "themselves"
    actor = people.get(entry.actor_id)
    return actor.shown_name if actor else ERASED


def _is_themselves(entry: AuditEntry) -> bool:
    return entry.actor_id == entry.person_id and entry.role != Role.STAFF


def _action(action: str) -> str:
    """ "outgoingmail.listed" is "mail listed": models by the names that staff know."""
    kind, _, verb = action.rpartition(".")
    return name_in_words(f"{_kinds().get(kind, kind)} {verb}").strip()


@cache
def _kinds() -> dict[str, str]:
    return {model._meta.model_name or "": str(model._meta.verbose_name) for model in apps.get_models()}


def _what(entry: AuditEntry) -> str:
    """ "goal.cancelled" as words, with what changed."""
    words = _action(entry.action)
    after = entry.after if isinstance(entry.after, dict) else {}
    before = entry.before if isinstance(entry.before, dict) else {}
    if entry.action.endswith((".listed", ".downloaded")):
        return f"{words} ({rows_in_words(after.get('ids', []))})"
    changes = [_change(name, before[name], after.get(name)) for name in before if before[name] != after.get(name)]
    return f"{words}: {', '.join(changes)}" if changes else words


def _change(name: str, before: object, after: object) -> str:
    """Ids say nothing here; the entry's page has the rows that they are of."""
    if name.endswith("_id"):
        return f"another {name_in_words(name.removesuffix('_id'))}"
    return f"{name_in_words(name)} {field_in_words(name, before)} → {field_in_words(name, after)}"
