"""Pay off debts with a fixed budget a month, and find the budget that clears them by a date.

Payments are on the planning calendar, the first one a month after `as_of`. Rates are percent a year, money is
exact to the cent. The budget is the sum of all minimums and an `extra`, and doesn't fall when a debt closes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from fincred.money import CENT, ZERO, round_to_cents, round_up_to_cents
from planning.engine.dates import calendar_date
from planning.engine.debts.ledger import Account, DebtLedger, Strategy
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money
from planning.engine.money.time_value import EXACT_ENOUGH, future_value, level_payment

# Debts that aren't cleared after this many months count as never cleared.
HORIZON: Final = 1200
# The additions to the monthly budget that a comparison tries.
MORE: Final = (Decimal("50.00"), Decimal("100.00"))

# The search for a level payment interpolates so often; at most about forty halvings of its range follow.
INTERPOLATIONS: Final = 12


@dataclass(frozen=True, slots=True)
class ClosedDebt:
    """When a debt is paid off, and its interest until then; all None for a debt that never is."""

    label: str
    months: int | None
    closed_on: date | None
    interest: Decimal | None


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """The sum owed after the payment of a date."""

    date: date
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Payoff:
    """The result of one strategy. `order` lists the debts as they close, then those that never do.

    If the debts aren't all cleared within `HORIZON`, months, date and totals are None, and `series` holds only
    the start. `interest_floor` is the first month's interest in that case, otherwise None.
    """

    months: int | None
    debt_free_date: date | None
    total_interest: Decimal | None
    total_paid: Decimal | None
    interest_floor: Decimal | None
    order: tuple[ClosedDebt, ...]
    series: tuple[BalancePoint, ...]

    @property
    def never(self) -> bool:
        """Whether this budget never clears the debts."""
        return self.months is None


@dataclass(frozen=True, slots=True)
class More:
    """The effect of `extra` more a month. `months` is None if the debts are still never cleared.

    `interest_saved` is None if they aren't cleared both with and without it.
    """

    extra: Decimal
    months: int | None
    interest_saved: Decimal | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both strategies on one budget. `recommended` has the lower interest (avalanche if equal).

    It is None if neither clears the debts. `interest_saved` is the interest it saves against the other one; None
    unless both clear the debts.
    """

    as_of: date
    monthly_budget: Decimal
    avalanche: Payoff
    snowball: Payoff
    recommended: Strategy | None
    interest_saved: Decimal | None
    more: tuple[More, ...]


def minimum_payments(debts: Sequence[Debt]) -> Decimal:
    """The sum of the minimum payments a month."""
    return sum((debt.min_payment for debt in debts), ZERO)


def simulate(
    debts: Sequence[Debt], extra: Decimal, as_of: date, strategy: Strategy = Strategy.AVALANCHE
) -> Payoff:
    """Pay the minimums and `extra` (0 or more) every month until nothing is owed."""
    ledger = DebtLedger(debts, strategy)
    owed = ledger.balance
    series = [BalancePoint(as_of, owed)]
    floor = ZERO
    while not ledger.is_cleared and ledger.month < HORIZON:
        ledger.pay_month(extra)
        if ledger.month == 1:
            floor = ledger.interest
        series.append(BalancePoint(calendar_date(as_of, ledger.month), ledger.balance))
    order = tuple(_closed_debt(account, as_of) for account in (*ledger.closed, *ledger.open))
    if not ledger.is_cleared:
        return Payoff(None, None, None, None, floor, order, tuple(series[:1]))
    interest = ledger.interest
    return Payoff(ledger.month, series[-1].date, interest, owed + interest, None, order, tuple(series))


def compare(debts: Sequence[Debt], extra: Decimal, as_of: date) -> Comparison:
    """Compare avalanche and snowball with the minimums and `extra` a month, and try the additions in `MORE`.

    If both cost the same interest, avalanche is recommended. The additions are tried with the recommended
    strategy, or with avalanche if neither clears the debts.
    """
    payoffs = {strategy: simulate(debts, extra, as_of, strategy) for strategy in Strategy}
    costs = {
        strategy: payoff.total_interest
        for strategy, payoff in payoffs.items()
        if payoff.total_interest is not None
    }
    recommended = min(costs, key=costs.__getitem__, default=None)
    better = recommended or Strategy.AVALANCHE
    return Comparison(
        as_of=as_of,
        monthly_budget=minimum_payments(debts) + extra,
        avalanche=payoffs[Strategy.AVALANCHE],
        snowball=payoffs[Strategy.SNOWBALL],
        recommended=recommended,
        interest_saved=max(costs.values()) - min(costs.values()) if len(costs) == len(payoffs) else None,
        more=tuple(
            _more(addition, payoffs[better], simulate(debts, extra + addition, as_of, better)) for addition in MORE
        ),
    )


def level_total_payment(debts: Sequence[Debt], payments: int) -> Decimal:
    """The smallest total payment a month that clears the debts in so many (1 or more) payments with avalanche.

    At least the sum of the minimums, which are paid anyway. Debts are cleared within `HORIZON` in any case.
    """
    return minimum_payments(debts) + _least_extra(debts, min(payments, HORIZON))


def _least_extra(debts: Sequence[Debt], payments: int) -> Decimal:
    """The smallest extra a month that clears the debts within `payments` months.

    Found by regula falsi with the Illinois rule: interpolate between `low`, which is too little, and `high`, which
    is enough, until they are a cent apart. If the same end moves twice in a row, the gap of the other end is
    halved, because otherwise only one end would move. After `INTERPOLATIONS` guesses each halves the range.
    """
    low, low_gap = ZERO, _gap(debts, ZERO, payments)
    if low_gap <= 0:
        return ZERO
    low, low_gap, high, high_gap = _bracket(debts, payments, low_gap)
    last = high_gap
    with localcontext(EXACT_ENOUGH):
        step = 0
        while high - low > CENT:
            step += 1
            guess = low + round_to_cents((high - low) * low_gap / (low_gap - high_gap))
            guess = min(max(guess, low + CENT), high - CENT)
            if step > INTERPOLATIONS:
                guess = low + round_to_cents((high - low) / 2)
            gap = _gap(debts, guess, payments)
            if gap > 0:
                low, low_gap = guess, gap
                high_gap /= 2 if last > 0 else 1
            else:
                high, high_gap = guess, gap
                low_gap /= 2 if last <= 0 else 1
            last = gap
    return high


def _bracket(debts: Sequence[Debt], payments: int, gap: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """An extra that is too little and one that is enough, each with its gap; `gap` is the one of no extra.

    The gap is about what lacks: added, it is often enough, or a few cents too little.
    """
    most = round_to_cents(_gap(debts, ZERO, 1))
    low, low_gap, step = ZERO, gap, round_up_to_cents(gap)
    while True:
        high = min(low + step, most)
        high_gap = _gap(debts, high, payments)
        if high_gap <= 0:
            return low, low_gap, high, high_gap
        low, low_gap = high, high_gap
        step = max(2 * step if low > step else CENT, 2 * round_up_to_cents(high_gap))


def _gap(debts: Sequence[Debt], extra: Decimal, payments: int) -> Decimal:
    """Roughly how much more a month would clear the debts in time; 0 or less if they are cleared.

    If debts are left, it is the level payment for what is owed at the end. If not, it is minus the level payment
    for what the rest of the budget would save up by then, at the rate of the debt that closed last. This is almost
    linear in `extra`, so interpolation needs few simulations.
    """
    ledger = DebtLedger(debts)
    budget = paid = minimum_payments(debts) + extra
    while not ledger.is_cleared and ledger.month < payments:
        paid = ledger.pay_month(extra)
    if ledger.is_cleared:
        rate = ledger.closed[-1].debt.annual_rate if ledger.closed else ZERO
        saved = future_value(budget - paid, budget, rate, payments - ledger.month, start_of_month=False)
        return -level_payment(saved, ZERO, rate, payments, start_of_month=False)
    return sum(
        (
            level_payment(
                exact_money(account.balance), ZERO, account.debt.annual_rate, payments, start_of_month=False
            )
            for account in ledger.open
        ),
        ZERO,
    )


def _more(extra: Decimal, before: Payoff, after: Payoff) -> More:
    if before.total_interest is None or after.total_interest is None:
        return More(extra, after.months, None)
    return More(extra, after.months, max(ZERO, before.total_interest - after.total_interest))


def _closed_debt(account: Account, as_of: date) -> ClosedDebt:
    if account.closed_in is None:
        return ClosedDebt(account.debt.label, None, None, None)
    closed_on = calendar_date(as_of, account.closed_in)
    return ClosedDebt(account.debt.label, account.closed_in, closed_on, exact_money(account.interest))
