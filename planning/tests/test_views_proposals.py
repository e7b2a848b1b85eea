"""The ways back to the plan, over HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.audit import chain_of
from accounts.models import User
from fincred.api.openapi import document
from goals.models import Goal
from goals.services import record_progress
from planning.engine.drift import Proposal, propose
from planning.models import ActionPlan
from planning.services import long_plans
from planning.tests.factories import NOON, TODAY
from planning.tests.requests import field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestProposal:
    """Six months into 12 x 100 there were 200 the day before: 400 behind."""

    @pytest.fixture
    def behind(self, plan: ActionPlan, time_machine: Any) -> ActionPlan:
        return self.drifted(plan, "200.00", time_machine)

    @staticmethod
    def drifted(plan: ActionPlan, amount: str, time_machine: Any, day: date = date(2026, 9, 10)) -> ActionPlan:
        goal = Goal.objects.get(pk=plan.goal_id)
        record_progress(
            goal=goal,
            current_amount=Decimal(amount),
            last_check_in_date=day - timedelta(days=1),
            now=NOON,
            today=day,
            chain=chain_of(goal.user),
        )
        time_machine.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=NOON.tzinfo), tick=False)
        return plan

    @pytest.fixture
    def as_saver(self, behind: ActionPlan, as_saver: APIClient) -> APIClient:
        """Signed in on that later day."""
        return as_saver

    def path(self, plan: ActionPlan) -> str:
        return f"/api/v0/action-plans/{plan.id}/proposal"

    def test_offers_two_ways_back_and_says_why(self, as_saver: APIClient, behind: ActionPlan) -> None:
        document = as_saver.get(self.path(behind)).json()
        assert document["direction"] == "BEHIND"
        assert document["why"]["facts"]["difference"] == -400
        assert document["same_date"] == {
            "contribution": 166.67,
            "target_date": "2027-03-10",
            "feasibility": "Comfortable",
            "shortfall": 0,
        }
        assert document["same_contribution"]["contribution"] == 100
        assert document["same_contribution"]["target_date"] == "2027-06-11"

    def test_accepting_another_contribution_makes_the_next_version(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert response.status_code == 200
        assert (response.json()["version"], response.json()["amount"]) == (2, 166.67)
        assert behind.versions.get(number=2).reason == "replan_accepted"
        assert as_saver.get(f"/api/v0/goals/{behind.goal_id}").json()["progress_status"] == "on_track"

    @pytest.mark.django_db(transaction=True)
    def test_accepting_holds_no_lock_while_a_long_proposal_is_computed(
        self, as_saver: APIClient, behind: ActionPlan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        computed: list[bool] = []

        def watched(*args: Any, **options: Any) -> Proposal | None:
            proposal = propose(*args, **options)  # with a limit too low for it, this isn't reached
            computed.append(connection.in_atomic_block)
            return proposal

        monkeypatch.setattr(long_plans, "QUICK", 0)
        monkeypatch.setattr(long_plans, "propose", watched)
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert (response.json()["version"], response.json()["amount"]) == (2, 166.67)
        assert computed == [False]

    def test_accepting_another_date_moves_the_goal_with_one_version(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_contribution"})
        assert (response.json()["version"], response.json()["amount"]) == (2, 100)
        assert Goal.objects.get().target_date == date(2027, 6, 11)
        assert [version.reason for version in behind.versions.order_by("number")] == ["created", "replan_accepted"]

    def test_accepting_changes_the_persons_own_amount(self, as_saver: APIClient, behind: ActionPlan) -> None:
        ActionPlan.objects.filter(pk=behind.pk).update(is_chosen=True)
        document = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"}).json()
        assert document["amount"] == 166.67
        assert ActionPlan.objects.get().is_chosen

    def test_is_null_once_accepted_and_there_is_nothing_more_to_accept(
        self, as_saver: APIClient, behind: ActionPlan
    ) -> None:
        as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        response = as_saver.get(self.path(behind))
        assert (response.status_code, response.content) == (200, b"null")
        assert response["Content-Type"] == "application/json"
        again = as_saver.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert (again.status_code, again.json()["error_code"]) == (409, "CONFLICT")

    def test_is_null_before_the_first_check_in(self, as_saver: APIClient, behind: ActionPlan) -> None:
        Goal.objects.update(last_check_in_date=None)
        assert as_saver.get(self.path(behind)).json() is None

    def test_is_null_for_a_paused_goal(self, as_saver: APIClient, behind: ActionPlan) -> None:
        as_saver.patch(f"/api/v0/goals/{behind.goal_id}", {"status": "paused"})
        assert as_saver.get(self.path(behind)).json() is None

    def test_past_the_date_only_another_date_is_offered(
        self, as_saver: APIClient, behind: ActionPlan, time_machine: Any, saver: User
    ) -> None:
        from conftest import client_of

        self.drifted(behind, "300.00", time_machine, TODAY + timedelta(days=400))
        late = client_of(saver)
        document = late.get(self.path(behind)).json()
        assert (document["direction"], document["same_date"]) == ("PAST_DATE", None)
        refused = late.post(f"{self.path(behind)}/accept", {"choice": "same_date"})
        assert (refused.status_code, refused.json()["details"]["choice"]) == (409, "same_date")

    def test_refuses_an_unknown_choice(self, as_saver: APIClient, behind: ActionPlan) -> None:
        response = as_saver.post(f"{self.path(behind)}/accept", {"choice": "give_up"})
        assert field_errors(response) == {"choice": "invalid_choice"}


class TestDocumentation:
    def test_says_that_a_proposal_may_be_null(self) -> None:
        schemas = document()["components"]["schemas"]
        assert schemas["ProposalOrNull"]["oneOf"][1] == {"type": "null"}
