"""Debts for tests: a short builder, and a hypothesis strategy for lists of them."""

from decimal import Decimal

from hypothesis import strategies as st

from planning.engine.model import Debt


def debt(label: str, balance: str, rate: str = "0", minimum: str = "0") -> Debt:
    return Debt(label, Decimal(balance), Decimal(rate), Decimal(minimum))


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
