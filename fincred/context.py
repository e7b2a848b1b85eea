"""Who is calling, and what is left of their quotas: shared by middleware and services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class Role(StrEnum):
    """In which role the caller acts: `system` is a command, a job, or a request of no known person.

    What a member of staff may do is another question, which their `StaffRole` answers.
    """

    PERSON = "person"
    STAFF = "support"  # stored before there were other roles; the audit trail's hashes cover the word
    SYSTEM = "system"


class Caller(NamedTuple):
    """`actor_id` is None until the caller has proved who they are.

    `address` and `user_agent` are never logged, and stored as HMACs only. `reason` is why a member of staff acts:
    one of a few codes, never free text.
    """

    role: Role = Role.SYSTEM
    actor_id: UUID | None = None
    request_id: str = ""
    address: str = ""
    reason: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of `most` in a window of `window` seconds, which starts again in `resets_in` seconds."""

    name: str
    most: int
    left: int
    window: int
    resets_in: int


_caller: ContextVar[Caller] = ContextVar("caller", default=Caller())  # noqa: B039  immutable
_quotas: ContextVar[tuple[Quota, ...]] = ContextVar("quotas", default=())


def caller() -> Caller:
    return _caller.get()


def set_caller(caller: Caller) -> None:
    """Start a request: a new caller, and no quotas counted yet."""
    _caller.set(caller)
    _quotas.set(())


def restore_caller(before: Caller) -> None:
    """Go back to what was known, to do the same request again; the quotas it was counted against stay."""
    _caller.set(before)


def update_caller(**known: Any) -> None:
    """Add facts about the current caller."""
    _caller.set(_caller.get()._replace(**known))


@contextmanager
def as_system() -> Iterator[None]:
    """What happens inside isn't recorded as the caller's action, although their request started it."""
    before = _caller.get()
    token = _caller.set(Caller(request_id=before.request_id))
    try:
        yield
    finally:
        _caller.reset(token)


def quotas() -> tuple[Quota, ...]:
    """The quotas that this request has been counted against."""
    return _quotas.get()


def note_quota(quota: Quota) -> None:
    _quotas.set((*_quotas.get(), quota))
