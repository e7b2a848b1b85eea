"""What was put into a person's goals in the present month, read from their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import chain, repeat
from typing import NamedTuple
from uuid import UUID

from fincred.money import ZERO
from goals.history import Told, reader
from goals.models import Goal
from goals.vocabulary import GoalType, Kind
from planning.engine.dates import Calendar
from planning.put_in.months import Amounts, Planned, PlannedMonth, count_month
from planning.put_in.saved_interest import SavedInterest, saved_interest
from planning.queries import EARLIER_ANCHORS


class CountedMonths(NamedTuple):
    """By goal: its month, the `check_ins` read for it, and the amount `earning` interest if it isn't all."""

    months: Mapping[UUID, PlannedMonth]
    check_ins: Mapping[UUID, Sequence[Told]]
    earning: Mapping[UUID, Decimal]

    def but(self, counted: CountedMonths) -> CountedMonths:
        """The same, with the goals of `counted` as they are counted there."""
        kept = {goal_id: amount for goal_id, amount in self.earning.items() if goal_id not in counted.months}
        return CountedMonths(
            {**self.months, **counted.months}, {**self.check_ins, **counted.check_ins}, {**kept, **counted.earning}
        )


class History:
    """What a person's check-ins tell of the calendar's present month. Each part is read on first use, once."""

    def __init__(self, owner_id: UUID, calendar: Calendar) -> None:
        self.calendar, self._owner_id, self._of_month = calendar, owner_id, (owner_id, calendar.start)

    @cached_property
    def amounts_before(self) -> Mapping[UUID, Decimal]:
        return reader().amounts_before(*self._of_month)

    @cached_property
    def check_ins_of_month(self) -> Mapping[UUID, Sequence[Told]]:
        return reader().check_ins_since(*self._of_month)

    @cached_property
    def lowest(self) -> Mapping[UUID, Decimal]:
        return reader().lowest_since(*self._of_month)

    @cached_property
    def check_ins_with_interest(self) -> Mapping[UUID, Sequence[Told]]:
        return reader().check_ins_with_interest(*self._of_month)

    def calendars_before(self, check_ins: Sequence[Told]) -> Sequence[date]:
        """The anchors of the person's earlier calendars; none if no check-in is older than the present one."""
        reaches_back = any(told.day < self.calendar.anchor for told in check_ins[:1])
        return self._calendars_before if reaches_back else ()

    @cached_property
    def _calendars_before(self) -> Sequence[date]:
        found = EARLIER_ANCHORS.bind(owner=self._owner_id, anchor=self.calendar.anchor).all()
        return [anchor for anchor in found if anchor]  # mypy doesn't know that none is null


def amounts_of_month(
    goals: Sequence[Goal],
    interest: Mapping[UUID, SavedInterest],
    history: History,
    planned: Mapping[UUID, Planned],
) -> dict[UUID, Amounts]:
    """By id, the amounts of each goal. Those before the month are read only if a check-in is of the month."""
    start = history.calendar.start
    of_month = {goal.id for goal in goals if _is_of_month(goal, history.calendar)}
    before = history.amounts_before if of_month else {}
    go_on = any(_goes_on(goal) and goal.id in of_month for goal in goals)
    check_ins = history.check_ins_of_month if go_on else {}
    fell = {goal_id for goal_id in of_month if goal_id in planned and planned[goal_id].fell_in(start)}
    lowest = history.lowest if fell else {}
    found = {}
    for goal in goals:
        told = interest.get(goal.id, SavedInterest())
        amounts = Amounts(
            goal.current_amount,
            before.get(goal.id, ZERO),
            told.told,
            is_of_month=goal.id in of_month,
            lowest=lowest.get(goal.id),
        )
        found[goal.id] = _of_kind(goal, amounts, check_ins.get(goal.id, ()), told.of_ended)
    return found


def _goes_on(goal: Goal) -> bool:
    """Whether its month is counted check-in by check-in: a reserve, or a goal with ended cycles."""
    return goal.kind == Kind.RESERVE or goal.cycles_ended > 0


def _of_kind(goal: Goal, amounts: Amounts, told: Sequence[Told], interest_of_ended: Sequence[Decimal]) -> Amounts:
    """The `amounts` with withdrawals from a reserve, and with the ends of a recurring goal's cycles."""
    if not _goes_on(goal):
        return amounts
    begins, last, withdrawn = amounts.before, amounts.before, ZERO
    interest = chain(interest_of_ended, repeat(ZERO))
    ended: list[tuple[date, Decimal]] = []
    for check_in in told:
        if check_in.ends_cycle:
            ended.append((check_in.day, max(ZERO, last - begins - next(interest))))
            begins, withdrawn = check_in.amount, ZERO
        else:
            withdrawn += max(ZERO, last - check_in.amount)
        last = check_in.amount
    is_reserve = goal.kind == Kind.RESERVE
    return replace(amounts, before=begins, withdrawn=withdrawn if is_reserve else ZERO, ended=tuple(ended))


def counted_months(goals: Sequence[Goal], planned: Mapping[UUID, Planned], history: History) -> CountedMonths:
    """The present month of each goal; `planned` is what the newest version of its plan says, if it has one."""
    calendar, check_ins = history.calendar, check_ins_that_matter(goals, history)
    interest = interest_of_month(goals, check_ins, history)
    amounts = amounts_of_month(goals, interest, history, planned)
    months = {goal.id: count_month(calendar.start, amounts[goal.id], planned.get(goal.id)) for goal in goals}
    return CountedMonths(months, check_ins, earning_of_month(goals, interest, calendar))


def _is_of_month(goal: Goal, calendar: Calendar) -> bool:
    day = goal.last_check_in_date
    return day is not None and calendar.start <= day <= calendar.as_of


def check_ins_that_matter(goals: Sequence[Goal], history: History) -> Mapping[UUID, Sequence[Told]]:
    """All check-ins of goals that pay off debts, and of savings with interest and a check-in of the month."""
    debts = any(goal.type == GoalType.DEBT_PAYOFF and goal.last_check_in_date for goal in goals)
    savings = [goal.id for goal in goals if goal.annual_rate and _is_of_month(goal, history.calendar)]
    if not debts and not savings:
        return {}
    check_ins = history.check_ins_with_interest
    # A goal that has a rate in a what-if alone is stored without one, and isn't among these.
    others = [goal_id for goal_id in savings if goal_id not in check_ins]
    return {**check_ins, **reader().check_ins_of(others)} if others else check_ins


def interest_of_month(
    goals: Sequence[Goal], check_ins: Mapping[UUID, Sequence[Told]], history: History
) -> dict[UUID, SavedInterest]:
    """By id, the interest of savings with a check-in of the present month."""
    calendar = history.calendar
    # Without a lock a check-in may be deleted between two reads; its goal is then missing from the second one.
    return {
        goal.id: saved_interest(
            calendar,
            check_ins[goal.id],
            annual_rate=goal.annual_rate,
            target_date=goal.due_on(calendar.as_of),
            earlier=history.calendars_before(check_ins[goal.id]),
        )
        for goal in goals
        if goal.annual_rate and _is_of_month(goal, calendar) and goal.id in check_ins
    }


def earning_of_month(
    goals: Sequence[Goal], interest: Mapping[UUID, SavedInterest], calendar: Calendar
) -> dict[UUID, Decimal]:
    """By goal, what earns interest for a month that has begun, if it isn't all that is there."""
    if not calendar.month_has_begun:
        return {}
    credited = {goal.id: ZERO for goal in goals if calendar.start < goal.due_on(calendar.as_of) <= calendar.as_of}
    return {goal_id: each.earning for goal_id, each in interest.items()} | credited
