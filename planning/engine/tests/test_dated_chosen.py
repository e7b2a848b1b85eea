"""Goals beside chosen amounts that come early in a month, on money with dates: what each gets, counted by days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fincred.money import ZERO
from planning.engine.cadence import Cadence
from planning.engine.model import Finances, GoalInput, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal
from planning.engine.tests.lumpy import Listed, a_case, cents
from planning.engine.tests.test_dated_payments import lacking_at_date, month_of
from planning.engine.tests.test_dated_plans import months_of, needed, served, short_of
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MARCH = date(2026, 3, 1)


def on_a_weekly_income(*goals: GoalInput, planned: tuple[Flow, ...] = ()) -> Plan:
    """228 are spent a month. 112.52 come on 23 March, and 233.16 on every Sunday from 7 June on."""
    incomes = (
        Flow(Decimal("112.52"), PayFrequency.ONCE, date(2026, 3, 23)),
        Flow(Decimal("233.16"), PayFrequency.WEEKLY, date(2026, 6, 7)),
    )
    finances = Finances(ZERO, Decimal("228.00"), ZERO, incomes, planned)
    return make_plan(PlanInput(MARCH, finances, goals), with_alternatives=False)


class TestWhatIsKeptForTheNextMonth:
    """A chosen amount of 38 on 1 October takes 266 that September must leave, beside the 228 that are spent.

    932.64 come on Sundays of September, after the third.
    """

    CHOSEN = goal(
        "1021.17",
        name="chosen",
        priority="High",
        target_date=date(2027, 1, 27),
        chosen_monthly=Decimal(38),
        annual_rate=Decimal("3.5"),
    )

    def test_is_what_comes_after_a_date_in_the_month_before(self) -> None:
        plan = on_a_weekly_income(self.CHOSEN, goal("1630.39", target_date=date(2026, 9, 3)))
        assert plan.goals[1].shortfall == Decimal("234.79")
        assert plan.goals[1].explanation.facts["held_back"] == 0

    def test_is_less_for_others_where_too_little_comes_after_the_date(self) -> None:
        """After the 21st 233.16 come, so 266 - 233.16 = 32.84 of the money before it are kept."""
        plan = on_a_weekly_income(self.CHOSEN, goal(3000, target_date=date(2026, 9, 21)))
        facts = plan.goals[1].explanation.facts
        assert facts["held_back"] == Decimal("32.84")
        assert facts["room"] == Decimal("1395.60") + 3 * Decimal("233.16") - Decimal("32.84")

    def test_is_told_with_its_month(self) -> None:
        made = on_a_weekly_income(self.CHOSEN, goal(3000, target_date=date(2026, 9, 21))).goals[1].explanation
        assert made.facts["held_back_parts"] == [
            {"amount": Decimal("32.84"), "month": date(2026, 10, 1), "planned": [], "chosen": True}
        ]
        assert "less 32.84 kept for chosen amounts in the month from 2026-10-01" in made.text

    def test_is_told_with_the_months_planned_expenses(self) -> None:
        insurance = Flow(Decimal(100), PayFrequency.ONCE, date(2026, 10, 20), label="insurance")
        wanted = goal(3000, target_date=date(2026, 9, 21))
        made = on_a_weekly_income(self.CHOSEN, wanted, planned=(insurance,)).goals[1].explanation
        assert "less 132.84 kept for insurance and chosen amounts in the month from 2026-10-01" in made.text
        assert [part["planned"] for part in made.facts["held_back_parts"]] == [["insurance"]]

    def test_is_what_comes_after_days_of_a_plans_own(self) -> None:
        on_the_third = Cadence(Frequency.MONTHLY, 3, MARCH)
        plan = on_a_weekly_income(self.CHOSEN, goal("1630.39", target_date=date(2026, 9, 4), cadence=on_the_third))
        assert plan.goals[1].shortfall == Decimal("234.79")

    def test_is_what_comes_after_the_date_of_another_chosen_amount(self) -> None:
        second = goal(1000, name="second", target_date=date(2026, 9, 3), chosen_monthly=Decimal(1000))
        plan = on_a_weekly_income(self.CHOSEN, second)
        assert plan.goals[1].shortfall == 0
        assert plan.goals[1].explanation.facts["room"] == Decimal("1395.60")

    def test_is_what_comes_after_late_days(self) -> None:
        """On 3 September no less than all that is there by then is there for a late one."""
        late = goal(
            2000,
            target_date=date(2026, 8, 20),
            cadence=Cadence(Frequency.MONTHLY, 3, MARCH),
        )
        plan = on_a_weekly_income(self.CHOSEN, late)
        paid = sum(each.amount for each in plan.goals[1].payments if each.date <= date(2026, 9, 3))
        assert paid == Decimal("1395.60")


def test_what_is_held_back_from_a_goal_that_is_done_is_told_with_a_month_after_the_year() -> None:
    """On 1 April 2027 a late goal gets its 38, so March leaves these and the 228 that are spent in April."""
    on_the_first = Cadence(Frequency.MONTHLY, 1, MARCH)
    chosen = goal(5000, name="chosen", priority="High", target_date=date(2026, 6, 20), cadence=on_the_first)
    chosen = replace(chosen, chosen_monthly=Decimal(38), chosen_each=Decimal(38))
    done = goal(60, target_date=date(2027, 4, 1), already_there=Decimal("100.00"))
    facts = on_a_weekly_income(chosen, done).goals[1].explanation.facts
    april = {"amount": Decimal(266), "month": date(2027, 4, 1), "planned": [], "chosen": True}
    assert facts["held_back"] == 266
    assert facts["held_back_parts"] == [april]


@pytest.mark.parametrize("day", [None, 25, 5])
def test_what_a_late_chosen_amount_takes_may_wait_for_the_months_money(day: int | None) -> None:
    """400 of 500 are left, which come on each 20th. On 10 February 130 must be there: 30, and what is spent.

    So January, of which 100 and 30 are paid, has 140 more for others. The 100 of the late goal aren't kept beside
    these, for they are paid once the money has come; unless on each 5th, but then none was paid in January.
    """
    income = Flow(Decimal(500), PayFrequency.MONTHLY, date(2026, 1, 20))
    cadence = Cadence(Frequency.MONTHLY, day, date(2026, 1, 1)) if day else None
    goals = (
        goal(900, name="late", priority="High", target_date=date(2026, 1, 27), cadence=cadence),
        goal(60, name="before the money", target_date=date(2026, 2, 10)),
        goal(900, name="others", priority="Low", target_date=date(2026, 4, 1)),
    )
    amounts = map(Decimal, (100, 30, 400))
    chosen = [
        replace(each, chosen_monthly=amount, chosen_each=amount)
        for each, amount in zip(goals, amounts, strict=True)
    ]
    finances = Finances(ZERO, Decimal(100), ZERO, (income,))
    plan = make_plan(PlanInput(date(2026, 1, 1), finances, tuple(chosen)), with_alternatives=False)
    assert plan.goals[1].shortfall == 0
    assert cents(plan.goals[2].schedule[0].amount) == 14000


@pytest.mark.parametrize("repeats", [None, 1])
def test_without_days_of_its_own_a_goal_is_paid_what_was_chosen_a_month(repeats: int | None) -> None:
    """Each cycle of a month is, too, of what January left; an amount for other days doesn't count."""
    income = Flow(Decimal(100), PayFrequency.MONTHLY, date(2026, 1, 20))
    chosen = goal(30, 1, chosen_monthly=Decimal(30), chosen_each=Decimal(7), repeat_every_months=repeats)
    finances = Finances(ZERO, ZERO, ZERO, (income,))
    plan = make_plan(PlanInput(date(2026, 1, 1), finances, (chosen,)), with_alternatives=False)
    payments = [(paid.date, paid.amount) for paid in plan.goals[0].payments]
    each = Decimal(30)
    assert payments[:2] == [(date(2026, 1, 20), each), (date(2026, 2, 1), each)][: 2 if repeats else 1]


def test_what_chosen_amounts_take_of_later_months_is_told_by_month() -> None:
    """1 200 come on New Year's Day, of which 100 are paid in each month of the year: 1 000 after February."""
    income = Flow(Decimal(1200), PayFrequency.ONCE, date(2026, 1, 1))
    chosen = goal(1200, name="chosen", priority="High", chosen_monthly=Decimal(100))
    finances = Finances(ZERO, ZERO, ZERO, (income,))
    plan = make_plan(PlanInput(date(2026, 1, 1), finances, (chosen, goal(50, 2))), with_alternatives=False)
    told = plan.goals[1].explanation
    parts = [(part["amount"], part["month"].month, part["chosen"]) for part in told.facts["held_back_parts"]]
    assert parts == [(100, month, True) for month in range(3, 13)]
    assert "less 100.00 kept for chosen amounts in the month from 2026-03-01, less 100.00 kept for" in told.text
    assert "less 700.00 kept for later months, less 200.00 for goals ahead of it" in told.text


def test_what_another_chosen_amount_takes_later_in_the_month_needs_not_be_there_before() -> None:
    """38 are paid on 28 September, and 38 on 1 October. Of August and September 1 October needs 266 as before.

    Of the 233.16 that come after 21 September 38 are paid on the 28th, so 1 October needs 70.84 of what was there
    before. In October 932.64 come before the 28th, on which the other 38 are due, so nothing is kept for these.
    """
    on_the_28th = Cadence(Frequency.MONTHLY, 28, MARCH)
    first = replace(
        TestWhatIsKeptForTheNextMonth.CHOSEN, name="on the 28th", cadence=on_the_28th, annual_rate=ZERO
    )
    first = replace(first, chosen_each=Decimal(38), target_date=date(2027, 1, 26))
    wanted = goal(3000, target_date=date(2026, 9, 21), priority="Low")
    facts = on_a_weekly_income(first, TestWhatIsKeptForTheNextMonth.CHOSEN, wanted).goals[2].explanation.facts
    assert (facts["taken_ahead"], facts["held_back"]) == (266, Decimal("70.84"))


def a_case_with_chosen(seed: int) -> PlanInput:
    """One or two chosen amounts, on first days with interest or on days of their own; others share the rest."""
    case = a_case(seed, rates=True, own_days=True, chosen=True)
    last = case.calendar.day(16)  # after all the others
    goals = []
    for index, each in enumerate(case.goals):
        if index < min(1 + seed % 2, len(case.goals) - 1):
            rate = each.annual_rate or Decimal("3.5")
            amount = Decimal(5 + seed % 40)
            wanted = replace(each, debts=(), annual_rate=rate, target_date=last, target_amount=Decimal(50_000))
            goals.append(replace(wanted, chosen_monthly=amount, chosen_each=amount if each.cadence else None))
        else:
            goals.append(
                replace(each, debts=(), annual_rate=ZERO, cadence=None, chosen_monthly=None, chosen_each=None)
            )
    return replace(case, goals=tuple(goals))


def granted(case: PlanInput, plan: Plan) -> list[int]:
    """The most that each goal without a chosen amount can get in its turn, beside the payments of the chosen ones.

    Up to a date these leave what has come before it, less what they take until more comes in its month; and on
    each day on which one is paid, they leave what has come by then.
    """
    order = [j for j in served(case) if case.goals[j].chosen_monthly is None]
    months = [months_of(case, each) for each in case.goals]
    horizon = max(12, *months)
    money = Listed(case, horizon + 2)
    by = money.by()
    chosen = [
        (paid.date, cents(paid.amount), each.cadence is None)
        for each, made in zip(case.goals, plan.goals, strict=True)
        if each.chosen_monthly is not None
        for paid in made.payments
        if paid.date < case.calendar.day(horizon + 1)
    ]

    def taken(before: date) -> int:
        return sum(amount for on, amount, _ in chosen if on < before)

    def arriving_after(on: date) -> int:
        month = month_of(case, on)
        return money.arriving(month, day(month + 1)) - money.arriving(month, on + timedelta(days=1))

    def waiting(month: int, late: int) -> int:
        """What chosen amounts take in a month once some of what comes too late is there."""
        in_month = [(on, amount) for on, amount, _ in chosen if month_of(case, on) == month]
        return sum(amount for on, amount in in_month if arriving_after(on) < late)

    day = case.calendar.day
    limits = [(month, 0, by[month] - taken(day(month))) for month in range(1, horizon + 1)]
    for on, _, is_on_calendar in chosen:
        month = month_of(case, on)
        tomorrow = on + timedelta(days=1)
        there = by[month] + money.undated(month) + money.arriving(month, tomorrow) - taken(tomorrow)
        if month and (on == day(month) or not is_on_calendar):
            limits.append((month, 0, there))
        if not is_on_calendar:
            limits.append((month + 1, -arriving_after(on), there))
    late = [short_of(case, money, each) for each in case.goals]
    due = [(months[j], -late[j]) for j in range(len(months))]
    best = dict.fromkeys(order, 0)
    for j in order:
        dates = [
            (
                *due[each],
                by[months[each]] - late[each] - taken(day(months[each])) + waiting(months[each] - 1, late[each]),
            )
            for each in order
            if each == j or best[each]
        ]
        left = [
            limit - sum(best[each] for each in order if due[each] <= (month, too_late))
            for month, too_late, limit in (*limits, *dates)
            if (month, too_late) >= due[j]
        ]
        best[j] = max(0, min(needed(case.goals[j]), *left))
    return [best[j] for j in order]


@pytest.mark.parametrize("seed", range(0, 300, 50))
def test_goals_get_all_that_chosen_amounts_leave(seed: int) -> None:
    for each in range(seed, seed + 50):
        case = a_case_with_chosen(each)
        plan = make_plan(case, with_alternatives=False)
        made = [plan.goals[j] for j in served(case) if case.goals[j].chosen_monthly is None]
        wanted = [case.goals[j] for j in served(case) if case.goals[j].chosen_monthly is None]
        got = [needed(goal) - cents(plan.shortfall) for goal, plan in zip(wanted, made, strict=True)]
        assert got == granted(case, plan), each


@pytest.mark.parametrize("seed", range(0, 300, 50))
def test_payments_bring_what_the_plan_says(seed: int) -> None:
    for each in range(seed, seed + 50):
        case = a_case_with_chosen(each)
        for wanted, made in zip(case.goals, make_plan(case, with_alternatives=False).goals, strict=True):
            if wanted.target_date > case.as_of:
                assert lacking_at_date(case, wanted, made) == cents(made.shortfall), (each, wanted.name)


@pytest.mark.parametrize(("seed", "rates"), [(69, False), (122, False), (2367, False), (247, True), (564, True)])
def test_what_is_held_back_from_a_chosen_amount_itself_is_told_by_month(seed: int, rates: bool) -> None:
    """Beside other chosen amounts on days of their own, with interest, or done with a date beyond its horizon."""
    plan = make_plan(a_case(seed, rates=rates, own_days=True, chosen=True), with_alternatives=False)
    facts = [goal.explanation.facts for goal in plan.goals if goal.explanation.facts.get("held_back")]
    assert facts
    for each in facts:
        assert sum(part["amount"] for part in each["held_back_parts"]) == each["held_back"]
