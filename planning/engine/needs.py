"""Compute what a goal needs, from its fields and the planning calendar."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta
from operator import add
from typing import Final

from fincred.money import round_up_to_cents
from planning.engine.cadence import Cadence
from planning.engine.cycles import cycles_of
from planning.engine.dated_money import DatedMoney
from planning.engine.dated_saving import DatedSaving
from planning.engine.dates import Calendar, calendar_date, most_months
from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.level import least_extra
from planning.engine.effort import Effort
from planning.engine.levels import Levels, smallest_level
from planning.engine.model import Debt, Finances, GoalInput, PlanInput
from planning.engine.money.cents import follow, grown, rate_units, to_cents
from planning.engine.money.time_value import level_payment
from planning.engine.own_days import OwnDays, own_days
from planning.engine.paydays import Paydays
from planning.engine.trajectory import DebtPayoff, Need, Saving
from planning.vocabulary import Frequency

MAX_MONTHS: Final = 1200
"""The planning calendar's length. A goal with a later date is planned to be met by its end."""
LATE_MONTHS: Final = 600
"""The number of months in which a late goal is still simulated."""


class Needs:
    """The needs of goals by a calendar, each computed once.

    `effort` counts the steps that they and their simulations take. `levels` may be shared with other plans on the
    same calendar.
    """

    def __init__(
        self,
        calendar: Calendar,
        effort: Effort | None = None,
        levels: Levels | None = None,
    ) -> None:
        self.effort = effort or Effort()
        self._levels = levels or Levels()
        self._calendar = calendar
        self._of: dict[int, tuple[GoalInput, Need]] = {}
        self._known: dict[tuple[object, ...], Need] = {}
        self._debts: dict[tuple[Debt, ...], Avalanche] = {}
        self._dated: DatedMoney | None = None
        self._cycles: dict[tuple[GoalInput, int], Sequence[GoalInput]] = {}
        self._freed_of: list[DebtPayoff] = []
        self._freed: list[int] = []
        self._beside_of: tuple[Sequence[int], Sequence[int]] = ((), ())
        self._beside: list[int] = []

    def dated_money(self, finances: Finances) -> DatedMoney:
        """A person's money with dates; cached for the finances that were asked for last."""
        if self._dated is None or not self._dated.is_of(finances):
            paydays = Paydays(finances.incomes, self._calendar)
            self._dated = DatedMoney(finances, paydays, self.effort)
        return self._dated

    def cycles(self, goal: GoalInput, most: int) -> Sequence[GoalInput]:
        """The present cycle of a goal and at most `most` later ones; a goal that doesn't recur is its only one."""
        if not goal.repeat_every_months:
            return (goal,)
        if (goal, most) not in self._cycles:
            end = calendar_date(self._calendar.start, MAX_MONTHS)
            self._cycles[goal, most] = cycles_of(goal, self._calendar, most, end)
        return self._cycles[goal, most]

    def of(self, goal: GoalInput) -> Need:
        """The need of a goal, from the cache if it is known."""
        known = self._of.get(id(goal))
        if known is None:  # kept with its goal, so that no other goal gets its id
            self._of[id(goal)] = known = goal, self._found(goal)
        return known[1]

    def _found(self, goal: GoalInput) -> Need:
        """The need by all that it depends on, which takes longer to compare than an id if there are many debts."""
        amounts = goal.target_amount, goal.already_there, goal.added, goal.earning
        key = (goal.target_date, amounts, goal.annual_rate, goal.debts, goal.cadence, goal.starts)
        need = self._known.get(key)
        if need is None:
            self._known[key] = need = self._need(goal, due_date(goal, self._calendar), key)
        return need

    def linked(self, goal: GoalInput) -> DebtPayoff | None:
        """The need of a goal to which debts with minimum payments are linked."""
        need = self.of(goal) if goal.debts else None
        return need if isinstance(need, DebtPayoff) and need.minimums else None

    def beside(self, inputs: PlanInput, months: int) -> Sequence[int]:
        """What the first `months` months (or more) have besides the surplus that is the same in each.

        It is counted as if no goal was paid anything, and cached for what was asked for last.
        """
        parts = self.dated_money(inputs.finances).beside(months), self.freed_alone(inputs.goals, months)
        if self._beside_of[0] is not parts[0] or self._beside_of[1] is not parts[1]:
            self._beside_of, self._beside = parts, [*map(add, *parts)]
        return self._beside

    def freed_alone(self, goals: Sequence[GoalInput], months: int) -> Sequence[int]:
        """By month, for `months` months or more, how much of what is kept for minimums of linked debts is free.

        It is counted as if no goal was paid anything, and cached for the debts that were asked for last.
        """
        linked = [need for goal in goals if (need := self.linked(goal))]
        if self._freed_of != linked or months > len(self._freed):
            self._freed_of, self._freed = linked, [0] * months
            for need in linked:
                self._freed = [*map(add, self._freed, need.freed_alone(months))]
        return self._freed

    def _need(self, goal: GoalInput, due: date, key: Hashable) -> Need:
        """The need to pay off its debts or, if it has none, to save up its target."""
        calendar = self._calendar

        def level(search: Callable[[], int]) -> int:
            return self._levels.find(key, search, self.effort)

        if goal.debts:
            debts, payments = self._avalanche(goal.debts), calendar.payments(due)
            debts.look_ahead(max(1, payments))  # no steps are counted if another goal has done this
            extra = level(lambda: least_extra(debts, payments) if payments else debts.owed_alone(1))
            return DebtPayoff(debts, payments, extra, to_cents(goal.added))
        months = calendar.instalments(due)
        starts = goal.starts if goal.starts and goal.starts > calendar.start else None
        if goal.cadence or starts:
            cadence = goal.cadence or Cadence(Frequency.MONTHLY, calendar.anchor.day, calendar.anchor)
            days = own_days(cadence, calendar, due, months, starts)
            each = level(lambda: _level_on_days(goal, calendar, days, self.effort))
            interest, credit = _first_interest(goal, calendar), to_cents(goal.added)
            return DatedSaving(
                *_amounts(goal), days, each, credit=credit, first_interest=interest, effort=self.effort
            )
        monthly = level(lambda: _level(goal, calendar, months, self.effort))
        return _saving(goal, calendar, months, monthly, self.effort)

    def _avalanche(self, debts: tuple[Debt, ...]) -> Avalanche:
        if debts not in self._debts:
            self._debts[debts] = Avalanche(debts, self._calendar, self.effort)
        return self._debts[debts]


def last_month(start: date) -> int:
    """The last month in which a late goal can be met: `LATE_MONTHS`, or an earlier one near the year 9999."""
    return min(LATE_MONTHS, most_months(start))


def due_date(goal: GoalInput, calendar: Calendar) -> date:
    """The date by which the goal is planned: its own, or the end of the planning calendar if that is earlier."""
    return min(goal.target_date, calendar_date(calendar.start, MAX_MONTHS))


def is_overdue(goal: GoalInput, calendar: Calendar) -> bool:
    """Whether no payment day is left before the goal's date (for debts: up to it)."""
    if goal.debts:
        return goal.target_date < calendar.day(1)
    return goal.target_date <= calendar.as_of


def date_with_months(goal: GoalInput, calendar: Calendar, months: int) -> date:
    """The first target date after today with which the goal has `months` (1 or more) months of the calendar."""
    if goal.debts:
        return calendar.day(months)
    return max(calendar.day(months - 1), calendar.as_of) + timedelta(days=1)


def months_with(
    goal: GoalInput, calendar: Calendar, monthly: int, *, most: int, effort: Effort | None = None
) -> int | None:
    """The fewest months in which `monthly` cents a month meet the goal; None if more than `most`."""

    effort = effort or Effort()
    debts = Avalanche(goal.debts, calendar, effort)

    def is_met(months: int) -> bool:
        need: Need = _saving(goal, calendar, months, monthly, effort)
        if goal.debts:
            need = DebtPayoff(debts, months, monthly, to_cents(goal.added))
        return not need.simulate([max(monthly, need.credit), *[monthly] * (months - 1)]).missing

    months = bisect_left(range(1, most + 1), True, key=is_met) + 1
    return months if months <= most else None


def missing_on_days(goal: GoalInput, calendar: Calendar, days: OwnDays, each: int, effort: Effort) -> int:
    """The cents missing at the date of `days` if `each` is paid on each of them."""
    credit, interest = to_cents(goal.added), _first_interest(goal, calendar)
    need = DatedSaving(*_amounts(goal), days, each, credit=credit, first_interest=interest, effort=effort)
    return need.missing([each] * sum(days.counts))


def _saving(goal: GoalInput, calendar: Calendar, months: int, level: int, effort: Effort) -> Saving:
    return Saving(*_amounts(goal), months, level, to_cents(goal.added), _first_interest(goal, calendar), effort)


def _level_on_days(goal: GoalInput, calendar: Calendar, days: OwnDays, effort: Effort) -> int:
    """The smallest payment on each of the goal's own days that reaches the target.

    If no day is before the date, it is all that is missing at the date.
    """
    interest = _first_interest(goal, calendar)
    saving = DatedSaving(*_amounts(goal), days, 0, first_interest=interest, effort=effort)
    return saving.least_level() if any(days.counts) else saving.missing([])


def _amounts(goal: GoalInput) -> tuple[int, int, int]:
    """The target and what was there when the month began, in cents, and the rate."""
    return to_cents(goal.target_amount), to_cents(goal.already_there), rate_units(goal.annual_rate)


def _first_interest(goal: GoalInput, calendar: Calendar) -> int | None:
    """The interest of a present month that began before the day of planning; None without any."""
    if not goal.annual_rate or not calendar.month_has_begun:
        return None
    earning = _earning(goal)
    return grown(earning, rate_units(goal.annual_rate)) - earning


def _earning(goal: GoalInput) -> int:
    """The cents that earn interest for the present month, if it has begun before the day of planning."""
    return to_cents(goal.present_amount if goal.earning is None else goal.earning)


def _level(goal: GoalInput, calendar: Calendar, months: int, effort: Effort) -> int:
    """The smallest payment a month, in cents, with which the simulation reaches the target.

    It is counted from the start of the present month, so paying it doesn't change it. In a month that has begun,
    what was paid on its first day earns interest for the month, and later payments don't.
    """
    target, start, rate = _amounts(goal)
    if start >= target:
        return 0
    formula = level_payment(goal.target_amount, goal.already_there, goal.annual_rate, months)
    level = to_cents(round_up_to_cents(formula))
    if not rate:
        return level
    early = min(start, _earning(goal))
    paid_early = _earning(goal) - early

    def spare(payment: int) -> int:
        effort.spend(months)
        if not calendar.month_has_begun:
            return follow(start, rate, [payment] * months)[1] - target
        earning = early + min(payment, paid_early)
        first = start + payment + grown(earning, rate) - earning
        return follow(first, rate, [payment] * (months - 1))[1] - target

    return smallest_level(spare, level, months)
