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


class Reader(Protocol):
    """How check-ins are read, in one round trip each."""

    def amounts_before(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        """By goal, the amount before `day` (0 without a check-in). Only goals with a check-in on or after it."""

    def check_ins_with_interest(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        """By goal, all its check-ins in the order of their days and moments.

        Only goals that pay off debts, and goals with an annual rate and a check-in on or after `day`.
        """

    def check_ins_of(self, goal_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        """By goal, all check-ins of these goals, in the same order; one statement for each goal."""

    def check_ins_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        """By goal, its check-ins on or after `day`, in this order. Only reserves, and goals with ended cycles."""

    def lowest_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        """By goal, the lowest amount of its check-ins on or after `day`. Only goals with such a check-in."""


class NoCheckIns:
    """The reader until an app has registered one."""

    def amounts_before(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        return {}

    def check_ins_with_interest(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        return {}

    def check_ins_of(self, goal_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        return {}

    def check_ins_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        return {}

    def lowest_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        return {}


_READERS: Final[list[Reader]] = [NoCheckIns()]


def register_reader(reader: Reader) -> None:
    """From now on, have check-ins read by this one."""
    _READERS[:] = [reader]


def reader() -> Reader:
    """The registered reader; `NoCheckIns` until there is one."""
    return _READERS[0]
