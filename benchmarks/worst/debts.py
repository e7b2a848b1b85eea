"""A person's debts as the engine and as the API take them. Those kept before have fixed minimums and one rate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.worst.people import Person, money, percent
from planning.engine.dates import Calendar
from planning.engine.debts.terms import first_minimum
from planning.engine.model import Debt


def engine_debt(debt: Person, today: date) -> Debt:
    made = Debt("debt", money(debt["balance"]), percent(debt["rate"]), money(debt["minimum"]))
    if debt.get("promo"):
        rate, days = debt["promo"]
        made = replace(made, promo_rate=percent(rate), promo_until=today + timedelta(days=days))
    if debt.get("percent"):
        made = replace(
            made, min_payment_percent=percent(debt["percent"]), min_payment_floor=money(debt["minimum"])
        )
    return replace(made, min_payment=first_minimum(made, Calendar(today, today)))


def told_debt(debt: Person, today: date) -> dict[str, Any]:
    made = engine_debt(debt, today)
    by_percentage = made.min_payment_percent is not None
    return {
        "type": "other",
        "balance": made.balance,
        "interest_rate_annual": made.annual_rate,
        "min_payment": None if by_percentage else made.min_payment,
        "min_payment_percent": made.min_payment_percent,
        "min_payment_floor": made.min_payment_floor,
        "promo_rate_annual": made.promo_rate,
        "promo_until": made.promo_until,
    }


def minimums(person: Person, today: date) -> Decimal:
    """What the surplus keeps for the minimum payments of all debts."""
    debts = (engine_debt(debt, today).min_payment for goal in person["goals"] for debt in goal["debts"])
    return sum(debts, Decimal("0.00"))
