"""Goals that aren't met by their dates: in which order they are paid after them."""

from collections.abc import Sequence
from itertools import pairwise

from planning.engine.free_money import free_early
from planning.engine.goal_state import GoalState
from planning.engine.held_back import kept_for_later
from planning.engine.late_money import LateMoney, late_since, takes_all


def go_on_late_in_order(late: Sequence[GoalState], money: LateMoney) -> None:
    """Pay the goals after their dates, where money has no dates: each gets what those before it leave."""
    for state in late:
        if min(money.free) < 0:  # a month is paid from what the months before it leave
            money.free[:] = kept_for_later(money.free)
        _pay(state, money.months_of(state), money)


def go_on_late_in_turns(chosen: Sequence[GoalState], others: Sequence[GoalState], money: LateMoney) -> None:
    """Pay the goals after their dates, where money has dates: chosen amounts first, then the others in turns.

    Each month goes to the goals that are late in it, in plan order. What they leave is for later months: also for
    goals that become late only then and come before them in the order.
    """
    for state in chosen:
        _pay(state, money.months_of(state), money)
    late = [(state, money.months_of(state)) for state in others]
    for stretch in _in_stretches(others, money.last_month):
        _take_turns(late, stretch, money)


def _in_stretches(late: Sequence[GoalState], last_month: int) -> list[range]:
    """All months, cut where a goal becomes late that comes, in plan order, before one which is late already.

    So in a stretch no goal becomes late after one that comes behind it, and each takes what it needs of all its
    months before those behind it get anything.
    """
    since = [late_since(state) for state in late]
    cuts = {month for place, month in enumerate(since) if min(since[place + 1 :], default=month) < month}
    return [range(start, stop) for start, stop in pairwise([0, *sorted(cuts), last_month + 1])]


def _take_turns(late: Sequence[tuple[GoalState, range]], stretch: range, money: LateMoney) -> None:
    """Pay the goals that are late in these months, in plan order; each comes with all of its late months.

    A goal that takes all (`takes_all`) and isn't met then has taken all of the stretch: there is nothing for those
    behind it. They are skipped, but for two kinds. Minimum payments alone may clear debts, and what these free is
    for the goals behind them. And interest alone may reach a target, which is seen in the last stretch.
    """
    is_last = stretch.stop > money.last_month
    nothing_left = False
    for state, months in late:
        matters_anyway = state.payoff or (is_last and state.need.bears_interest)
        if state.trajectory.done_on is not None or (nothing_left and not matters_anyway):
            continue
        turn = range(max(months.start, stretch.start), min(months.stop, stretch.stop))
        if turn.start < turn.stop:
            _pay(state, turn, money)
            if takes_all(state):  # where its turn ends: the last of all months is too late for debts' payments
                nothing_left = state.trajectory.done_on is None and turn.stop == stretch.stop


def _pay(state: GoalState, months: range, money: LateMoney) -> None:
    """Pay the goal in these months; what its debts no longer need is free at once."""
    money.pay(state, months)
    free_early(state, money.free)
