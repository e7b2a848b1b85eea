"""Plans on days of their own once the last of these before the goal's date has passed: what was planned stays."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fincred.money import ZERO
from goals.vocabulary import Priority
from planning.engine.cadence import Cadence
from planning.engine.drift import propose
from planning.engine.model import Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import goal, money
from planning.vocabulary import Feasibility, Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

# Months begin on the 10th. 5 April is the last day of the plan's own before 15 April; the next one is 5 May.
MARCH, APRIL = date(2026, 3, 10), date(2026, 4, 10)
ON_THE_5TH = Cadence(Frequency.MONTHLY, 5, MARCH)
TRIP = goal(1500, name="trip", priority="High", target_date=date(2026, 4, 15), cadence=ON_THE_5TH)
OTHER = goal(500, name="other", priority="Low", target_date=date(2026, 5, 10))


def planned(
    day: date, *goals: GoalInput, surplus: int = 500, payday: date | None = None, carried: int = 0
) -> list[GoalPlan]:
    """Of 500 a month, the same in each or with a payday."""
    incomes = (Flow(money(surplus), PayFrequency.MONTHLY, payday),) if payday else ()
    finances = Finances(money(0 if payday else surplus), ZERO, ZERO, incomes=incomes)
    inputs = PlanInput(day, finances, goals, anchor=MARCH, carried_in=money(carried))
    return [*make_plan(inputs).goals]


def has(one: GoalInput, there: int, added: int = 0) -> GoalInput:
    """The goal with so much when the month began, and so much put in since then."""
    return replace(one, already_there=money(there), added=money(added))


def sums(*amounts: int) -> tuple[Decimal, ...]:
    return tuple(map(money, amounts))


def asked(made: GoalPlan) -> list[tuple[str, int]]:
    return [(str(paid.date), int(paid.amount)) for paid in made.payments]


class TestInAMonthThatBeganAfterIt:
    @pytest.mark.parametrize("payday", [None, date(2026, 3, 10), date(2026, 4, 11)])
    @pytest.mark.parametrize("day", [APRIL, date(2026, 4, 12), date(2026, 4, 15), date(2026, 5, 9)])
    def test_what_others_are_promised_stays_theirs(self, day: date, payday: date | None) -> None:
        first = planned(MARCH, TRIP, OTHER, payday=payday)
        paid = int(sum([paid.amount for paid in first[0].payments if paid.date < APRIL], ZERO))
        trip, other = planned(day, has(TRIP, paid), OTHER, payday=payday)
        later = [payment for payment in first[0].payments if payment.date > day]
        assert [*trip.payments] == later
        assert (trip.shortfall, trip.feasibility) == (first[0].shortfall, Feasibility.UNREALISTIC)
        assert (other.shortfall, first[1].shortfall) == sums(0, 0)

    def test_what_is_missing_is_asked_for_on_the_next_one(self) -> None:
        [trip] = planned(APRIL, has(TRIP, 1000))
        assert asked(trip) == [("2026-05-05", 500)]
        assert (trip.required_monthly, trip.allocated_monthly, trip.this_month) == sums(500, 0, 500)
        assert (trip.shortfall, trip.projected_completion_date) == (money(500), date(2026, 5, 5))

    def test_the_explanation_says_so(self) -> None:
        for payday in None, date(2026, 3, 20):
            [trip] = planned(APRIL, has(TRIP, 1000, 60), payday=payday, carried=100)
            facts = trip.explanation.facts
            assert (facts["binding_month"], facts["room"], facts["paid_beyond"]) == (0, 60, 60)
            assert {facts[name] for name in ("carried_in", "paid_elsewhere", "taken_ahead")} == {0}
            assert trip.explanation.text.startswith(
                "It needs 500.00 by 2026-04-15 (1 month). No day on which it is paid is left before then, which "
                "leaves room for 60.00, so 440.00 is missing then."
            )

    def test_no_money_a_month_is_a_way_out(self) -> None:
        [trip] = planned(APRIL, has(TRIP, 1000))
        found = {each.kind: (each.target_date, each.target_amount) for each in trip.alternatives}
        assert found == {"later_date": (date(2026, 5, 6), None), "smaller_amount": (None, 1000)}

    def test_interest_can_be_enough(self) -> None:
        """1 470 of the 1 500 are there, and grow by 2 % until the date."""
        growing = replace(has(TRIP, 1470), annual_rate=Decimal(24))
        [trip] = planned(APRIL, growing)
        assert (trip.shortfall, trip.required_monthly) == (money("0.60"), money("0.60"))
        assert (trip.explanation.code, len(trip.payments)) == ("NO_ROOM", 1)
        [trip] = planned(APRIL, has(growing, 1471))
        assert (trip.shortfall, trip.required_monthly) == (money(0), money(0))
        assert (trip.explanation.code, len(trip.payments)) == ("GROWTH_SUFFICES", 0)

    def test_a_chosen_amount_is_paid_on_its_days_alone(self) -> None:
        chosen = replace(TRIP, chosen_monthly=money(100), chosen_each=money(100))
        for payday in None, date(2026, 3, 10):
            for day in APRIL, date(2026, 4, 15):
                [trip] = planned(day, has(chosen, 1000, 60), payday=payday)
                assert asked(trip)[:2] == [("2026-05-05", 40), ("2026-06-05", 100)]

    def test_a_plan_that_began_in_the_month_is_due_now(self) -> None:
        begun = replace(TRIP, cadence=replace(ON_THE_5TH, since=date(2026, 4, 12)))
        [trip] = planned(date(2026, 4, 12), has(begun, 1000))
        assert (asked(trip), trip.shortfall) == ([("2026-04-12", 500)], money(0))

    def test_a_proposal_has_no_way_back_by_the_same_date(self) -> None:
        finances = Finances(money(500), ZERO, ZERO)
        inputs = PlanInput(date(2026, 4, 12), finances, (has(TRIP, 1000),), anchor=MARCH)
        found = propose(
            inputs, 0, expected=money(1500), once_paid=money(1500), contribution=money(500), each_day=money(500)
        )
        assert found is not None
        assert found.same_date is None
        assert found.same_contribution is not None
        assert found.why.text.endswith("500.00 less than planned. 500.00 a month gets there by 2026-05-06.")
        assert (found.same_contribution.target_date, found.same_contribution.shortfall) == (
            date(2026, 5, 6),
            money(0),
        )


class TestInItsMonth:
    """500 arrive on each 8th: after 5 April, and before 9 April, which is in the month of March."""

    PAYDAY = date(2026, 3, 8)

    @pytest.mark.parametrize("day", [date(2026, 4, 7), date(2026, 4, 8), date(2026, 4, 9)])
    @pytest.mark.parametrize("chosen", [None, money(200)])
    def test_what_arrives_after_it_is_for_others(self, day: date, chosen: Decimal | None) -> None:
        trip = replace(TRIP, target_date=date(2026, 4, 9), chosen_monthly=chosen, chosen_each=chosen)
        first = planned(MARCH, trip, OTHER, payday=self.PAYDAY)
        assert [each.shortfall for each in first] == [1500, 0]
        paid = [int(sum([due.amount for due in each.payments if due.date <= day], ZERO)) for each in first]
        again = planned(day, has(trip, 0, paid[0]), has(OTHER, 0, paid[1]), payday=self.PAYDAY)
        for made, before in zip(again, first, strict=True):
            assert made.shortfall == before.shortfall
            assert [*made.payments] == [payment for payment in before.payments if payment.date > day]

    @pytest.mark.parametrize("others", ["Low", "High"])
    @pytest.mark.parametrize("chosen", [None, money(200)])
    @pytest.mark.parametrize("due", [date(2026, 5, 10), date(2026, 4, 10)])
    @pytest.mark.parametrize("cadence", [None, replace(ON_THE_5TH, day_of_period=8)])
    def test_unpaid_it_keeps_its_money_when_others_were_paid_since(
        self, chosen: Decimal | None, others: Priority, due: date, cadence: Cadence | None
    ) -> None:
        """200 were there on 5 April. The 500 that arrive on the 8th are paid to the other one, due later."""
        trip = goal(200, name="trip", target_date=date(2026, 4, 9), cadence=ON_THE_5TH)
        trip = replace(trip, chosen_monthly=chosen, chosen_each=chosen)
        other = replace(OTHER, priority=others, target_date=due, cadence=cadence)
        made, _ = planned(date(2026, 4, 8), trip, has(other, 0, 500), payday=self.PAYDAY, carried=200)
        assert (asked(made), made.shortfall) == ([("2026-04-08", 200)], money(0))

    @pytest.mark.parametrize("day", [date(2026, 4, 4), date(2026, 4, 6)])
    def test_what_others_were_paid_is_not_of_money_that_is_still_to_come(self, day: date) -> None:
        """The other one was paid the 100 that were there. The 500 of 8 April come after the trip's 5 April."""
        trip, other = planned(day, TRIP, has(OTHER, 0, 100), payday=date(2026, 4, 8), carried=100)
        assert (trip.explanation.facts["room"], trip.shortfall) == sums(0, 1500)
        assert asked(other)[0] == ("2026-04-08", 150)

    def test_paid_it_takes_nothing_of_late_days_when_others_were_paid_since(self) -> None:
        """100 are there on Thursday, 12 March. 500 come on the 13th, 100 for each later Thursday and the other."""
        weekly = replace(TRIP, cadence=Cadence(Frequency.WEEKLY, 4, MARCH), target_date=date(2026, 3, 14))
        trip, payday = replace(weekly, chosen_monthly=money(100), chosen_each=money(100)), date(2026, 3, 13)
        first, other = planned(MARCH, trip, OTHER, payday=payday, carried=100)
        assert asked(first)[:3] == [("2026-03-12", 100), ("2026-03-19", 100), ("2026-03-26", 100)]
        assert asked(other)[0] == ("2026-03-13", 100)
        again, _ = planned(payday, has(trip, 0, 100), has(OTHER, 0, 100), payday=payday, carried=100)
        assert (again.shortfall, [*again.payments]) == (first.shortfall, [*first.payments][1:])
