"""Money that is held back, because a later month lacks it. All money is whole cents, months count from 0."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

LEAST_HORIZON: Final = 12
"""Money is held back for this many months at least, even for a goal that is due earlier."""


def given_by(free: Sequence[int], horizon: int) -> list[int]:
    """The most that may be given by each month, from month 0: what is free by then, less what later months lack.

    Later months are those before `horizon`; from it on nothing is held back.
    """
    by = list(accumulate(free, initial=0))
    return least_ahead(by, horizon) if min(free) < 0 else by


def least_ahead(by: Sequence[int], horizon: int) -> list[int]:
    """Each item up to `horizon` becomes the smallest from it up to there; the items after that are unchanged."""
    return [*reversed([*accumulate(reversed(by[: horizon + 1]), min)]), *by[horizon + 1 :]]


def held_by(free: Sequence[int], month: int, horizon: int) -> int:
    """How much of the money that is free by a month is held back for later months before the horizon."""
    by = list(accumulate(free[: max(month, horizon)], initial=0))
    return by[month] - min(by[month : horizon + 1], default=by[month])


def given_late(free: Sequence[int], months: range, horizon: int, counted_on_until: int) -> list[int]:
    """The most that may be given by the end of each of these months to a goal that is late.

    Before the horizon that leaves what every month up to the horizon needs; after it, what the next twelve need.
    In both cases it leaves what payments of others before the month `counted_on_until` count on.
    """
    by = given_by(free, max(horizon, counted_on_until))
    if min(free[horizon:], default=0) >= 0:  # no month lacks anything
        return by[months.start + 1 : months.stop + 1]
    soon = [*by[horizon + 1 :], *by[-1:] * LEAST_HORIZON]
    for step in (1, 2, 4, 4):  # the least of 2, 4, 8 and then of the next twelve months
        soon = list(map(min, soon, soon[step:]))
    least = [*by[: horizon + 1], *soon]
    return least[months.start + 1 : months.stop + 1]


def kept_for_later(free: Sequence[int]) -> list[int]:
    """The money of each month, without what later months with less than nothing lack."""
    left = list(accumulate(free))
    for month in range(len(left) - 2, -1, -1):
        left[month] = min(left[month], left[month + 1])
    return [now - before for now, before in zip(left, [0, *left], strict=False)]
