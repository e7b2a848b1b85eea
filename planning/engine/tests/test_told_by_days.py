"""What explanations say of money that arrives on days: what is held back for what, and which payday pays."""

from datetime import date
from decimal import Decimal

import pytest

from goals.vocabulary import Priority
from planning.engine.cadence import Cadence
from planning.engine.model import Explanation, Finances, GoalInput, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, money
from planning.engine.tests.lumpy import Listed, a_case
from planning.engine.tests.test_dated_payments import month_of
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def once(amount: int, month: int, label: str | None = None) -> Flow:
    return Flow(Decimal(amount), PayFrequency.ONCE, date(2026, month, 5), label=label)


INSURANCE = once(340, 4, "insurance")


def explained(*goals: GoalInput, planned: tuple[Flow, ...] = (), incomes: tuple[Flow, ...] = ()) -> Explanation:
    """The explanation of the last goal, with 100 left a month from New Year's Day on."""
    finances = Finances(money(100), money(0), money(0), incomes, planned)
    return make_plan(PlanInput(NEW_YEAR, finances, goals), with_alternatives=False).goals[-1].explanation


class TestAGoalThatWaits:
    def test_is_told_what_is_held_back_for_what(self) -> None:
        """60 are left by the end of April. It gets 50 and 10, and then nothing until the insurance is paid."""
        told = explained(goal(600), planned=(INSURANCE,))
        assert told.code == "FUNDED_UNEVENLY"
        assert told.text.endswith(
            "Not every month has room for all shares and money is kept for later ones: it gets 50.00 this month "
            "and at most 67.50 in any. In the month from 2026-03-01 240.00 is held back for insurance in the "
            "month from 2026-04-01."
        )
        part = {"amount": money(240), "month": date(2026, 4, 1), "planned": ["insurance"]}
        assert told.facts["waiting"] == {
            "others_first": False,
            "held_back": money(240),
            "month": date(2026, 3, 1),
            "held_back_parts": [part],
        }

    def test_is_told_that_others_go_first_too(self) -> None:
        told = explained(goal(60, 1, "High", name="near"), goal(600), planned=(INSURANCE,))
        assert (
            "Not every month has room for all shares, money is kept for later ones and earlier dates go first: it "
            "gets nothing for 4 months, then at most 75.00 a month. In the month from 2026-03-01 240.00 is held "
            "back for insurance"
        ) in told.text

    def test_is_told_of_others_alone_where_nothing_is_held_back(self) -> None:
        told = explained(goal(100, 1, "High"), goal(500), incomes=(once(1, 6),))
        assert "has room for all shares and earlier dates go first: it gets nothing for 1 month" in told.text

    def test_is_told_of_neither_where_the_money_comes_late(self) -> None:
        told = explained(goal(2000), incomes=(once(1000, 6),))
        assert "Not every month has room for all shares: it gets 100.00 this month" in told.text
        assert told.facts["waiting"] == {"others_first": False, "held_back": 0}

    def test_is_told_what_is_held_back_before_it_is_first_needed(self) -> None:
        """100 for each of the two: those of A are kept in February, those of B are spared in April."""
        told = explained(goal(800), planned=(once(200, 3, "A"), once(200, 5, "B")))
        assert told.text.endswith(
            "In the month from 2026-02-01 100.00 is held back for A in the month from 2026-03-01."
        )

    def test_is_told_of_each_month_that_money_is_held_back_for(self) -> None:
        told = explained(goal(700), planned=(once(200, 3, "A"), once(300, 4, "B")))
        assert told.text.endswith(
            "In the month from 2026-02-01 200.00 is held back: 100.00 for A in the month from 2026-03-01, 100.00 "
            "for B in the month from 2026-04-01."
        )

    def test_is_told_of_no_reason_where_more_was_put_in_than_a_share(self) -> None:
        told = explained(goal(200, 2, added=money(150)), planned=(once(1, 9),))
        assert told.facts["waiting"] == {"others_first": False, "held_back": 0}

    def test_is_told_of_nothing_held_back_where_its_month_lacks_money_itself(self) -> None:
        told = explained(goal(900), planned=(once(150, 1, "repair"),))
        assert "Not every month has room for all shares: it gets nothing for 1 month" in told.text

    def test_on_days_of_its_own_counts_the_shares_of_its_months(self) -> None:
        weekly = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
        told = explained(goal(600, cadence=weekly), planned=(INSURANCE,))
        assert told.facts["waiting"]["held_back_parts"][0]["planned"] == ["insurance"]


class TestRoom:
    def test_names_each_expense_with_what_is_kept_for_it(self) -> None:
        """400 come up to the end of April. 100 beyond each of the two months are kept for A and for B."""
        told = explained(goal(900, 4), planned=(once(200, 5, "A"), once(200, 6, "B")))
        a, b = "100.00 kept for A in the month from 2026-05-01", "100.00 kept for B in the month from 2026-06-01"
        assert f"After expenses and minimum payments 4 months leave 400.00, less {a}, less {b}, so" in told.text
        assert (told.facts["held_back"], told.facts["room"]) == (200, 200)

    def test_names_three_months_at_most(self) -> None:
        planned = tuple(once(150, month, f"{month}") for month in (5, 6, 7, 8, 9))
        told = explained(goal(900, 4), planned=planned)
        assert "less 50.00 kept for 7 in the month from 2026-07-01, less 100.00 kept for later months" in told.text

    def test_names_the_first_ones_where_there_is_not_enough_for_all(self) -> None:
        told = explained(goal(900, 1), planned=(once(150, 2, "A"), once(500, 3, "B")))
        assert "less 50.00 kept for A in the month from 2026-02-01, less 50.00 kept for B" in told.text

    @pytest.mark.parametrize(("paid", "room"), [(0, 100), (90, 100), (100, 100), (130, 130), (180, 180)])
    @pytest.mark.parametrize("priority", ["High", "Low"])
    def test_adds_up_where_more_was_put_in_than_had_arrived(
        self, priority: Priority, paid: int, room: int
    ) -> None:
        """100 are there on the 5th. Of the 100 that arrive on the 20th, 50 were put in for another goal."""
        first = goal(500, 1, name="first", cadence=Cadence(Frequency.MONTHLY, 5, NEW_YEAR), added=money(paid))
        other = goal(600, name="other", priority=priority, added=money(50))
        finances = Finances(
            money(0), money(0), money(0), (Flow(money(100), PayFrequency.MONTHLY, date(2026, 1, 20)),)
        )
        inputs = PlanInput(date(2026, 1, 21), finances, (first, other), anchor=NEW_YEAR, carried_in=money(100))
        facts = make_plan(inputs, with_alternatives=False).goals[0].explanation.facts
        there = facts["money_by_then"] + facts["carried_in"] - facts["taken_ahead"] - facts["held_back"]
        assert (there - facts["paid_elsewhere"] + facts["paid_beyond"], facts["room"]) == (room, room)


class TestPayday:
    PAY = Flow(Decimal(400), PayFrequency.MONTHLY, date(2026, 1, 10), label="pay")

    def test_is_that_of_the_next_payment(self) -> None:
        told = explained(goal(1800, 4), incomes=(self.PAY,))
        assert told.facts["payday"] == {"payment": date(2026, 1, 10), "arrives": date(2026, 1, 10)}
        assert told.text.endswith("Its payment on 2026-01-10 is made from what arrives that day.")

    def test_is_before_a_day_of_its_own(self) -> None:
        on_the_28th = Cadence(Frequency.MONTHLY, 28, NEW_YEAR)
        told = explained(goal(1800, 4, cadence=on_the_28th), incomes=(self.PAY,))
        assert told.text.endswith("Its payment on 2026-01-28 is made from what arrives on 2026-01-10.")

    def test_is_not_told_of_money_that_is_there_before_the_month(self) -> None:
        assert "payday" not in explained(goal(60, 2), incomes=(self.PAY,)).facts
        assert "payday" not in explained(goal(10, 2), planned=(INSURANCE,)).facts

    def test_is_not_told_where_nothing_is_to_be_paid(self) -> None:
        full = goal(100, is_reserve=True, already_there=money(100))
        assert "payday" not in explained(full, incomes=(self.PAY,)).facts

    def test_of_debts_is_the_last_one_before_their_payment(self) -> None:
        told = explained(goal(1800, 4, debts=(card(1800, 0, 0),)), incomes=(self.PAY,))
        assert told.text.endswith("Its payment on 2026-02-01 is made from what arrives on 2026-01-10.")

    def test_may_have_passed(self) -> None:
        finances = Finances(money(100), money(0), money(0), (self.PAY,))
        case = PlanInput(date(2026, 1, 12), finances, (goal(1800, 4, added=money(50)),), NEW_YEAR)
        made = make_plan(case, with_alternatives=False).goals[0]
        assert made.payments[0].date == date(2026, 1, 12)
        assert made.explanation.text.endswith("Its payment on 2026-01-12 is made from what arrives on 2026-01-10.")

    @pytest.mark.parametrize("seed", range(60))
    def test_is_that_of_the_payments(self, seed: int) -> None:
        """It is a day on which an income arrives, in the month of the first payment that is left."""
        case = a_case(seed, rates=True, own_days=True, chosen=True, debts=seed % 2 == 0)
        plan = make_plan(case, with_alternatives=False)
        money = Listed(case, 620)
        for wanted, made in zip(case.goals, plan.goals, strict=True):
            payday = made.explanation.facts.get("payday")
            if payday:
                assert made.payments[0].date == payday["payment"] >= payday["arrives"]
                month = month_of(case, payday["arrives"])
                tomorrow = date.fromordinal(payday["arrives"].toordinal() + 1)
                assert money.arriving(month, tomorrow) > money.arriving(month, payday["arrives"]), wanted.name
                assert month_of(case, payday["payment"]) == month + bool(wanted.debts)
