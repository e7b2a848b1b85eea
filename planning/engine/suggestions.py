"""Suggested goals, with amounts computed from a person's finances. Education, not advice.

The `facts` of a suggestion hold all numbers used. Money is rounded to the cent, rates are percent a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from fincred.money import ZERO, round_to_cents
from goals.vocabulary import Kind
from planning.engine.model import Debt, Explanation, Finances
from planning.engine.money.cents import money, monthly_interest, rate_units, to_cents

EMERGENCY_MONTHS: Final = 3
EMERGENCY_MONTHS_IRREGULAR: Final = 6
HIGH_RATE: Final = Decimal(10)
WITHDRAWAL_RATE: Final = Decimal(4)
TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested goal of `type` for `target_amount`, and why."""

    type: str
    target_amount: Decimal
    explanation: Explanation
    kind: Kind = Kind.ONCE


def suggest(
    finances: Finances,
    *,
    essential_expenses: Decimal | None,
    savings: Decimal,
    debts: Sequence[Debt],
    irregular_income: bool,
) -> tuple[Suggestion, ...]:
    """The goals to suggest, in this order: emergency fund, debt payoff, financial independence (FIRE).

    Goals that are already reached are left out. `essential_expenses` is an amount a month; None means all
    expenses. `irregular_income` is True for a person who is self-employed or paid irregularly.
    """
    essential = finances.monthly_expenses if essential_expenses is None else essential_expenses
    suggestions = (
        emergency_fund(essential, savings, irregular_income=irregular_income),
        debt_payoff(debts),
        fire(finances, savings),
    )
    return tuple(suggestion for suggestion in suggestions if suggestion)


def emergency_fund(essential: Decimal, savings: Decimal, *, irregular_income: bool) -> Suggestion | None:
    """Three months of essential expenses (six with irregular income) less savings; None if savings suffice."""
    months = EMERGENCY_MONTHS_IRREGULAR if irregular_income else EMERGENCY_MONTHS
    fund = essential * months
    missing = fund - savings
    if missing <= 0:
        return None
    text = (
        f"{months} months of essential expenses of {essential:,.2f} are {fund:,.2f}; "
        f"with {savings:,.2f} saved, {missing:,.2f} is missing."
    )
    facts = {
        "essential_monthly_expenses": essential,
        "months": months,
        "irregular_income": irregular_income,
        "fund": fund,
        "savings": savings,
        "missing": missing,
    }
    return Suggestion("emergency_fund", missing, Explanation("EMERGENCY_FUND", text, facts), Kind.RESERVE)


def debt_payoff(debts: Sequence[Debt]) -> Suggestion | None:
    """Pay off all debts above 10 % a year, highest rate first (avalanche); None if there are none.

    Only `annual_rate` is looked at: debts come at the rate of the present month (`Debt.in_month_to`).
    """
    expensive = [debt for debt in debts if debt.annual_rate > HIGH_RATE and debt.balance]
    expensive.sort(key=lambda debt: (-debt.annual_rate, debt.balance))
    if not expensive:
        return None
    total = sum((debt.balance for debt in expensive), ZERO)
    cents = sum(monthly_interest(to_cents(debt.balance), rate_units(debt.annual_rate)) for debt in expensive)
    interest = money(cents)
    text = (
        f"Debts above {HIGH_RATE} % a year come to {total:,.2f} and cost {interest:,.2f} "
        f"of interest a month. Paying the highest rate first costs the least."
    )
    facts = {
        "above_annual_rate": HIGH_RATE,
        "debts": [
            {"label": debt.label, "balance": debt.balance, "annual_rate": debt.annual_rate} for debt in expensive
        ],
        "total": total,
        "monthly_interest": interest,
    }
    return Suggestion("debt_payoff", total, Explanation("DEBT_PAYOFF", text, facts))


def fire(finances: Finances, savings: Decimal) -> Suggestion | None:
    """Save a year's expenses divided by 4 %; None if savings already suffice.

    The facts include the years that saving it takes, at today's surplus and without growth.
    """
    annual = finances.monthly_expenses * 12
    target = round_to_cents(annual * 100 / WITHDRAWAL_RATE)
    surplus = finances.surplus
    if target <= savings:
        return None
    years, way = None, "There is no surplus to get there with."
    if surplus > 0:
        years = ((target - savings) / (surplus * 12)).quantize(TENTH, rounding=ROUND_HALF_UP)
        way = f"With {savings:,.2f} saved, {surplus:,.2f} a month, without growth, takes {years} years."
    text = f"{annual:,.2f} of expenses a year at {WITHDRAWAL_RATE} % a year are {target:,.2f}. {way}"
    facts = {
        "annual_expenses": annual,
        "withdrawal_rate": WITHDRAWAL_RATE,
        "target": target,
        "savings": savings,
        "monthly_surplus": surplus,
        "years": years,
    }
    return Suggestion("fire_starter", target, Explanation("FIRE", text, facts))
