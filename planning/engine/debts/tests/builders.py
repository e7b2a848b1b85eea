"""Debts for tests: a short builder, and a hypothesis strategy for lists of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from planning.engine.dates import Calendar
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.terms import first_minimum
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money

NOTHING = Decimal("0.00")
CALENDAR = Calendar(date(2026, 1, 1), date(2026, 1, 1))


def debt(label: str, balance: str, rate: str = "0", minimum: str = "0") -> Debt:
    return Debt(label, Decimal(balance), Decimal(rate), Decimal(minimum))


def with_extra(amount: Decimal) -> Budget:
    """The minimum payments and so much more a month."""
    return Budget(Extra(amount))


def by_percentage(balance: str, rate: str, percent: str, floor: str) -> Debt:
    """A debt whose minimum is a percentage with a floor; the surplus keeps that of January 2026 for it."""
    fixed = debt("card", balance, rate)
    changing = replace(fixed, min_payment_percent=Decimal(percent), min_payment_floor=Decimal(floor))
    return replace(changing, min_payment=first_minimum(changing, CALENDAR))


def promoted(debt: Debt, rate: str, until: str) -> Debt:
    """The debt with a promotional rate until a day."""
    return replace(debt, promo_rate=Decimal(rate), promo_until=date.fromisoformat(until))


def debts_of_every_kind(cents: int, *, most: int) -> st.SearchStrategy[list[Debt]]:
    """Up to `most` debts of at most so many cents, with fixed minimums or percentages, promotional rates or none.

    There are few rates and days, so that debts share a rate and their promotional rates end together.
    """
    rates = st.sampled_from(["0", "0.0001", "12", "24.99", "60", "951"]).map(Decimal)
    amounts = st.integers(0, cents).map(exact_money)
    minimums = st.integers(0, cents // 10).map(exact_money)
    days = st.sampled_from([date(2025, 6, 1), date(2026, 2, 1), date(2026, 4, 15), date(2026, 9, 1)])

    @st.composite
    def one(draw: st.DrawFn) -> Debt:
        debt = Debt("debt", draw(amounts), draw(rates), draw(minimums))
        if draw(st.booleans()):
            debt = replace(debt, promo_rate=draw(rates), promo_until=draw(days))
        if draw(st.booleans()):
            percent = draw(st.sampled_from(["0.0001", "1", "2.5", "33.3333", "100"]).map(Decimal))
            debt = replace(debt, min_payment_percent=percent, min_payment_floor=draw(minimums))
        return replace(debt, min_payment=first_minimum(debt, CALENDAR))

    return st.lists(one(), max_size=most)


def lists_of_debts(*, least: int = 0) -> st.SearchStrategy[list[Debt]]:
    """Of `least` to five debts."""
    one = st.builds(
        Debt,
        label=st.just("debt"),
        balance=st.decimals(0, 50_000, places=2),
        annual_rate=st.decimals(0, 60, places=4),
        min_payment=st.decimals(0, 500, places=2),
    )
    return st.lists(one, min_size=least, max_size=5)
