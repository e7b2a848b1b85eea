"""The chart of a goal's check-ins tells what was expected by the plans of those days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db.models import F
from django.test import Client

from accounts.models import User
from fincred.back_office.check_in_chart import check_in_chart
from fincred.back_office.tests.person_pages import page_of
from goals.models import Goal
from planning.models import ActionPlan, PlanVersion
from planning.services.action_plans import regenerate_action_plan
from planning.services.past_paces import ExpectedLine
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of
from tracking.models import CheckIn
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

WEEK = timedelta(weeks=1)
GAP = "Where the dashed line is missing, nothing was expected, or it isn't known or too many plans ago."

OLDER = "An earlier plan was made by an older engine, so what it expected isn't drawn."


@pytest.fixture
def plan(saver: User) -> ActionPlan:
    """100 a month, of which nothing was put in, and planned again after ten weeks."""
    snapshot_of(saver)
    plan = plan_for(goal_of(saver, name="Boat"))
    check_in(plan.goal, 2)
    regenerate_action_plan(owner=saver, plan_id=plan.pk, now=NOON + 10 * WEEK, today=TODAY + 10 * WEEK)
    check_in(plan.goal, 11)
    return plan


def check_in(goal: Goal, weeks: int) -> None:
    now, today = NOON + weeks * WEEK, TODAY + weeks * WEEK
    create_check_in(owner=goal.user, goal_id=goal.pk, current_amount=Decimal(5), now=now, today=today)


def dashed(page: str) -> list[list[tuple[float, float]]]:
    """The points of each dashed line."""
    paths = re.findall('class="bo-expected" d="M([^"]+)"', page)
    return [[tuple(map(float, point.split())) for point in path.split("L")] for path in paths]  # type: ignore[misc]


class TestPerson:
    @pytest.mark.usefixtures("plan")
    def test_sees_what_each_plan_expected(self, saver: User, support: Client) -> None:
        with time_machine.travel(NOON + 11 * WEEK, tick=False):
            first, second = dashed(page_of(support, saver))
        assert first[0][1] > first[-1][1], "the first plan expected more each month"
        assert second[0][0] == first[-1][0], "the second begins where the first ends"
        assert second[0][1] > first[-1][1], "it begins with what was there"

    def test_is_told_what_is_not_known(self, saver: User, support: Client, plan: ActionPlan) -> None:
        with time_machine.travel(NOON + 11 * WEEK, tick=False):
            assert GAP not in page_of(support, saver)
            Goal.objects.filter(pk=plan.goal_id).update(started_on=TODAY - WEEK)
            CheckIn.objects.filter(goal=plan.goal_id).update(check_in_date=F("check_in_date") - timedelta(days=21))
            page = page_of(support, saver)
            assert GAP in page
            assert OLDER not in page
            PlanVersion.objects.filter(plan=plan, number=1).update(engine_version="0")
            page = page_of(support, saver)
        assert OLDER in page
        assert GAP not in page
        assert page.count("the dashed line what was expected on each day, by the plan of that day") == 1
        (line,) = dashed(page)
        assert line[0][0] > 200, "it begins with the second plan"


class TestChart:
    def of(self, *lines: tuple[int, int], first: int = 0) -> bool:
        """Whether it has gaps, with lines between these days after the first check-in."""
        goal = Goal(name="Boat", started_on=day(first))
        expected = [ExpectedLine(day(since), day(until), lambda _: Decimal(1)) for since, until in lines]
        chart = check_in_chart(goal, [(day(0), Decimal(1)), (day(9), Decimal(2))], expected, day(9))
        assert chart
        return chart.has_gaps

    @pytest.mark.parametrize(
        ("lines", "has_gaps"),
        [
            (((0, 9),), False),
            (((0, 4), (4, 9)), False),
            ((), True),
            (((1, 9),), True),
            (((0, 8),), True),
            (((0, 4), (5, 9)), True),
            (((-9, -2), (0, 9)), False),
        ],
    )
    def test_has_gaps_where_no_line_is(self, lines: tuple[tuple[int, int], ...], has_gaps: bool) -> None:
        assert self.of(*lines) is has_gaps

    def test_begins_with_the_goal(self) -> None:
        assert self.of((0, 9), first=-3) is True

    def test_is_nothing_without_check_ins(self) -> None:
        assert check_in_chart(Goal(), [], [], TODAY) is None

    def test_of_a_goal_begun_today_is_a_dot_on_a_level_line(self) -> None:
        goal = Goal(name="Boat", started_on=TODAY)
        line = ExpectedLine(TODAY, TODAY, lambda _: Decimal(50))
        chart = check_in_chart(goal, [(TODAY, Decimal(100))], [line], TODAY)
        assert chart
        assert not chart.has_gaps
        assert dashed(chart.picture) == [[(6, 45), (314, 45)]]
        assert 'cx="160.0"' in chart.picture


def day(number: int) -> date:
    return TODAY + timedelta(days=number)
