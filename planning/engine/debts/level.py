"""Find the smallest level payment that clears debts by a date, to the cent, over the simulation."""

from decimal import Decimal, localcontext
from typing import Final

from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.terms import Rates
from planning.engine.money.cents import annual_rate, average
from planning.engine.money.time_value import EXACT_ENOUGH, future_value

HORIZON: Final = 1200
"""Debts that aren't cleared after this many months count as never cleared."""
INTERPOLATIONS: Final = 12
"""The most interpolations of a search; at most about forty halvings of its range follow."""


def least_extra(debts: Avalanche, payments: int) -> int:
    """The smallest extra a month that clears the debts in this number of payments (1 or more), with avalanche.

    Debts are cleared within `HORIZON` in any case. Found by regula falsi with the Illinois rule: interpolate
    between `low`, which is too little, and `high`, which is enough, until they are a cent apart. If the same end
    moves twice in a row, the gap of the other end is halved, because otherwise only one end would move. After
    `INTERPOLATIONS` guesses each halves the range.
    """
    search = _Search(debts, min(payments, HORIZON))
    with localcontext(EXACT_ENOUGH):
        low, low_gap = 0, search.gap(0)
        if low_gap <= 0:
            return 0
        low, low_gap, high, high_gap = search.bracket(low_gap)
        last, step = high_gap, 0
        while high - low > 1:
            step += 1
            guess = average(low + high, 2)
            if step <= INTERPOLATIONS:
                guess = low + round((high - low) * low_gap / (low_gap - high_gap))
            guess = min(max(guess, low + 1), high - 1)
            gap = search.gap(guess)
            if gap > 0:
                low, low_gap = guess, gap
                high_gap /= 2 if last > 0 else 1
            else:
                high, high_gap = guess, gap
                low_gap /= 2 if last <= 0 else 1
            last = gap
    return high


class _Search:
    """The search for a number of payments."""

    def __init__(self, debts: Avalanche, payments: int) -> None:
        self._debts = debts
        self._payments = payments
        self._saved: dict[tuple[Rates, int], Decimal] = {}

    def bracket(self, gap: Decimal) -> tuple[int, Decimal, int, Decimal]:
        """An extra that is too little and one that is enough, each with its gap. `gap` is that of no extra.

        A gap estimates the extra that is missing: adding it is often enough, or a few cents too little.
        """
        most = self._debts.enough
        low, low_gap, step = 0, gap, _up(gap)
        while True:
            high = min(low + step, most)
            high_gap = self.gap(high)
            if high_gap <= 0:
                return low, low_gap, high, high_gap
            low, low_gap = high, high_gap
            step = max(2 * step if low > step else 1, 2 * _up(high_gap))

    def gap(self, extra: int) -> Decimal:
        """Roughly how much more a month would clear the debts in time; 0 or less if they are cleared.

        If debts are left, it is the level payment for what is owed in the end. If not, it is minus the level
        payment for what the rest of the budget would save up by then, at the lowest rate. This is almost linear in
        `extra`, so interpolation needs few simulations.
        """
        months, left, still_open = self._debts.end(extra, self._payments)
        if still_open:
            return sum([owed / self._saved_up(rates, months) for rates, owed in still_open], Decimal(0))
        rates, budget = min(self._debts.rates, default=Rates(0)), Decimal(self._debts.minimums + extra)
        rest = _grown(Decimal(left), budget, rates, months, self._payments)
        return -rest / self._saved_up(rates, self._payments)

    def _saved_up(self, rates: Rates, months: int) -> Decimal:
        """The sum of one cent a month after this number of months, with interest."""
        if (rates, months) not in self._saved:
            self._saved[rates, months] = _grown(Decimal(0), Decimal(1), rates, 0, months)
        return self._saved[rates, months]


def _grown(present: Decimal, payment: Decimal, rates: Rates, since: int, until: int) -> Decimal:
    """The value in month `until` of `present` in month `since` and a payment a month, at a debt's rates."""
    change = min(until, max(since, rates.promo_months))
    if change > since:
        promo_rate = annual_rate(rates.promo_rate)
        present = future_value(present, payment, promo_rate, change - since, start_of_month=False)
    return future_value(present, payment, annual_rate(rates.rate), until - change, start_of_month=False)


def _up(gap: Decimal) -> int:
    return -int(-gap // 1)
