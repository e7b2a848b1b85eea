"""Streaks: consecutive weeks, Monday to Sunday, with a check-in or a pulse."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Streaks:
    """In weeks. `current` goes on through this week if last week counted, also before this week counts."""

    current: int
    longest: int


def monday_of(day: date) -> date:
    """The Monday on which the week of `day` begins."""
    return day - timedelta(days=day.weekday())


def streaks(mondays: Collection[date], today: date) -> Streaks:
    """The streaks of a person whose weeks that count begin on `mondays`, in any order.

    A week that isn't over can't break a streak. A Monday after `today` counts too: the person checked in, then
    moved to a time zone where the day is earlier.
    """
    current = longest = run = 0
    previous: date | None = None
    for monday in sorted(set(mondays)):
        run = run + 1 if previous is not None and monday - previous == _WEEK else 1
        longest = max(longest, run)
        previous = monday
    if previous is not None and previous >= monday_of(today) - _WEEK:
        current = run
    return Streaks(current, longest)
