"""What the demo person hears, who has several goals with payments on one payday and one that can't be met."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import OutgoingMail
from conftest import client_of
from fincred.companion.models import ChatMessage
from fincred.companion.tests.asking import V0, Ask, answer, tell
from fincred.companion.vocabulary import MILESTONE
from planning.models import ActionPlan
from tracking.demo import create_demo
from tracking.models import Milestone

pytestmark = [pytest.mark.integration, pytest.mark.platform]


@pytest.fixture
def demo(db: None, noon: datetime) -> APIClient:
    return client_of(create_demo(now=noon))


def test_payments_of_one_day_are_all_named_and_so_is_what_is_set_up(demo: APIClient) -> None:
    paid = [plan for plan in demo.get(f"{V0}/action-plans").json() if plan["next_action_date"]]
    payday = min(plan["next_action_date"] for plan in paid)
    plans = [plan for plan in paid if plan["next_action_date"] == payday]
    assert 1 < len(plans) < len(paid)
    said = answer(demo, "What should I do next?")
    assert said.startswith("Next: ")
    assert "Set up the payments at your bank, and confirm them in the app." in said
    names = list(
        ActionPlan.objects.filter(pk__in=[plan["id"] for plan in plans])
        .order_by("goal__priority_rank", "goal__target_date")
        .values_list("goal__name", flat=True)
    )
    assert all(f" EUR for {name}" in said for name in names)
    assert said.count(" EUR for ") == len(names)
    assert sorted(names, key=said.index) == names
    last = names[-1]
    ActionPlan.objects.exclude(goal__name=last).update(is_confirmed_set_up=True)
    said = answer(demo, "What should I do next?")
    assert f"Set up the payment for {last} at your bank, and confirm it in the app." in said
    ActionPlan.objects.update(is_confirmed_set_up=True)
    assert "The payments are set up, so there is nothing else to do." in answer(demo, "What should I do next?")


def test_no_mail_tells_of_milestones_of_weeks_ago(demo: APIClient) -> None:
    assert Milestone.objects.filter(reached_on__lte="2026-03-03").count() > 3
    assert not OutgoingMail.objects.filter(purpose=MILESTONE, due_on__lte="2026-03-03").exists()


def test_no_goal_is_called_within_reach_that_is_not(demo: APIClient) -> None:
    assert "slightly behind its plan." in answer(demo, "How am I doing?")
    said = " ".join(ChatMessage.objects.values_list("response", flat=True))
    assert " is unrealistic" in said
    assert "within reach" not in said


def test_goals_that_go_on_at_their_target_are_full_or_there_and_are_reached_on_no_day(
    noon: datetime, as_saver: APIClient, ask: Ask
) -> None:
    tell(as_saver)
    for name, more in (
        ("Buffer", {"kind": "reserve"}),
        ("Bill", {"kind": "recurring", "repeat_every_months": 6}),
    ):
        body = {"type": "short_term_saving", "name": name, "target_amount": 600, "priority": "High"}
        goal = as_saver.post(f"{V0}/goals", body | {"target_date": "2026-09-10"} | more).json()["id"]
        as_saver.post(f"{V0}/planning/plan")
        assert "it is reached on 10 August 2026." in ask(f"When will my {name} be done?")
        as_saver.post(f"{V0}/goals/{goal}/check-ins", {"current_amount": 600})
    for is_new in (False, True):
        if is_new:
            as_saver.post(f"{V0}/planning/plan")
        said = ask("When will my goals be done?")
        assert "Buffer: 600.00 USD of 600.00 USD saved (100.00 %), full." in said
        assert "Bill: 600.00 USD of 600.00 USD saved (100.00 %), all there for this time." in said
        assert "reached on" not in said
        assert "saved (100.00 %), full." in ask("Why is my plan for the buffer like that?")
