"""Work that is due for a person is done before their request is handled; apps above register it at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, Literal

from accounts.models import User
from fincred import clock

Do = Callable[[User, datetime, date], object]
DueDay = Literal["cycle_ends_on", "replan_on"]
"""The field of a person that has the day on which it is due, where they live."""

_REGISTERED: Final[dict[DueDay, Do]] = {}


def register_upkeep(due_day: DueDay, do: Do) -> None:
    """Have `do` called, with the moment and the person's day, once the day in `due_day` has come.

    It replaces what was registered for it before.
    """
    _REGISTERED[due_day] = do


def keep_up(user: User, now: datetime) -> bool:
    """Do what is due; returns whether something was. Reads `profile`: select it with the person."""
    days = {due_day: day for due_day in _REGISTERED if (day := getattr(user, due_day)) is not None}
    if not days:
        return False
    today = clock.local_day(now, user.profile.timezone)
    due = [due_day for due_day, day in days.items() if day <= today]
    for due_day in due:
        _REGISTERED[due_day](user, now, today)
        setattr(user, due_day, None)  # as far as this request is concerned
    return bool(due)
