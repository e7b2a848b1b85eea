"""One surplus shared out to many goals: how much each gets by its date, and then in which months.

A set of goals can be met exactly when, for every month t, those due by t need no more than is free by t. So a
goal gets what it needs, at most what is left by its date and by every later date that an earlier goal holds
money for. All money is whole cents; a goal due "by month t" has the months 0 to t - 1.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from goals.vocabulary import Priority
from planning.engine.model import GoalInput
from planning.engine.money.cents import divided_up

_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}


def plan_order(goals: Sequence[GoalInput]) -> list[int]:
    """The positions of the goals in the order in which they are served.

    Priority, then the primary flag, the earlier date, the older goal, its id; goals that aren't stored come
    after stored ones on ties, in the order given.
    """

    def key(position: int) -> tuple[object, ...]:
        goal = goals[position]
        stored = goal.created_at is not None
        age = (goal.created_at, goal.id or "") if stored else ()
        return _RANK[goal.priority], not goal.primary, goal.target_date, not stored, age, position

    return sorted(range(len(goals)), key=key)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a goal asks for in all, over its months."""

    months: int
    amount: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What is left for a goal by its date after those before it, what of that it gets, and which month binds.

    `binding_month` is the first of the months, from its own on, by which no more than `room` is left.
    """

    room: int
    amount: int
    binding_month: int


def allocate(claims: Sequence[Claim], free: Sequence[int]) -> list[Grant]:
    """Serve the claims in their order from what is `free` in each month."""
    months = sorted({claim.months for claim in claims})
    place = {month: index for index, month in enumerate(months)}
    free_by = [0, *accumulate(free)]
    left = [free_by[month] for month in months]
    grants = []
    for claim in claims:
        first = place[claim.months]
        later = left[first:]
        lowest = min(later)
        room = max(0, lowest)
        amount = min(claim.amount, room)
        grants.append(Grant(room, amount, months[first + later.index(lowest)]))
        left[first:] = [money - amount for money in later]
    return grants


@dataclass(slots=True)
class Portion:
    """Money that a goal gets over its months: `left` of it from now on, `share` a month while that can be.

    `even_until` is the month in which the shares end, all of them paid or the goal's last month come.
    """

    months: int
    left: int
    share: int
    paid: list[int] = field(default_factory=list)
    even_until: int = field(init=False)

    def __post_init__(self) -> None:
        self.even_until = self._end_of_shares(0)

    def share_anew(self, month: int) -> None:
        """Divide what is left by the months from that one on."""
        self.share = divided_up(self.left, max(1, self.months - month))
        self.even_until = self._end_of_shares(month)

    def _end_of_shares(self, month: int) -> int:
        return min(month + self.left // self.share, self.months - 1) if self.left else month


def spread(portions: Sequence[Portion], free: Sequence[int]) -> None:
    """Fill `paid` with the amounts for each of every portion's months.

    Each month every portion gets its share. When the shares don't fit into what is free, the earliest dates
    get theirs first, and whoever got less has a larger one later. Every portion that `allocate` granted is
    paid in full by its last month, if `free` never falls from one month to the next.

    Months that repeat are taken at once: nothing changes until a portion that gets its share ends, because
    the shares of those that get less only grow.
    """
    active = sorted((portion for portion in portions if portion.left), key=lambda portion: portion.months)
    month = 0
    while active:
        given = _shares(active, month, free[month])
        served = len(given)
        repeats = max(1, min([portion.even_until for portion in active[: served + 1]]) - month)
        if served < len(active):
            repeats = min(repeats, bisect_right(free, free[month]) - month)
            given.append(free[month] - sum(given))
        month += repeats
        for portion, amount in zip(active, given, strict=False):  # those after them get nothing
            portion.paid += [amount] * repeats
            portion.left -= amount * repeats
        for portion in active[served : served + 1]:
            portion.share_anew(month)
        active = [portion for portion in active if portion.left and portion.months > month]
    for portion in portions:
        portion.paid += [0] * (portion.months - len(portion.paid))


def _shares(active: list[Portion], month: int, free: int) -> list[int]:
    """What the first of them get in a month: as many as get all of their share."""
    shares = []
    for portion in active:
        if len(portion.paid) < month:
            portion.paid += [0] * (month - len(portion.paid))
            portion.share_anew(month)
        share = portion.share if month < portion.even_until else portion.left
        if share > free:
            break
        free -= share
        shares.append(share)
    return shares
