"""What was there for a person's goals around a day.

Check-ins belong to an app above this one, which registers at start how they are read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

Around = dict[UUID, tuple[Decimal, Decimal]]
"""By goal, the amounts before a day and at its end; goals without a check-in on or after it can be left out."""
Reader = Callable[[UUID, date], Around]

_READERS: Final[list[Reader]] = []


def register_reader(reader: Reader) -> None:
    """Have the goals' amounts read in this way, given the owner's id and the day."""
    _READERS[:] = [reader]


def amounts_around(owner_id: UUID, day: date) -> Around:
    """The amounts of the owner's goals around `day`; nothing where no app has registered a reader."""
    return _READERS[0](owner_id, day) if _READERS else {}
