"""The money that is free for goals in each month of the calendar, in whole cents."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from operator import add, sub

from planning.engine.dated_money import DatedMoney
from planning.engine.goal_state import GoalState
from planning.engine.held_back import LEAST_HORIZON
from planning.engine.model import PlanInput
from planning.engine.money.cents import to_cents
from planning.engine.needs import Needs, due_date, is_overdue
from planning.engine.own_days import OwnDays


def look_ahead(serving: Sequence[GoalState], inputs: PlanInput, money: DatedMoney) -> None:
    """Set each goal's `horizon`, its `late_income`, and `behind`: what was put in for goals served after it."""
    horizon, behind = LEAST_HORIZON, sum([state.need.credit for state in serving])
    for place, state in enumerate(serving):
        if not state.goal.is_done:
            horizon = max(horizon, state.need.months)
        behind -= state.need.credit
        state.horizon, state.money, state.behind = horizon, money, behind
        state.late_income = _late_income(state, serving[:place], inputs, money)


def _late_income(state: GoalState, before: Sequence[GoalState], inputs: PlanInput, money: DatedMoney) -> int:
    month = state.need.deadline - 1
    if state.goal.debts:
        return 0
    days = state.own_days
    if not days and is_overdue(state.goal, inputs.calendar):
        return 0  # its date has come: what arrives later is for it too
    if days:
        return _since_last_day(days, money, state.behind + _due_later(state, before))
    due = max(due_date(state.goal, inputs.calendar), inputs.as_of + timedelta(days=1))
    return money.paydays.late_income(month, due)


def _due_later(state: GoalState, before: Sequence[GoalState]) -> int:
    """What was put in during month 0 for the goals `before` this one that are due later than its last own day.

    Without those with a chosen amount, which are paid first, also with later dates.
    """
    sharing = (each for each in before if each.goal.chosen_monthly is None)
    return sum([each.need.credit for each in sharing if each.due_by > state.due_by])


def _since_last_day(days: OwnDays, money: DatedMoney, behind: int) -> int:
    """What arrives in a goal's last month after the last of its own days, less what was paid from it already.

    Payments to goals `behind` this one, or due later, count as paid from it first, so that days that have passed
    keep their own money. But what arrives after today can't have been paid yet.
    """
    late = money.paydays.too_late(days)
    if not behind or days.months > 1:
        return late
    (after_today,) = money.paydays.after(0, [money.paydays.calendar.as_of])
    return max(late - behind, min(late, after_today))


def money_by_month(inputs: PlanInput, needs: Needs, months: int) -> list[int]:
    """What incomes leave after expenses and minimum payments in each of the first `months` months, in cents.

    Each debt is paid its minimums alone; for one that is linked to a goal, see `DebtPayoff.kept`.
    """
    even = to_cents(inputs.finances.surplus)
    if not inputs.is_dated:
        return [even] * months
    return [even + more for more in needs.beside(inputs, months)[:months]]


def add_freed(free: Sequence[int], states: Iterable[GoalState], *, promised: bool = True) -> list[int]:
    """What is free in each month, together with what the ended debts of these goals free.

    With `promised` it is what goals served later may count on; without it, once all goals are solved, all that is
    no longer kept.
    """
    with_freed = [*free]
    for state in states:
        since = state.frees_from if promised else state.ends
        if state.payoff and since is not None and since < len(free):
            with_freed[since:] = map(add, with_freed[since:], state.payoff.kept(len(free))[since:])
    return with_freed


def free_early(state: GoalState, free: list[int]) -> None:
    """For late goals: free what is no longer kept for debts that are cleared earlier than others count on."""
    if state.payoff:
        more = map(sub, state.freed(len(free)), state.promised(len(free)))
        free[:] = map(add, free, more)


def hold_back(free: Sequence[int], states: Iterable[GoalState]) -> list[int]:
    """What may be given in each month, if all that is `held` for the debts of these goals has to stay."""
    without = [*free]
    for state in states:
        if state.held:
            without[state.held_until - 1] -= state.held
            without[state.held_until] += state.held
    return without


def put_in_of_month(inputs: PlanInput, first_month: int) -> int:
    """The part of the present month's payments that was made from the month's own money, `first_month` cents."""
    put_in = sum([goal.added for goal in inputs.goals], inputs.paid_elsewhere)
    return min(to_cents(put_in), max(0, first_month))


def keep_for_late_days(state: GoalState, free: list[int], before: Sequence[int], months: range) -> None:
    """Keep money for these months' late payments on a goal's own days that come before the money of their month.

    What is kept counts as free in the month of the payment, and no longer in the one before. `before` is what was
    free in each month before these payments.
    """
    days, money = state.days, state.money
    if not days or not money:
        return
    for month in range(max(1, months.start), min(months.stop, len(state.trajectory.by_day))):
        paid = lacking = 0
        count = days.counts[month] if month < len(days.counts) else 0
        amounts = state.trajectory.by_day[month][count:]
        if not any(amounts):
            continue
        for amount, late in zip(amounts, money.paydays.after_late_days(days, month), strict=False):
            paid += amount
            lacking = max(lacking, paid - before[month] + state.not_kept(month, late) if amount else 0)
        keep(state, free, month, lacking)


def keep(state: GoalState, free: list[int], month: int, lacking: int) -> None:
    """Keep `lacking` cents until `month` begins: they count as free in it, and no longer in the month before."""
    free[month - 1] -= lacking
    free[month] += lacking
    state.kept[month - 1] += lacking


def unkept(states: Sequence[GoalState], months: int) -> None:
    """Begin the one list of what goals keep of each month, if money has dates: so far nothing."""
    kept = [0] * months
    for state in states:
        state.kept = kept if state.money else []


def free_money(inputs: PlanInput, needs: Needs, states: list[GoalState], late_until: int) -> list[int]:
    months = max([late_until + 1, *(state.need.months for state in states)])
    if inputs.is_dated:
        free = money_by_month(inputs, needs, months + LEAST_HORIZON)
        needs.effort.spend(100 + months)
    else:
        free = [max(0, to_cents(inputs.finances.surplus))] * months
    free[0] += to_cents(inputs.kept)
    free[0] -= put_in_of_month(inputs, free[0])
    return free


def spend(free: list[int], state: GoalState) -> None:
    """Take what the goal is paid from what is free in each month, all but the credit, which isn't in it."""
    amounts = state.trajectory.amounts
    free[: len(amounts)] = map(sub, free, amounts)
    free[0] += state.need.credit
