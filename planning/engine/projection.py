"""A goal's planned, actual and projected amounts on the dates of its plan: series ready to plot."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from goals.pace import Pace, Point
from planning.engine.dates import calendar_date, instalment_count
from planning.engine.model import GoalPlan
from planning.engine.money.cents import exact_money, grown, rate_units, to_cents
from planning.engine.needs import last_month


@dataclass(frozen=True, slots=True)
class ProjectedPoint:
    """The amounts on a date; None where a series has no value.

    `planned` ends with the plan, `actual` ends today, `projected` starts today.
    """

    date: date
    planned: Decimal | None
    actual: Decimal | None
    projected: Decimal | None


@dataclass(frozen=True, slots=True)
class Projection:
    """The series, and the first of its dates on which the target is reached (None: not in 600 months)."""

    series: tuple[ProjectedPoint, ...]
    projected_completion_date: date | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The input of a projection.

    `check_ins` are dates and amounts, sorted by date (the last one on a date counts). `contribution` is the money
    paid in each month after the plan's end. `annual_rate` is in percent a year.
    """

    pace: Pace
    target_amount: Decimal
    check_ins: Sequence[Point]
    contribution: Decimal
    annual_rate: Decimal = Decimal(0)

    def actual_on(self, day: date) -> Decimal | None:
        """The amount of the latest check-in on or before `day`; None before the first one."""
        passed = bisect_right(self.check_ins, day, key=lambda check_in: check_in[0])
        return self.check_ins[passed - 1][1] if passed else None


def project_plan(progress: Progress, made: GoalPlan, today: date) -> Projection:
    """Project the amount by the plan that would be made today, up to its completion date."""
    projected = {on: min(amount, progress.target_amount) for on, amount in made.path}
    return Projection(_series(progress, projected, today), made.projected_completion_date)


def not_projected(progress: Progress, today: date, completed_on: date | None) -> Projection:
    """The series of a goal that isn't paid into. Without `completed_on` it is paused, cancelled or full."""
    return Projection(_series(progress, {}, today), completed_on)


def project(progress: Progress, today: date) -> Projection:
    """Project the amount without a plan: by the pace up to its end, then by the contribution up to the target.

    Today's difference from the plan, ahead or behind, stays and grows by the interest on it. Without a check-in
    the difference is 0. The projection ends after 600 months from the plan's start, or in the year 9999.
    """
    planned = dict(progress.pace.points)
    heading = [*_by_plan(progress, today)]
    heading += _after_plan(progress, today, heading[-1][1] if heading else _now(progress, today))
    reached_on = next((on for on, amount in heading if amount >= progress.target_amount), None)
    last = reached_on or progress.pace.points[-1][0]
    projected = {on: amount for on, amount in heading if on in planned or on <= last}
    return Projection(_series(progress, projected, today), reached_on)


def _series(progress: Progress, projected: dict[date, Decimal], today: date) -> tuple[ProjectedPoint, ...]:
    planned = dict(progress.pace.points)
    return tuple(
        ProjectedPoint(on, planned.get(on), progress.actual_on(on) if on <= today else None, projected.get(on))
        for on in sorted(planned | projected)
    )


def _now(progress: Progress, today: date) -> Decimal:
    actual = progress.actual_on(today)
    return progress.pace.expected_on(today) if actual is None else actual


def _by_plan(progress: Progress, today: date) -> Iterator[Point]:
    """The plan's points from today on, each raised or lowered by today's difference with its interest."""
    rate = rate_units(progress.annual_rate)
    ahead = to_cents(_now(progress, today) - progress.pace.expected_on(today))
    for month, (on, planned) in enumerate(point for point in progress.pace.points if point[0] >= today):
        if month:
            ahead = grown(ahead, rate)
        amount = exact_money(max(0, to_cents(planned) + ahead))
        yield on, min(amount, progress.target_amount)


def _after_plan(progress: Progress, today: date, amount: Decimal) -> Iterator[Point]:
    """The months after the plan's end, each with its contribution and interest, up to the target."""
    start, end = progress.pace.points[0][0], progress.pace.points[-1][0]
    target, rate = to_cents(progress.target_amount), rate_units(progress.annual_rate)
    reached, contribution = to_cents(amount), to_cents(progress.contribution)
    over = max(end, today) + timedelta(days=1)
    for month in range(instalment_count(start, over), last_month(start) + 1):
        reached = min(grown(reached + contribution, rate), target)
        yield calendar_date(start, month), exact_money(reached)
