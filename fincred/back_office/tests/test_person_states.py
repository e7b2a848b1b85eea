"""What the page of a person says is so, also when it was otherwise before."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.test import Client

from accounts.back_office.tests.acting import PEOPLE, act_in_back_office, signed_in
from accounts.models import User
from accounts.services import erase_person, set_active, set_role
from conftest import client_of
from fincred import clock
from fincred.back_office.tests.person_pages import page_of, path_of
from fincred.days_in_words import days_in_words
from goals.services import cancel_goal
from planning.services.action_plans import end_action_plan
from planning.tests.factories import TODAY, goal_of, plan_for, snapshot_of
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


class TestPlans:
    def test_that_are_not_there_say_what_is(self, support: Client, saver: User, noon: datetime) -> None:
        goal = goal_of(saver)
        assert "No plan yet. They tell of their money first, then make one in their app." in page_of(
            support, saver
        )
        snapshot_of(saver)
        assert "No plan yet. Their money is told, so they can make one in their app." in page_of(support, saver)
        plan = plan_for(goal)
        assert "No plan" not in page_of(support, saver)
        end_action_plan(owner=saver, plan_id=plan.pk, now=noon, today=TODAY)
        link = f'<a href="/admin/planning/actionplan/{plan.pk}/change/">the last one</a> ended on 10 Mar 2026.'
        assert f"No plan now: {link} They make another one in their app." in page_of(support, saver)
        own = support.get(f"/admin/goals/goal/{goal.pk}/change/").content.decode()
        assert f"It has no plan now: {link}" in own

    def test_of_a_goal_that_is_over_are_found_without_advice(
        self, support: Client, saver: User, noon: datetime
    ) -> None:
        snapshot_of(saver)
        goal = goal_of(saver)
        end_action_plan(owner=saver, plan_id=plan_for(goal).pk, now=noon, today=TODAY)
        cancel_goal(owner=saver, goal_id=goal.pk, now=noon, today=TODAY)
        page = page_of(support, saver)
        assert "ended on 10 Mar 2026." in page
        assert "They make another one" not in page

    @pytest.mark.parametrize("put_in", [0, 50], ids=["nothing", "less"])
    def test_say_what_the_person_reads_in_the_app(
        self, agent: User, saver: User, noon: datetime, put_in: int
    ) -> None:
        """100 a month; whatever was put in, all pages tell the same of what is still asked for."""
        snapshot_of(saver)
        goal = goal_of(saver)
        plan = plan_for(goal)
        if put_in:
            create_check_in(owner=saver, goal_id=goal.pk, current_amount=Decimal(put_in), now=noon, today=TODAY)
        with time_machine.travel(noon + timedelta(days=40), tick=False):
            [shown] = client_of(saver).get("/api/v0/action-plans").json()
            office, text = signed_in(agent), shown["explanation"]["text"]
            for name in (f"accounts/user/{saver.pk}", f"goals/goal/{goal.pk}", f"planning/actionplan/{plan.pk}"):
                page = office.get(f"/admin/{name}/change/").content.decode()
                assert days_in_words(text) in unescape(page), name
        assert "will be missing" in text


class TestDisabled:
    def test_names_who_did_it_now_not_at_an_earlier_time(self, support: Client, saver: User) -> None:
        act_in_back_office(support, PEOPLE, "disable", saver, reason="abuse")
        set_active(user=saver, is_active=True, now=clock.now())
        User.objects.filter(pk=saver.pk).update(is_active=False)
        assert "Disabled beside FinCred" in page_of(support, saver)

    def test_by_a_colleague_who_was_erased_is_not_by_an_operator(
        self, support: Client, boss: Client, agent: User, saver: User
    ) -> None:
        act_in_back_office(support, PEOPLE, "disable", saver, reason="abuse")
        set_role(user=agent, role=None, now=clock.now())
        erase_person(user=agent, now=clock.now() + timedelta(seconds=1))
        assert "Disabled by an erased person on" in page_of(boss, saver)


class TestTrail:
    def test_leads_from_a_request_to_all_that_it_did(self, support: Client, saver: User) -> None:
        request_id = "a0b1c2d3-0000-4000-8000-00000000000f"
        support.get(path_of(saver), headers={"X-Request-ID": request_id})
        link = f'<a href="/admin/accounts/auditentry/?q={request_id}" title="{request_id}">'
        assert link in page_of(support, saver)
