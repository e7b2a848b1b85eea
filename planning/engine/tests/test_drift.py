"""When a goal counts as drifted, and the ways back to its plan."""

from datetime import date
from decimal import Decimal

import pytest

from planning.engine.drift import Direction, Proposal, WayBack, drift, propose
from planning.engine.model import GoalInput
from planning.engine.tests.builders import goal, inputs, money
from planning.vocabulary import Feasibility

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def proposal(
    drifted: GoalInput, expected: int, contribution: int = 100, surplus: int = 500, today: date = date(2026, 7, 1)
) -> Proposal | None:
    other = goal(100, 24, "Low", name="other")
    plan_input = inputs(surplus, other, drifted, as_of=today)
    return propose(
        plan_input, 1, expected=money(expected), once_paid=money(expected), contribution=money(contribution)
    )


class TestDrift:
    @pytest.mark.parametrize(
        ("actual", "past_date", "direction"),
        [
            (399, False, Direction.BEHIND),
            (400, False, None),
            (600, False, None),
            (601, False, Direction.AHEAD),
            (1000, False, None),
            (1000, True, None),
            (999, True, Direction.PAST_DATE),
        ],
    )
    def test_is_more_than_a_tenth_of_the_target(
        self, actual: int, past_date: bool, direction: Direction | None
    ) -> None:
        found = drift(
            expected=money(500),
            once_paid=money(500),
            actual=money(actual),
            target=money(1000),
            past_date=past_date,
        )
        assert found == direction

    @pytest.mark.parametrize(
        ("actual", "direction"), [(399, Direction.BEHIND), (800, None), (801, Direction.AHEAD)]
    )
    def test_is_none_while_what_is_due_by_today_may_be_paid_or_not(
        self, actual: int, direction: Direction | None
    ) -> None:
        found = drift(
            expected=money(500), once_paid=money(700), actual=money(actual), target=money(1000), past_date=False
        )
        assert found == direction


class TestPropose:
    def test_has_nothing_to_say_about_a_goal_on_its_way(self) -> None:
        assert proposal(goal(1200, already_there=money(600)), expected=600) is None

    def test_offers_both_ways_to_a_goal_that_is_behind(self) -> None:
        found = proposal(goal(1200, already_there=money(300)), expected=600)
        assert found is not None
        assert found.direction == Direction.BEHIND
        assert found.same_date == WayBack(money(150), date(2027, 1, 1), Feasibility.COMFORTABLE, money(0))
        assert found.same_contribution == WayBack(money(100), date(2027, 3, 2), Feasibility.COMFORTABLE, money(0))
        assert found.why.code == "BEHIND"
        assert found.why.text == (
            "300.00 is there on 2026-07-01 where the plan has 600.00, 300.00 less than planned. "
            "150.00 a month gets there by 2027-01-01, 100.00 a month gets there by 2027-03-02."
        )
        assert found.why.facts["difference"] == -300

    def test_offers_less_or_sooner_to_a_goal_that_is_ahead(self) -> None:
        found = proposal(goal(1200, already_there=money(900)), expected=600)
        assert found is not None
        assert found.same_date
        assert found.same_contribution
        assert (found.same_date.contribution, found.same_contribution.target_date) == (money(50), date(2026, 9, 2))
        assert "300.00 more than planned" in found.why.text

    def test_offers_another_date_only_once_the_date_has_passed(self) -> None:
        found = proposal(goal(1200, 2, already_there=money(900)), expected=1200)
        assert found is not None
        assert (found.direction, found.same_date) == (Direction.PAST_DATE, None)
        assert found.why.text == (
            "The date 2026-03-01 has passed and 300.00 is missing. 100.00 a month gets there by 2026-09-02."
        )

    def test_offers_nothing_where_nothing_is_put_in(self) -> None:
        found = proposal(goal(1200, 2, already_there=money(900)), expected=1200, contribution=0)
        assert found is not None
        assert (found.same_date, found.same_contribution) == (None, None)
        assert found.why.text == "The date 2026-03-01 has passed and 300.00 is missing."

    def test_judges_a_persons_own_amount_as_changed(self) -> None:
        chosen = goal(1200, already_there=money(300), chosen_monthly=money(100), annual_rate=Decimal(0))
        found = proposal(chosen, expected=600, surplus=120)
        assert found is not None
        assert found.same_date == WayBack(money(150), date(2027, 1, 1), Feasibility.UNREALISTIC, money(180))
        assert found.same_contribution
        assert found.same_contribution.feasibility == Feasibility.TIGHT

    def test_the_same_date_is_reached_with_the_contribution_that_it_names(self) -> None:
        """400 in 12 months at 4.5 %, from 0 again: 32.53, what the formula gives, would be a cent short."""
        chosen = goal(400, annual_rate=Decimal("4.5"), chosen_monthly=money(1))
        found = proposal(chosen, expected=100, today=date(2026, 1, 1))
        assert found is not None
        assert found.same_date == WayBack(money("32.54"), chosen.target_date, Feasibility.COMFORTABLE, money(0))
