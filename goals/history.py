"""What a person's check-ins told of their goals.

Check-ins belong to an app above this one, which registers at start how they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple, Protocol
from uuid import UUID


class Told(NamedTuple):
    """A check-in: what was there by a `day`, and the moment `at` which it was told.

    It `ends_cycle` if it is what the end of a cycle left over: no person told that.
    """

    day: date
    at: datetime
    amount: Decimal
    ends_cycle: bool = False


class Step(NamedTuple):
    """What a check-in of a `day` told; `ends_cycle` if it is what the end of a cycle left over."""

    day: date
    amount: Decimal
    ends_cycle: bool


class Reader(Protocol):
    """How check-ins are read, in one round trip each."""

    def amounts_before(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        """By goal, the amount before `day`, of goals with a check-in on or after it."""

    def check_ins_with_interest(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        """By goal, all check-ins in the order of their days and moments.

        Of goals that pay off debts, and of those with an annual rate and a check-in on or after `day`.
        """

    def check_ins_of(self, goal_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        """The same of these goals; one statement for each."""

    def steps_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Step]]:
        """What check-ins on or after `day` told, in their order, by goal that is a reserve or has had cycles."""

    def lowest_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        """By goal, the least that a check-in on or after `day` told, of goals with one."""


class NoCheckIns:
    """The reader until an app has registered one."""

    def amounts_before(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        return {}

    def check_ins_with_interest(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        return {}

    def check_ins_of(self, goal_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        return {}

    def steps_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Step]]:
        return {}

    def lowest_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        return {}


_READERS: Final[list[Reader]] = [NoCheckIns()]


def register_reader(reader: Reader) -> None:
    """Have check-ins read in this way."""
    _READERS[:] = [reader]


def reader() -> Reader:
    """The registered way; without one there are no check-ins."""
    return _READERS[0]
