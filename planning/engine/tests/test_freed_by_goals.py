"""What is kept for debts that a goal pays off is free once they are cleared: by hand, and by accounts apart."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from planning.engine.debts.tests.builders import by_percentage
from planning.engine.model import Debt, GoalInput, GoalPlan, Plan, PlanInput
from planning.engine.money.cents import to_cents
from planning.engine.plan import make_plan
from planning.engine.tests.builders import card, goal, inputs, money

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def loan(*debts: Debt, months: int = 12, priority: str = "High", **changes: object) -> GoalInput:
    return goal(1, months, priority, name="loan", debts=debts or (card(),), **changes)


def planned(surplus: str | int, *goals: GoalInput) -> Plan:
    """With 200 a month kept for minimum payments in all: 100 of them for others than the card of 5 000."""
    return make_plan(inputs(surplus, *goals), with_alternatives=False)


def paid(made: GoalPlan) -> list[Decimal]:
    return [each.amount for each in made.schedule]


class TestACardOfFiveThousand:
    """At 12 %, minimum 100, cleared in twelve months: 444.25 a month, 344.25 above the minimum."""

    def test_frees_its_minimum_for_a_goal_after_it_from_the_month_after(self) -> None:
        """12 x 344.25 less 4 130.92 leave 0.08, and eight months of 444.25 come after it: 3 554.08."""
        plan = planned("344.25", loan(), goal(4000, 20, "Low", name="house"))
        _, house = plan.goals
        assert paid(house) == [money(0)] * 11 + [money("0.08"), *[money("444.25")] * 9, money("1.67")]
        assert house.shortfall == money("445.92")
        assert house.projected_completion_date == date(2027, 10, 1)
        due = [month.minimum_payments for month in plan.cash_flow]
        assert due == [money(200)] * 12 + [money(100)] * 8
        assert [plan.cash_flow[month].surplus for month in (11, 12)] == [money("344.25"), money("444.25")]
        facts = house.explanation.facts
        assert (facts["room"], facts["money_by_then"]) == (
            money("3554.08"),
            money(12 * 344 + 3) + 8 * money("444.25"),
        )
        assert facts["freed_minimums"] == [{"label": "card", "amount": money(100), "since": date(2027, 1, 1)}]
        assert "card is paid off, which frees 100.00 a month from 2027-01-01." in house.explanation.text

    def test_is_not_freed_for_a_goal_before_it_until_minimums_alone_would_clear_it(self) -> None:
        """Minimums of 100 alone take 70 payments, and the house before it is due after 60."""
        house, _ = planned("500", goal(40000, 60, "High", name="house", primary=True), loan(priority="Low")).goals
        assert house.explanation.facts["room"] == money(30000)
        assert "freed_minimums" not in house.explanation.facts

    def test_counts_for_a_goal_before_it_once_minimums_alone_clear_it(self) -> None:
        """900 at 0 % are nine minimums of 100. Twelve months of 50 and three of 100 come to 900."""
        small = loan(card(900, 0), months=4, priority="Low")
        house, late = planned("50", goal(2000, 12, "High", name="house"), small).goals
        assert house.explanation.facts["room"] == money(900)
        assert house.explanation.facts["freed_minimums"][0]["since"] == date(2026, 10, 1)
        assert (late.shortfall, late.projected_completion_date) == (money(500), date(2026, 10, 1))

    def test_if_it_falls_short_frees_it_when_what_it_gets_clears_it_at_the_latest(self) -> None:
        """1 000 at 0 %: four months of 100 and 150 clear it; of 100 and 50 they leave 400, which are four more."""
        debt = loan(card(1000, 0), months=4)
        for surplus, missing, since, room in (("150", 0, 4, 5 * 250), ("50", 400, 8, 5 * 50 + 100)):
            cleared, house = planned(surplus, debt, goal(9000, 9, "Low", name="house")).goals
            facts = house.explanation.facts
            assert facts["freed_minimums"][0]["since"] == date(2026, since + 1, 1)
            assert (cleared.shortfall, facts["room"]) == (money(missing), money(room))

    def test_what_a_late_goal_clears_earlier_with_is_for_late_goals_only(self) -> None:
        """1 000 at 0 % in four months: of the 600 above the minimums 80 are there. 520 are left, six minimums,
        so the house counts on the 100 from the eleventh month on. With 12.50 a month, which the house leaves,
        the last of the six isn't due, and its 100 go to the goal that is late."""
        debt = loan(card(1000, 0), months=4)
        plan = planned("20", debt, goal(60, 12, "Low", name="house"), goal(300, 2, "Low", name="late"))
        assert [each.surplus for each in plan.cash_flow] == [money(20)] * 9 + [money(120)] * 3
        late_loan, house, late = plan.goals
        assert late_loan.projected_completion_date == date(2026, 10, 1)
        assert house.explanation.facts["freed_minimums"][0]["since"] == date(2026, 11, 1)
        assert house.explanation.facts["money_by_then"] == money(12 * 20 + 2 * 100)
        assert (late.shortfall, paid(late)[9]) == (money(300), money("112.50"))

    def test_of_a_chosen_amount_is_free_when_that_has_cleared_it(self) -> None:
        """1 000 at 0 %, 100 chosen beside the 100: cleared in five months, seven before its date."""
        quick = loan(card(1000, 0), months=12, chosen_monthly=money(100))
        plan = planned("100", quick, goal(900, 10, "Low", name="house"))
        assert plan.goals[1].explanation.facts["room"] == money(5 * 200)
        assert [each.minimum_payments for each in plan.cash_flow] == [money(200)] * 5 + [money(100)] * 7

    def test_that_is_cleared_keeps_nothing(self) -> None:
        plan = planned("100", loan(card(0)), goal(900, 10, "Low", name="house"))
        assert {each.surplus for each in plan.cash_flow} == {money(200)}

    def test_by_percentage_keeps_its_first_minimum_until_the_goal_has_cleared_it(self) -> None:
        plan = planned("300", loan(by_percentage("3000", "18", "4", "25")), goal(9000, 20, "Low", name="house"))
        due = [each.minimum_payments for each in plan.cash_flow]
        assert due == [money(200)] * 12 + [money(200) - money("121.80")] * 8


@dataclass
class Owed:
    """A debt in an account apart from the engine: whole cents, a rate a year, a fixed minimum."""

    balance: int
    rate: Decimal
    minimum: int

    def accrue(self) -> None:
        self.balance += int((self.balance * self.rate / 1200).quantize(Decimal(1), ROUND_HALF_UP))

    def pay(self, most: int) -> int:
        paid = min(self.balance, most)
        self.balance -= paid
        return paid


class Accounts:
    """The debts of a goal, and what months keep: up to its date the minimums, then what is due by these alone."""

    def __init__(self, goal_input: GoalInput, months: int) -> None:
        self.debts = [Owed(to_cents(d.balance), d.annual_rate, to_cents(d.min_payment)) for d in goal_input.debts]
        self.minimums = sum(debt.minimum for debt in self.debts)
        alone, self.due = [replace(debt) for debt in self.debts], list[int]()
        self.ends_alone: int | None = None
        for month in range(700):
            if not sum(debt.balance for debt in alone) and self.ends_alone is None:
                self.ends_alone = month
            for debt in alone:
                debt.accrue()
            self.due.append(sum(debt.pay(debt.minimum) for debt in alone))
        self.months = months

    @property
    def owed(self) -> int:
        return sum(debt.balance for debt in self.debts)

    def kept(self, month: int) -> int:
        if self.ends_alone is not None and self.ends_alone <= self.months:
            return self.due[month]
        return self.minimums if month < self.months else self.due[month]

    def live(self, month: int, extra: int) -> int:
        """Pay a month, if anything is owed; returns what was kept for it."""
        if not self.owed:
            return 0
        kept = self.kept(month)
        left = kept + extra
        for debt in self.debts:
            debt.accrue()
        for debt in self.debts:
            left -= debt.pay(min(left, debt.minimum))
        for debt in sorted(self.debts, key=lambda each: (-each.rate, each.balance)):
            left -= debt.pay(left)
        return kept


def some_people(random: Random, *, rate: str | None = None) -> PlanInput:
    goals = []
    for number in range(random.randrange(2, 6)):
        months, priority = random.randrange(1, 30), random.choice(["High", "Medium", "Low"])
        if number and random.random() < 0.6:
            earns = Decimal(random.choice(["0", "3"]) if rate is None else 0)
            goals.append(goal(random.randrange(100, 6000), months, priority, name=f"{number}", annual_rate=earns))
            continue
        debts = tuple(
            card(random.randrange(0, 3000), rate or random.choice(["0", "6", "18"]), random.randrange(20, 200))
            for _ in range(random.randrange(1, 3))
        )
        goals.append(goal(1, months, priority, name=f"{number}", debts=debts))
    case = inputs(random.randrange(-30, 400), *goals)
    kept = sum((debt.min_payment for each in goals for debt in each.debts), money(0))
    income = case.finances.monthly_income - case.finances.minimum_payments + kept
    return replace(case, finances=replace(case.finances, monthly_income=income, minimum_payments=kept))


@pytest.mark.parametrize("seed", range(60))
def test_is_what_comes_of_living_by_it_month_by_month(seed: int) -> None:
    """What is kept, paid and carried is that of accounts apart, at any rates; no month gives what isn't there."""
    case = some_people(Random(seed))
    plan = make_plan(case, with_alternatives=False)
    accounts = [
        Accounts(each, made.explanation.facts["months"]) if each.debts else None
        for each, made in zip(case.goals, plan.goals, strict=True)
    ]
    surplus, carried = to_cents(case.finances.surplus + case.finances.minimum_payments), 0
    for month, told in enumerate(plan.first_months(640)):
        given = [to_cents(paid(made)[month]) if month < len(paid(made)) else 0 for made in plan.goals]
        kept = 0
        for account, extra, made in zip(accounts, given, plan.goals, strict=True):
            if account is None:
                continue
            kept += account.live(month, extra)
            if month < len(made.schedule):
                assert account.owed == to_cents(made.schedule[month].balance)
            if made.projected_completion_date == case.calendar.day(month + 1):
                assert not account.owed
        carried += surplus - kept - sum(given)
        assert to_cents(told.minimum_payments) == kept
        assert to_cents(told.carried) == carried
        assert carried >= 0 or not sum(given)


def order_of(goals: tuple[GoalInput, ...]) -> list[GoalInput]:
    return sorted(
        goals, key=lambda each: (["High", "Medium", "Low"].index(each.priority), each.target_date, each.id)
    )


@pytest.mark.parametrize("seed", range(100))
def test_is_granted_by_the_rule_where_time_makes_no_difference(seed: int) -> None:
    """At 0 % each goal gets what it needs of what the months leave it, counted apart."""
    case = some_people(Random(seed), rate="0")
    made = {each.goal_id: each for each in make_plan(case, with_alternatives=False).goals}
    months = {each.id: made[each.id].explanation.facts["months"] for each in case.goals}
    kept_for = {each.id: Accounts(each, months[each.id]) for each in case.goals if each.debts}
    free = [to_cents(case.finances.surplus)] * 660
    for account in kept_for.values():
        free = [more + account.minimums - account.kept(month) for month, more in enumerate(free)]
    horizon, promised = 12, list[tuple[int, int]]()
    for each in order_of(case.goals):
        last, its = months[each.id], kept_for.get(each.id)
        horizon = max(horizon, last)
        need = to_cents(each.target_amount)
        if its:
            need = max(0, its.owed - sum(its.kept(month) for month in range(last)))
        most = [min(sum(free[:later]) for later in range(month, horizon + 1)) for month in range(horizon + 1)]
        room = max(0, min(most[by] - sum(x for n, x in promised if n <= by) for by in range(last, horizon + 1)))
        granted = min(need, room)
        assert to_cents(made[each.id].shortfall) == need - granted
        promised.append((last, granted))
        if its:
            owed, since = its.owed - granted - sum(its.kept(month) for month in range(last)), last
            while owed > 0 and since < len(free):
                owed -= its.kept(since)
                since += 1
            free[since:] = [more + its.kept(since + at) for at, more in enumerate(free[since:])]
