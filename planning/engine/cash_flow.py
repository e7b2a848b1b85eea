"""What becomes of a person's money in each month of the calendar: what arrives, is given, is carried on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, repeat
from operator import add, sub
from typing import Any, Final, NamedTuple, Self

from fincred.money import ZERO
from planning.engine.free_money import add_freed, money_by_month, put_in_of_month
from planning.engine.goal_state import GoalState
from planning.engine.held_back import LEAST_HORIZON, least_ahead
from planning.engine.model import Finances, MonthOfMoney, PlanInput
from planning.engine.money.cents import average, money, to_cents
from planning.engine.needs import Needs
from planning.engine.trajectory import DebtPayoff

_MOST_SHOWN: Final = 60
_LEAST_KEPT: Final = _MOST_SHOWN
"""The months that are counted and kept at least: some people's plans aren't made again for years."""
_MOST_KEPT: Final = 120
"""The months for which what is carried is kept at most; a plan made again later goes on from the last of them."""


class BesideChosen(NamedTuple):
    """What chosen amounts leave to a goal.

    `taken` is what chosen amounts take by each month, and `kept` what is kept of each month's money for them until
    the next month begins. `late_income` is what arrives after the goal's date in its month, less what they take of
    it; what is kept comes from that first. `lacking` is how much less than the money at the month's end the goal
    may have, so that they are paid.
    """

    taken: Sequence[int] = ()
    kept: Sequence[int] = ()
    late_income: int = 0
    lacking: int = 0

    def is_paid_in(self, month: int) -> bool:
        """Whether chosen amounts are paid in a month."""
        return month + 1 < len(self.taken) and self.taken[month + 1] > self.taken[month]


NOTHING_CHOSEN: Final = BesideChosen()


@dataclass(frozen=True)
class CashFlow:
    """The money of the first months, in cents."""

    inputs: PlanInput
    needs: Needs
    surplus: Sequence[int]  # of each month
    # The money that has come by each month, with what was carried in, before anything is given.
    by: Sequence[int]
    freed: Sequence[int]  # the part of each month's surplus that was kept for debts until goals cleared them
    alone_by: Sequence[int]  # the money that has come by each month without `freed`
    given: Sequence[int]  # what goals get in each month
    put_in: int  # the part of month 0's `given` that was put in before the day of planning
    horizon: int  # no month before this one may lack any of `by`
    last: int  # the number of months up to the last target date of a present cycle
    _by_for: dict[tuple[int, ...], Sequence[int]] = field(init=False, default_factory=dict)

    @classmethod
    def of(cls, inputs: PlanInput, states: Sequence[GoalState], needs: Needs, least: int = _MOST_SHOWN) -> Self:
        """The cash flow of all months in which goals are paid, and of `least` months at least."""
        months = max([least, *(max(state.need.months, len(state.trajectory.amounts)) for state in states)])
        alone = money_by_month(inputs, needs, months)
        freed = add_freed([0] * months, states, promised=False)
        surplus = [*map(add, alone, freed)]
        by, alone_by = (list(accumulate(each, initial=to_cents(inputs.kept))) for each in (surplus, alone))
        given = [0] * months
        for state in states:
            given[: len(state.trajectory.amounts)] = map(add, given, state.trajectory.amounts)
        # What was put in beyond the month's money came from elsewhere, and is not counted here.
        made = sum([state.need.credit for state in states])
        first = by[1] if inputs.is_dated else max(by[1], by[0])
        put_in = put_in_of_month(inputs, first)
        given[0] += put_in - made
        horizon = max([LEAST_HORIZON, *(state.need.months for state in states)])
        last = max([LEAST_HORIZON, *(state.need.months for state in states if not state.cycle)])
        return cls(inputs, needs, surplus, by, freed, alone_by, given, put_in, horizon, last)

    @cached_property
    def average(self) -> Finances:
        """The next twelve months as one average month, in which no money has dates and no debt is listed.

        Each figure is rounded once. The cent that is then left over is added to the expenses if any are planned,
        otherwise to the minimum payments, so that income less expenses and minimum payments is the surplus.
        """
        finances = self.inputs.finances
        if not self.inputs.is_dated:
            return finances
        dated, surplus = self.needs.dated_money(finances), _average(self.surplus)
        planned = dated.planned(LEAST_HORIZON)
        income = finances.monthly_income + _average(dated.incomes(LEAST_HORIZON))
        expenses = finances.monthly_expenses + _average(planned)
        minimums = finances.minimum_payments - _average(self._freed(LEAST_HORIZON))
        left_over = income - expenses - minimums - surplus
        if any(planned[:LEAST_HORIZON]):
            return Finances(income, expenses + left_over, minimums)
        return Finances(income, expenses, minimums + left_over)

    def _freed(self, months: int) -> list[int]:
        """By month, how much of what is kept for minimum payments of all debts is free."""
        alone = self.needs.dated_money(self.inputs.finances).freed(months)[:months]
        return [*map(add, map(add, alone, self.freed), self.needs.freed_alone(self.inputs.goals, months))]

    def carried(self) -> Iterator[tuple[date, Decimal]]:
        """What each month gets from those before it, as far ahead as that is kept."""
        calendar = self.inputs.calendar
        last = max([_LEAST_KEPT, *(month for month, amount in enumerate(self.given, 1) if amount)])
        for month, amount in enumerate(self._left()[: min(last, _MOST_KEPT) + 1]):
            yield calendar.day(month), money(amount)

    def _left(self) -> list[int]:
        given = accumulate(self.given, initial=0)
        return [there - gone for there, gone in zip(self.by, given, strict=True)]

    def months(self) -> Iterator[MonthOfMoney]:
        """The months up to the last target date, at least 12 and at most 60."""
        return self.first(min(self.last, _MOST_SHOWN))

    def first(self, shown: int) -> Iterator[MonthOfMoney]:
        """The first `shown` months."""
        finances = self.inputs.finances
        dated = self.needs.dated_money(finances)
        incomes, planned, left = dated.incomes(shown), dated.planned(shown), self._left()
        freed = self._freed(shown)
        given = list(accumulate(self.given))
        most = least_ahead(self.by, self.horizon)
        for month in range(shown):
            carried = left[month + 1]
            yield MonthOfMoney(
                since=self.inputs.calendar.day(month),
                income=finances.monthly_income + money(incomes[month]),
                expenses=finances.monthly_expenses + money(planned[month]),
                minimum_payments=finances.minimum_payments - money(freed[month]),
                surplus=money(self.surplus[month]),
                given=money(self.given[month]),
                carried=money(carried),
                held_back=money(max(0, carried) - max(0, most[month + 1] - given[month])),
            )

    def buffer(self) -> Decimal:
        """What month 0 leaves, without what is held back for later months."""
        most = least_ahead(self.by, self.horizon)[1]
        return max(ZERO, money(min(self._left()[1], most - self.given[0])))

    def freed_before(self, month: int, served: Sequence[GoalState]) -> list[dict[str, Any]]:
        """The debts whose end frees money before `month`: label, amount, and the day from which it is free.

        The debts of goals that are `served` before end once these goals have cleared them.
        """
        ended = self.needs.dated_money(self.inputs.finances).ended(month)
        cleared = {state.position: state.frees_from for state in served}
        for position, payoff in self._linked:
            ended += payoff.ended(month, cleared.get(position))
        ended.sort(key=lambda each: each.month)
        day = self.inputs.calendar.day
        return [{"label": each.label, "amount": money(each.amount), "since": day(each.month)} for each in ended]

    @cached_property
    def _linked(self) -> list[tuple[int, DebtPayoff]]:
        """The goals with debts whose end frees money, each with its position."""
        found = ((position, self.needs.linked(goal)) for position, goal in enumerate(self.inputs.goals))
        return [(position, payoff) for position, payoff in found if payoff]

    def by_for(self, served: Sequence[GoalState]) -> Sequence[int]:
        """The money that has come by each month for the goals after those `served`, which all have debts."""
        positions = tuple([state.position for state in served])
        known = self._by_for.get(positions)
        if known is None:
            freed = add_freed([0] * len(self.freed), served)
            known = [*map(add, self.alone_by, accumulate(freed, initial=0))] if any(freed) else self.alone_by
            self._by_for[positions] = known
        return known

    @cached_property
    def is_lacking(self) -> bool:
        """Whether a month has less than nothing, so that money is held back for it."""
        return min(self.surplus) < 0

    def kept_for(
        self, by: Sequence[int], since: int, horizon: int, amount: int, beside: BesideChosen = NOTHING_CHOSEN
    ) -> list[dict[str, Any]]:
        """For which months up to the horizon `amount` cents are kept of what has come by the month `since`.

        In the order of the months, each with its part, the labels of its planned expenses, and whether chosen
        amounts are paid from it. A month's part is what must be there when it begins, for chosen amounts that come
        before its own money, and what by its end is missing beyond the parts of the months before.
        """
        left = [*map(sub, by, beside.taken or repeat(0))]
        least = left[since] - beside.late_income
        parts = []
        # A goal that is done looks less far ahead than its own date may be.
        for month in range(since, min(max(since, horizon), len(left) - 1) + 1):
            kept = beside.kept[month - 1] if month <= len(beside.kept) else 0
            lowest = left[month] - (max(kept, beside.lacking) if month == since else kept)
            if month < horizon:
                lowest = min(lowest, left[month + 1])
            if part := min(amount, least - lowest) if lowest < least else 0:
                parts.append(self._part(month, part, is_chosen=beside.is_paid_in(month)))
                amount -= part
                least = lowest
        return parts

    def _part(self, month: int, amount: int, *, is_chosen: bool) -> dict[str, Any]:
        part = {"amount": money(amount), "month": self.inputs.calendar.day(month)}
        return part | {"planned": self._planned_in(month)} | ({"chosen": True} if is_chosen else {})

    def held_back(self, by: Sequence[int], month: int, horizon: int) -> int:
        """How many of the cents left at the end of a month are held back for later months before the horizon."""
        given = sum(self.given[: month + 1])
        return max(0, by[month + 1] - given) - max(0, min(by[month + 1 : horizon + 1]) - given)

    def _planned_in(self, month: int) -> list[str]:
        start, end = self.inputs.calendar.day(month), self.inputs.calendar.day(month + 1)
        return [flow.label for flow in self.inputs.finances.planned if flow.label and flow.amount_in(start, end)]

    def lacking(self, by: Sequence[int], since: int, horizon: int) -> dict[str, Any]:
        """The month after `since` and before the horizon for which money is held back; empty if there is none."""
        later = by[since + 1 : horizon + 1]
        if not later or min(later) >= by[since]:
            return {}
        month = since + later.index(min(later))
        day = self.inputs.calendar.day(month)
        return {"held_back_for": day, "held_back_for_planned": self._planned_in(month)}


def _average(months: Sequence[int]) -> Decimal:
    """The average of the next twelve months, rounded half up."""
    return money(average(sum(months[:LEAST_HORIZON]), LEAST_HORIZON))
