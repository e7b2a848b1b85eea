"""Who is behind the work that is being done, and what is left of their quotas: what edge and services share."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class Role(StrEnum):
    """`system` is a command or nobody in particular."""

    PERSON = "person"
    SUPPORT = "support"
    SYSTEM = "system"


class Caller(NamedTuple):
    """`actor_id` is None until somebody has proved who they are; `address` is never logged or stored as it is.

    `reason` is why staff do what they do: one of a few words, never a sentence.
    """

    role: Role = Role.SYSTEM
    actor_id: UUID | None = None
    request_id: str = ""
    address: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of `most` in a window of so many seconds, and in how many it starts again."""

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
    """Forget whoever was before."""
    _caller.set(caller)
    _quotas.set(())


def update_caller(**known: Any) -> None:
    """Add what has been found out about the present caller."""
    _caller.set(_caller.get()._replace(**known))


def quotas() -> tuple[Quota, ...]:
    """Those that the present caller's requests have been counted against."""
    return _quotas.get()


def note_quota(quota: Quota) -> None:
    _quotas.set((*_quotas.get(), quota))
