"""Reserves: goals that stay when they are full, and are filled again when they were drained."""

from __future__ import annotations

from datetime import date
from typing import Final

from fincred.month_steps import months_after

REFILL_MONTHS: Final = 12
"""The months after which a drained reserve is to be full again."""


def planned_for(target_date: date, drained_on: date | None, today: date) -> date:
    """The day after `today` by which a reserve is to be full.

    It is the reserve's date or, if that is later, 12 months after the day on which it was drained. Once that day
    has come, it is 12 months later, and so on: a reserve is never late.
    """
    due = max(target_date, months_after(drained_on, REFILL_MONTHS)) if drained_on else target_date
    passed = max(0, today.year - due.year)
    return next(
        day
        for years in range(passed, passed + 2)
        if (day := months_after(due, REFILL_MONTHS * years)) > today or day == date.max
    )


def last_due(target_date: date, drained_on: date | None, today: date) -> date | None:
    """The latest of these days that has come, `today` included; None if none has."""
    due = max(target_date, months_after(drained_on, REFILL_MONTHS)) if drained_on else target_date
    if due > today:
        return None
    years = today.year - due.year
    day = months_after(due, REFILL_MONTHS * years)
    return day if day <= today else months_after(due, REFILL_MONTHS * (years - 1))
