"""Planning goes by the days of the zone in which the person lives, not by those of UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from accounts.services import update_profile
from fincred.money import ZERO
from planning.models import ActionPlan
from planning.services.action_plans import end_action_plan
from planning.services.planning_context import read_context
from planning.services.plans import plan_everything
from planning.tests.factories import contents, debt, goal_of, snapshot_of
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.planning]

EASTERNMOST, WESTERNMOST = "Pacific/Kiritimati", "Pacific/Pago_Pago"
START = date(2026, 3, 10)


def moment(day: date, hour: int, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone))


def live_in(saver: User, zone: str) -> None:
    update_profile(user=saver, now=moment(START, 1, zone), timezone=zone)


class TestPlanThatEnded:
    """100 a month from 10 March: what was put in on 10 April is a payment if there was a plan in that month."""

    @pytest.mark.parametrize(
        ("zone", "ended_on", "hour", "paid"),
        [
            (EASTERNMOST, date(2026, 4, 10), 6, Decimal(100)),
            (WESTERNMOST, date(2026, 4, 9), 20, ZERO),
        ],
    )
    def test_was_in_force_by_the_day_where_the_person_lives(
        self, saver: User, zone: str, ended_on: date, hour: int, paid: Decimal
    ) -> None:
        live_in(saver, zone)
        snapshot_of(saver, now=moment(START, 8, zone), today=START)
        goal = goal_of(saver, created_at=moment(START, 8, zone))
        plan_everything(owner=saver, now=moment(START, 9, zone), today=START)
        other = goal_of(saver, created_at=moment(START, 10, zone))
        plan_everything(owner=saver, now=moment(START, 11, zone), today=START)
        plan = ActionPlan.objects.get(goal=goal)
        end_action_plan(owner=saver, plan_id=plan.pk, now=moment(ended_on, hour, zone), today=ended_on)
        payday = date(2026, 4, 10)
        create_check_in(
            owner=saver,
            goal_id=goal.pk,
            current_amount=Decimal("100.00"),
            now=moment(payday, hour + 1, zone),
            today=payday,
        )
        months = read_context(owner=saver, today=payday).counted.months
        assert (months[goal.pk].paid, months[other.pk].paid) == (paid, ZERO)


class TestCheckInAfterASnapshot:
    """5 000 are owed on 20 March, of which what was paid off until then is gone."""

    @pytest.mark.parametrize("zone", [EASTERNMOST, WESTERNMOST])
    @pytest.mark.parametrize("hour", [1, 23])
    def test_of_a_day_before_it_is_in_its_balances(self, saver: User, zone: str, hour: int) -> None:
        live_in(saver, zone)
        goal = goal_of(saver, type="debt_payoff", target_amount=Decimal(7000), created_at=moment(START, 8, zone))
        stored_on = date(2026, 3, 20)
        owed = contents(debts=(debt(goal_id=goal.pk),))
        snapshot_of(saver, owed, now=moment(stored_on, hour, zone), today=stored_on)
        after = moment(stored_on, hour, zone) + timedelta(minutes=1)
        for day, amount in ((date(2026, 3, 19), 2000), (stored_on, 2100)):
            create_check_in(
                owner=saver,
                goal_id=goal.pk,
                current_amount=Decimal(amount),
                check_in_date=day,
                now=after,
                today=stored_on,
            )
        made = plan_everything(owner=saver, now=after, today=stored_on)
        assert made.goals[0].explanation.facts["debt_total"] == 4900
