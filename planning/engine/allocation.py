"""Share one surplus among many goals: how much each gets by its date, then in which months.

A set of goals can be met if and only if, for every month t, the goals due by t together need at most the money
that may be given by t: what is free by then, less what later months lack. So a goal gets what it needs, up to the
smallest amount left by its own date and by each later date of another goal. All money is whole cents; a goal due
"by month t" has the months 0 to t - 1.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add
from typing import Final, NamedTuple

from goals.vocabulary import Priority
from planning.engine.model import GoalInput
from planning.engine.money.cents import divided_up

_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}


def plan_order(goals: Sequence[GoalInput]) -> list[int]:
    """The positions of the goals, in the order in which they are served.

    Sorted by priority, primary goals first, target date, creation time and id. Goals that aren't stored come after
    stored ones with the same priority, flag and date, in the order of the input.
    """

    def key(position: int) -> tuple[object, ...]:
        goal = goals[position]
        stored = goal.created_at is not None
        age = (goal.created_at, goal.id or "") if stored else ()
        return _RANK[goal.priority], not goal.primary, goal.target_date, not stored, age, position

    return sorted(range(len(goals)), key=key)


class Claim(NamedTuple):
    """The sum in cents that a goal asks for, over its months.

    `late_income` is what arrives in its last month too late for its date. The goal gets no money that a month
    before `horizon` still needs, or before its own date or the date of a goal served before it. `frees` takes the
    amount that is granted and the money that is free in each month. It returns how much more the last of these
    months have for the claims that follow.
    """

    months: int
    amount: int
    late_income: int = 0
    horizon: int = 0
    frees: Callable[[int, Sequence[int]], Sequence[int]] | None = None

    @property
    def due(self) -> tuple[int, int]:
        """A key that sorts claims by their dates."""
        return self.months, -self.late_income


class Grant(NamedTuple):
    """The answer to a claim: the `room` left by the goals served before it, and the `amount` granted of it.

    `binding_month` is the first due month of a goal, from the claim's own on, by which only `room` is left.
    `late_income` is what arrives too late for the date of the goal that is due then.
    """

    room: int
    amount: int
    binding_month: int
    late_income: int = 0


Lacking = Callable[[int, int], int]
"""Given a month, and what arrives in it after a day: how much of what is free by its end isn't there that day."""

_CLOSED: Final = 1 << 100
"""More than any money: a date by which nothing is granted limits no goal."""
_OPEN: Final = _CLOSED >> 1


def allocate(claims: Sequence[Claim], free: Sequence[int], lacking: Lacking | None = None) -> list[Grant]:
    """Grant the claims, in their order, from the cents that are `free` in each month.

    A month with a negative amount takes it from the months before: what is given by month k leaves enough for each
    later month up to the claim's horizon. `lacking` is needed only if a claim has late income.
    """
    dates = sorted({claim.due for claim in claims})
    index_of = {due: index for index, due in enumerate(dates)}
    free_by = [0, *accumulate(free)]
    falls = min(free) < 0
    left, committed = [_CLOSED] * len(dates), [0] * len(dates)
    horizon, grants = 0, []
    for claim in claims:
        first = index_of[claim.due]
        further = max(horizon, claim.horizon or claim.months)
        if falls and further > horizon:
            left = _held_back(left, committed, min(free_by[horizon + 1 : further + 1], default=_CLOSED))
        horizon = further
        was_closed = left[first] > _OPEN
        if was_closed:
            left[first] = _most(claim.due, free_by, lacking, horizon if falls else 0) - committed[first]
        later = left[first:]
        lowest = min(later)
        room = max(0, lowest)
        amount = min(claim.amount, room)
        binding = first + later.index(lowest)
        grants.append(Grant(room, amount, dates[binding][0], -dates[binding][1]))
        if amount:
            left[first:] = [money - amount for money in later]
            committed[first:] = [money + amount for money in committed[first:]]
        elif was_closed:
            left[first] = _CLOSED
        if claim.frees and (freed := claim.frees(amount, free)):
            since = len(free) - len(freed)
            free = [*free[:since], *map(add, free[since:], freed)]
            free_by = [*free_by[:since], *accumulate(free[since:], initial=free_by[since])]
            falls = falls and min(free) < 0
            for index in (index for index, money in enumerate(left) if money <= _OPEN):
                most = _most(dates[index], free_by, lacking, horizon if falls else 0)
                left[index] = most - committed[index]
    return grants


def _most(due: tuple[int, int], free_by: Sequence[int], lacking: Lacking | None, horizon: int) -> int:
    """The most that may be given by a date: what is free by then and, up to the horizon, by each later month."""
    months, late_income = due[0], -due[1]
    too_late = lacking(months - 1, late_income) if late_income and lacking else late_income
    return min(free_by[months] - too_late, *free_by[months : horizon + 1], free_by[months])


def _held_back(left: Sequence[int], committed: Sequence[int], lowest: int) -> list[int]:
    """What is left by each date, if no more than `lowest` may be given by any of these dates."""
    pairs = zip(left, committed, strict=True)
    return [money if money > _OPEN else min(money, lowest - taken) for money, taken in pairs]


@dataclass(slots=True)
class Portion:
    """The money granted to a goal, in cents, while it is spread over the goal's months.

    `left` is the part not paid yet, `share` the payment a month and `paid` the payments so far. From the month
    `even_until` on, which is the goal's last month at the latest, the payment is `left` instead of `share`.
    `credit` is the part of month 0's share that was paid before, and belongs neither to `left` nor to `paid`.
    """

    months: int
    left: int
    share: int
    credit: int = 0
    paid: list[int] = field(default_factory=list)
    even_until: int = field(init=False)

    def __post_init__(self) -> None:
        self.even_until = self._end_of_shares(0)

    def share_again(self, month: int) -> None:
        """Set `share` to what is left, divided by the months from `month` on."""
        self.credit = 0
        self.share = divided_up(self.left, max(1, self.months - month))
        self.even_until = self._end_of_shares(month)

    def _end_of_shares(self, month: int) -> int:
        whole = self.left + self.credit
        return min(month + whole // self.share, self.months - 1) if self.left else month

    def share_in(self, month: int) -> int:
        """The payment of a month, if all shares fit into the free money."""
        if month or not self.credit:
            return self.share if month < self.even_until else self.left
        return min(self.left, max(0, self.share - self.credit))


def spread(portions: Sequence[Portion], free: Sequence[int]) -> int:
    """Fill each portion's `paid` with one amount for each of its months.

    Each month every portion gets its share. If the shares don't fit into the free money, portions with earlier
    dates get theirs first, and the shares of the others grow in later months. Every portion that `allocate`
    granted is paid in full by its last month, provided that `free` never falls from one month to the next.

    Months with the same payments are handled in one step. Payments change only when a portion that gets its full
    share ends or more money becomes free: the shares that don't fit only grow, so they still don't fit.

    Returns the number of portions handled, in all steps together.
    """
    active = sorted((portion for portion in portions if portion.left), key=lambda portion: portion.months)
    month = handled = 0
    while active:
        handled += len(active)
        payments = _shares(active, month, free[month])
        served = len(payments)
        repeats = max(1, min([portion.even_until for portion in active[: served + 1]]) - month)
        is_credited = not month and any(portion.credit for portion in active)
        if is_credited:
            repeats = 1
        if served < len(active):
            repeats = min(repeats, bisect_right(free, free[month]) - month)
            payments.append(free[month] - sum(payments))
        month += repeats
        for portion, amount in zip(active, payments, strict=False):  # later portions get nothing
            portion.paid += [amount] * repeats
            portion.left -= amount * repeats
        if served < len(active):
            active[served].share_again(month)
        if is_credited:
            for portion in active[:served]:
                if portion.credit > portion.share:
                    portion.share_again(month)
                portion.credit = 0
        active = [portion for portion in active if portion.left and portion.months > month]
    for portion in portions:
        portion.paid += [0] * (portion.months - len(portion.paid))
    return handled


def _shares(active: list[Portion], month: int, free: int) -> list[int]:
    """The payments of a month to the first portions, as many as `free` cents can pay in full."""
    shares = []
    for portion in active:
        if len(portion.paid) < month:
            portion.paid += [0] * (month - len(portion.paid))
            portion.share_again(month)
        share = portion.share_in(month)
        if share > free:
            break
        free -= share
        shares.append(share)
    return shares
