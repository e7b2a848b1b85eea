"""Compute what a goal needs, from its fields and the day on which planning starts."""

from bisect import bisect_left
from datetime import date, timedelta
from typing import Final

from fincred.money import round_up_to_cents
from planning.engine.dates import calendar_date, instalment_count, payment_count
from planning.engine.debts.payoff import level_total_payment, minimum_payments
from planning.engine.model import GoalInput
from planning.engine.money.cents import follow, rate_units, to_cents
from planning.engine.money.time_value import level_payment
from planning.engine.trajectory import DebtPayoff, Need, Saving

MAX_MONTHS: Final = 1200
"""The planning calendar's length. A goal with a later date is planned to be met by its end."""
LATE_MONTHS: Final = 600
"""The number of months from `as_of` in which a late goal is still simulated."""


class Needs:
    """The needs of goals as of a day, each computed once."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self._known: dict[tuple[object, ...], Need] = {}

    def of(self, goal: GoalInput) -> Need:
        """The need of a goal, from the cache if it is known."""
        key = (goal.target_date, goal.target_amount, goal.already_there, goal.annual_rate, goal.debts)
        if key not in self._known:
            self._known[key] = need_of(goal, self._as_of)
        return self._known[key]


def last_month(as_of: date) -> int:
    """The last month in which a late goal can be met: `LATE_MONTHS`, or fewer near the end of the year 9999."""
    return min(LATE_MONTHS, (date.max.year - as_of.year) * 12 + 12 - as_of.month)


def due_date(goal: GoalInput, as_of: date) -> date:
    """The date by which the goal is planned: its own, or the end of the planning calendar if that is earlier."""
    return min(goal.target_date, calendar_date(as_of, MAX_MONTHS))


def need_of(goal: GoalInput, as_of: date) -> Need:
    """What the goal needs: its debts paid off or, if it has none, its target saved up."""
    due = due_date(goal, as_of)
    if goal.debts:
        extra = level_total_payment(goal.debts, as_of, due) - minimum_payments(goal.debts)
        return DebtPayoff(goal.debts, max(1, payment_count(as_of, due)), to_cents(extra))
    months = instalment_count(as_of, due)
    return _saving(goal, months, _level(goal, months))


def _level(goal: GoalInput, months: int) -> int:
    """The smallest payment a month, in cents, with which the simulation reaches the target.

    The formula, which doesn't round the interest of each month, is less than a cent away from it.
    """
    formula = level_payment(goal.target_amount, goal.already_there, goal.annual_rate, months)
    level = to_cents(round_up_to_cents(formula))
    if not level or not goal.annual_rate:
        return level
    target, start, rate = to_cents(goal.target_amount), to_cents(goal.already_there), rate_units(goal.annual_rate)

    def surplus(payment: int) -> int:
        return follow(start, rate, [payment] * months)[1] - target

    spare = surplus(level)
    while spare < 0:
        level += 1
        spare = surplus(level)
    # A cent more each month adds at least `months` cents.
    while spare >= months and (spare := surplus(level - 1)) >= 0:
        level -= 1
    return level


def date_with_months(goal: GoalInput, as_of: date, months: int) -> date:
    """The first target date with which the goal has `months` (1 or more) months of the planning calendar."""
    if goal.debts:
        return calendar_date(as_of, months)
    return calendar_date(as_of, months - 1) + timedelta(days=1)


def months_with(goal: GoalInput, as_of: date, monthly: int, *, most: int) -> int | None:
    """The fewest months in which `monthly` cents a month meet the goal; None if more than `most`."""

    def is_met(months: int) -> bool:
        need = DebtPayoff(goal.debts, months, monthly) if goal.debts else _saving(goal, months, monthly)
        return not need.simulate([monthly] * months).missing

    months = bisect_left(range(1, most + 1), True, key=is_met) + 1
    return months if months <= most else None


def _saving(goal: GoalInput, months: int, level: int) -> Saving:
    target, start = to_cents(goal.target_amount), to_cents(goal.already_there)
    return Saving(target, start, rate_units(goal.annual_rate), months, level)
