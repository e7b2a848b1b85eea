"""The pace of a goal: the amount that is expected on each day, to measure progress against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from typing import Any, Self

from fincred.money import ZERO, round_to_cents

Point = tuple[date, Decimal]


@dataclass(frozen=True, slots=True)
class Pace:
    """Expected amounts, linear between points that are sorted by date.

    `segments` are the points after the start. Amounts are cumulative: the money saved (or paid off) by a date, not
    the money added on it. With the amount `cleared` the debts that are linked to the goal are paid off; None
    without such debts.

    :raises ValueError: the points aren't sorted by date.
    """

    start: date
    start_amount: Decimal
    segments: tuple[Point, ...] = ()
    cleared: Decimal | None = None

    def __post_init__(self) -> None:
        if any(later < earlier for (earlier, _), (later, _) in pairwise(self.points)):
            raise ValueError("The points of a pace have to be in the order of their dates")

    @classmethod
    def through(cls, points: Sequence[Point], cleared: Decimal | None = None) -> Self:
        """The pace through these points, at least one.

        :raises ValueError: there are no points, or they aren't sorted by date.
        """
        (start, start_amount), *segments = points
        return cls(start, start_amount, tuple(segments), cleared)

    @property
    def points(self) -> tuple[Point, ...]:
        return ((self.start, self.start_amount), *self.segments)

    def expected_on(self, day: date) -> Decimal:
        """The amount expected on `day`, rounded to the cent.

        Before the first point it is the first amount, after the last point the last amount.
        """
        passed = bisect_right(self.points, day, key=lambda point: point[0])
        if passed == 0:
            return self.start_amount
        since, amount = self.points[passed - 1]
        if passed == len(self.points):
            return amount
        return _between((since, amount), self.points[passed], day)

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values for storage: dates and amounts are strings."""
        document: dict[str, Any] = {
            "start": self.start.isoformat(),
            "start_amount": str(self.start_amount),
            "segments": [[day.isoformat(), str(amount)] for day, amount in self.segments],
        }
        return document if self.cleared is None else document | {"cleared": str(self.cleared)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a pace from the output of `to_json`."""
        segments = tuple((date.fromisoformat(day), Decimal(amount)) for day, amount in document["segments"])
        cleared = Decimal(document["cleared"]) if "cleared" in document else None
        return cls(date.fromisoformat(document["start"]), Decimal(document["start_amount"]), segments, cleared)


def expected_by(document: Mapping[str, Any], day: date) -> Decimal:
    """The same as `Pace.from_json(document).expected_on(day)`, but reads only the two points around `day`."""
    segments = document["segments"]
    passed = bisect_right(segments, day.isoformat(), key=itemgetter(0))  # ISO dates sort as text
    since, amount = segments[passed - 1] if passed else (document["start"], document["start_amount"])
    before = date.fromisoformat(since), Decimal(amount)
    if passed == len(segments) or day < before[0]:
        return before[1]
    until, next_amount = segments[passed]
    return _between(before, (date.fromisoformat(until), Decimal(next_amount)), day)


def last_day(document: Mapping[str, Any]) -> str:
    """The day of its last point, as text."""
    segments = document["segments"]
    return str(segments[-1][0] if segments else document["start"])


def expected_after(document: Mapping[str, Any], day: date) -> Decimal:
    """The amount of the first point after `day`: what is there once the payments that are due by `day` are made.

    After the last point it is the last amount. `document` is as `Pace.to_json` makes it.
    """
    segments = document["segments"]
    passed = bisect_right(segments, day.isoformat(), key=itemgetter(0))
    if not segments:
        return Decimal(document["start_amount"])
    return Decimal(segments[min(passed, len(segments) - 1)][1])


def _between(before: Point, after: Point, day: date) -> Decimal:
    (since, amount), (until, next_amount) = before, after
    return round_to_cents(amount + (next_amount - amount) * (day - since).days / (until - since).days)


def straight_line(since: date, target_date: date, target_amount: Decimal) -> Pace:
    """The pace of a goal without a plan: from 0 on the day `since` to the target on its date."""
    return Pace.through(sorted([(since, ZERO), (target_date, target_amount)]))
