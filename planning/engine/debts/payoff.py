"""Pay off debts with a budget.

Payments are on the planning calendar, the first one a month after `as_of`. Rates are percent a year, money is
exact to the cent. A budget of minimums and an extra doesn't fall when a debt with a fixed minimum closes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fincred.money import ZERO
from planning.engine.dates import Calendar, calendar_date
from planning.engine.debts.budget import Budget
from planning.engine.debts.ledger import Account, DebtLedger, Strategy
from planning.engine.debts.level import HORIZON
from planning.engine.debts.terms import first_minimums
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money

# The additions to the monthly budget that a comparison tries.
MORE: Final = (Decimal("50.00"), Decimal("100.00"))


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
    unless both clear the debts. `monthly_budget` is that of the first month, without payments that come once. If
    `minimums_change`, minimum payments follow from balances, so budgets made of minimums change too.
    """

    as_of: date
    monthly_budget: Decimal
    minimums_change: bool
    avalanche: Payoff
    snowball: Payoff
    recommended: Strategy | None
    interest_saved: Decimal | None
    more: tuple[More, ...]


def simulate(
    debts: Sequence[Debt], budget: Budget, as_of: date, strategy: Strategy = Strategy.AVALANCHE
) -> Payoff:
    """Pay by the budget every month until nothing is owed."""
    ledger = DebtLedger(debts, Calendar(as_of, as_of), strategy)
    owed = ledger.balance
    series = [BalancePoint(as_of, owed)]
    floor = ZERO
    while not ledger.is_cleared and ledger.month < HORIZON:
        day = calendar_date(as_of, ledger.month + 1)
        _pay(ledger, budget, series[-1].date if ledger.month else None, day)
        if ledger.month == 1:
            floor = ledger.interest
        series.append(BalancePoint(day, ledger.balance))
    order = tuple(_closed_debt(account, as_of) for account in (*ledger.closed, *ledger.open))
    if not ledger.is_cleared:
        return Payoff(None, None, None, None, floor, order, tuple(series[:1]))
    interest = ledger.interest
    return Payoff(ledger.month, series[-1].date, interest, owed + interest, None, order, tuple(series))


def _pay(ledger: DebtLedger, budget: Budget, after: date | None, day: date) -> None:
    on_top = budget.on_top(after, day)
    if budget.monthly is None:
        ledger.pay_month(on_top)
    else:
        ledger.pay_in_all(budget.monthly + on_top)


def compare(debts: Sequence[Debt], budget: Budget, as_of: date) -> Comparison:
    """Compare avalanche and snowball with a budget, and try the additions in `MORE` on top of every month.

    If both cost the same interest, avalanche is recommended. The additions are tried with the recommended
    strategy, or with avalanche if neither clears the debts.
    """
    payoffs = {strategy: simulate(debts, budget, as_of, strategy) for strategy in Strategy}
    costs = {
        strategy: payoff.total_interest
        for strategy, payoff in payoffs.items()
        if payoff.total_interest is not None
    }
    recommended = min(costs, key=costs.__getitem__, default=None)
    better = recommended or Strategy.AVALANCHE
    return Comparison(
        as_of=as_of,
        monthly_budget=_first_month(debts, budget, as_of),
        minimums_change=any(debt.min_payment_percent for debt in debts),
        avalanche=payoffs[Strategy.AVALANCHE],
        snowball=payoffs[Strategy.SNOWBALL],
        recommended=recommended,
        interest_saved=max(costs.values()) - min(costs.values()) if len(costs) == len(payoffs) else None,
        more=tuple(
            _more(addition, payoffs[better], simulate(debts, budget.raised(addition), as_of, better))
            for addition in MORE
        ),
    )


def _first_month(debts: Sequence[Debt], budget: Budget, as_of: date) -> Decimal:
    if budget.monthly is not None:
        return budget.monthly
    minimums = first_minimums(debts, Calendar(as_of, as_of), is_capped=False)
    return minimums + budget.extra.on(calendar_date(as_of, 1))


def _more(extra: Decimal, before: Payoff, after: Payoff) -> More:
    if before.total_interest is None or after.total_interest is None:
        return More(extra, after.months, None)
    return More(extra, after.months, max(ZERO, before.total_interest - after.total_interest))


def _closed_debt(account: Account, as_of: date) -> ClosedDebt:
    if account.closed_in is None:
        return ClosedDebt(account.debt.label, None, None, None)
    closed_on = calendar_date(as_of, account.closed_in)
    return ClosedDebt(account.debt.label, account.closed_in, closed_on, exact_money(account.interest))
