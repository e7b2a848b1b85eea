"""Events: how a higher app reacts to a change in a lower one, in the same transaction.

Imports point from tracking down to fincred. Where a change in a lower app must be followed by a higher one (a
goal changed: its plans follow), the lower app publishes an event from here, and the higher app has subscribed
to it in `AppConfig.ready()`. Handlers run synchronously, in the order of their subscription; an exception in
one rolls everything back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from accounts.audit import Chain
    from accounts.models import Profile, User
    from goals.models import Goal
    from tracking.models import Milestone


@dataclass(frozen=True, slots=True)
class GoalsChanged:
    """A goal was created, or what plans depend on has changed (`goals.services.PLANNED`).

    Or a reserve or a recurring goal, which go on at their target, reached it or fell below it.

    The publisher holds the lock of the person's row and has stored the goal and its own audit entry. Handlers
    append theirs to `chain`; they set a new pace in `goal` too.
    """

    goal: Goal
    chain: Chain
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class MilestonesReached:
    """A check-in took one goal past these milestones. The publisher holds the lock of the person's row."""

    milestones: Sequence[Milestone]
    now: datetime


@dataclass(frozen=True, slots=True)
class LessIsThere:
    """By a check-in, or because one was corrected or removed, a goal has less than before.

    What was counted as paid may be asked for again. The publisher holds the lock of the person's row, and has
    stored everything.
    """

    person: User
    now: datetime


@dataclass(frozen=True, slots=True)
class PersonVerified:
    """A person proved for the first time that the address is theirs. The publisher holds the lock of their row."""

    person: User
    now: datetime


@dataclass(frozen=True, slots=True)
class PersonDisabled:
    """A person may not enter any more. The publisher holds the lock of their row, and ends their sessions."""

    person: User
    now: datetime


@dataclass(frozen=True, slots=True)
class DatabaseRestored:
    """The database is in an earlier state: what was revoked since has to go, what was sent isn't sent again."""

    now: datetime


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A person's password was set and stored without the services, as Django's `changepassword` does."""

    person: User
    now: datetime


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """Some of a profile was stored again: the fields `changed`. The publisher holds the person's lock."""

    profile: Profile
    changed: frozenset[str]
    now: datetime


@dataclass(frozen=True, slots=True)
class DemoCreated:
    """The demo person has a history up to `now`; higher apps add theirs."""

    person: User
    now: datetime
    today: date


Event = TypeVar("Event")

_handlers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[Event], handler: Callable[[Event], None]) -> None:
    """Have `handler` called on each event of that type. Subscribing again changes nothing."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


@contextmanager
def subscribed(event_type: type[Event], handler: Callable[[Event], None]) -> Iterator[None]:
    """Subscribe `handler` for the duration of a `with` block. It is called after the others."""
    subscribe(event_type, handler)
    try:
        yield
    finally:
        _handlers[event_type].remove(handler)


def publish(event: object) -> None:
    """Call every handler of the event's type, now, in this transaction."""
    for handler in _handlers[type(event)]:
        handler(event)
