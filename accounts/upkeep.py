"""Work that is due for a person is done before their request is handled; apps above register it at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from accounts.models import User
from fincred import clock

CyclesEnded = Callable[[User, datetime, date], object]

_REGISTERED: Final[list[CyclesEnded]] = []


def register_upkeep(end_cycles: CyclesEnded) -> None:
    """Call this, with the moment and the person's day, when a cycle of one of their goals has ended.

    It replaces what was registered before.
    """
    _REGISTERED[:] = [end_cycles]


def keep_up(user: User, now: datetime) -> bool:
    """Do what is due; whether something was."""
    if user.cycle_ends_on is None:
        return False
    today = clock.local_day(now, user.profile.timezone)
    if today < user.cycle_ends_on:
        return False
    for end_cycles in _REGISTERED:
        end_cycles(user, now, today)
    user.cycle_ends_on = None  # as far as this request is concerned
    return True
