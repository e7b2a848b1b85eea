"""The cycles of a recurring goal: the same amount again and again, each by its own date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fincred.money import ZERO
from fincred.month_steps import months_after


def cycle_end(first: date, repeat_every_months: int, number: int) -> date:
    """The date of the cycle with this number; that of cycle 0 is `first`.

    In a month without such a day it is the last one; the dates after it are not moved by that.
    """
    return months_after(first, number * repeat_every_months)


def cycle_number(first: date, repeat_every_months: int, day: date) -> int:
    """The number of the first cycle whose date is after `day`."""
    apart = (day.year - first.year) * 12 + day.month - first.month
    number = max(0, apart // repeat_every_months)
    return number if cycle_end(first, repeat_every_months, number) > day else number + 1


def cycle_start(first: date, repeat_every_months: int, end: date) -> date | None:
    """The day on which the cycle that ends on `end` began, the end of the one before; None for the first one."""
    number = cycle_number(first, repeat_every_months, end) - 1
    return cycle_end(first, repeat_every_months, number - 1) if number > 0 else None


def left_over(amount: Decimal, target: Decimal, cycles: int = 1) -> Decimal:
    """What is left of `amount` once each of the cycles has taken the target, or all there was if that was less."""
    return max(ZERO, amount - target * cycles)
