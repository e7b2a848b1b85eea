"""What the demo person hears, who has several goals with payments on one payday and one that can't be met."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import OutgoingMail
from conftest import client_of
from fincred.companion.models import ChatMessage
from fincred.companion.tests.asking import V0, answer
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
        ActionPlan.objects.filter(pk__in=[plan["id"] for plan in plans]).values_list("goal__name", flat=True)
    )
    assert all(f" EUR for {name}" in said for name in names)
    assert said.count(" EUR for ") == len(names)
    first, last = "Emergency fund", "First step to independence"
    assert said.index(first) < said.index(last)
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
