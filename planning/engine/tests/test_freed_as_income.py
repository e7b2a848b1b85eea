"""What minimum payments no longer take is as free as an income that comes on the first day of each month."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from planning.engine.model import Debt, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, inputs, money
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONTHS = 700


def with_debts(case: PlanInput, *debts: Debt) -> PlanInput:
    """The same surplus in the first month, and these debts."""
    minimums = case.finances.minimum_payments + sum((debt.min_payment for debt in debts), Decimal(0))
    income = case.finances.monthly_income + sum((payments(debt)[0] for debt in debts), Decimal(0))
    finances = replace(case.finances, monthly_income=income, minimum_payments=minimums, debts=debts)
    return replace(case, finances=finances)


def payments(debt: Debt) -> list[Decimal]:
    """The minimum payments of months, counted apart from the engine."""
    cent, owed, paid = Decimal("0.01"), debt.balance, []
    for month in range(MONTHS):
        promoted = debt.promo_until is not None and calendar_month(month + 1) <= debt.promo_until
        rate = (debt.promo_rate if promoted else debt.annual_rate) or Decimal(0)
        owed += (owed * rate / 1200).quantize(cent, ROUND_HALF_UP)
        least = debt.min_payment
        if debt.min_payment_percent is not None:
            percent = (owed * debt.min_payment_percent / 100).quantize(cent, ROUND_HALF_UP)
            least = max(debt.min_payment_floor or Decimal(0), percent)
        paid.append(min(owed, least))
        owed -= paid[-1]
    return paid


def calendar_month(month: int) -> date:
    return date(2026 + month // 12, month % 12 + 1, 1)


def some_debts(random: Random) -> list[Debt]:
    debts = []
    for number in range(random.randrange(1, 4)):
        rate, least = Decimal(random.choice(["0", "6", "22.99"])), money(random.randrange(60, 400))
        debt = Debt(f"Debt {number}", money(random.randrange(1, 4000)), rate, least)
        if random.random() < 0.3:
            debt = replace(debt, min_payment_percent=Decimal(5), min_payment_floor=money(50))
            debt = replace(debt, min_payment=payments(debt)[0])
        if random.random() < 0.3:
            debt = replace(debt, promo_rate=Decimal(1), promo_until=date(2026, random.randrange(3, 12), 5))
        debts.append(debt)
    return debts


def some_goals(random: Random, *rates: str) -> PlanInput:
    goals = [
        goal(
            random.randrange(200, 9000),
            random.randrange(1, 30),
            random.choice(["High", "Medium", "Low"]),
            name=f"{number}",
            annual_rate=Decimal(random.choice(rates)),
        )
        for number in range(random.randrange(1, 5))
    ]
    return inputs(random.randrange(0, 500), *goals)


class TestFreed:
    @pytest.mark.parametrize("seed", range(150))
    def test_is_as_money_that_comes_on_the_first_of_each_month(self, seed: int) -> None:
        """The same plan comes of constant minimum payments and incomes of what they are less, counted apart."""
        random = Random(seed)
        case, debts = some_goals(random, *(["0"] if seed % 2 else ["0", "3"])), some_debts(random)
        paid = [sum(of_month, Decimal(0)) for of_month in zip(*map(payments, debts), strict=True)]
        incomes = [
            Flow(paid[0] - amount, PayFrequency.ONCE, calendar_month(month))
            for month, amount in enumerate(paid)
            if amount < paid[0]
        ]
        owed = [
            Flow(amount - paid[0], PayFrequency.ONCE, calendar_month(month))
            for month, amount in enumerate(paid)
            if amount > paid[0]
        ]
        with_incomes = replace(case.finances, incomes=tuple(incomes), planned=tuple(owed))
        made = make_plan(with_debts(case, *debts))
        expected = make_plan(replace(case, finances=with_incomes))
        assert [each.surplus for each in made.cash_flow] == [each.surplus for each in expected.cash_flow]
        for mine, other in zip(made.goals, expected.goals, strict=True):
            assert (mine.shortfall, mine.feasibility, mine.alternatives) == (
                other.shortfall, other.feasibility, other.alternatives,
            )  # fmt: skip
            if seed % 2:  # late payments that may come on a day in the month can earn their interest later
                assert [each.amount for each in mine.schedule] == [each.amount for each in other.schedule]
