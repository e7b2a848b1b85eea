"""What support sees of plans, and the one thing they can do."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.back_office.tests.acting import act_in_back_office
from accounts.models import User
from accounts.rate_limits import Policy, policies
from accounts.tests.factories import UserFactory
from fincred import clock
from goals.services import update_goal
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def plan(saver: User) -> ActionPlan:
    snapshot_of(saver)
    return plan_for(goal_of(saver, name="Sailing boat"))


@pytest.fixture
def as_admin(db: None) -> Client:
    """A user with every permission there is: what is refused here is refused to all."""
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


def as_staff_with(*codenames: str) -> Client:
    staff = UserFactory.create(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(staff)
    return client


def regenerate(client: Client, plan: ActionPlan) -> str:
    page = act_in_back_office(client, "/admin/planning/actionplan/", "regenerate", plan)
    return str(page.content.decode())


class TestPlanningAdmin:
    def test_lists_what_was_short_when_it_was_planned(self, as_admin: Client, plan: ActionPlan) -> None:
        """A list of many people doesn't count what was put in since."""
        ActionPlan.objects.filter(pk=plan.pk).update(shortfall=Decimal("1234.50"))
        page = as_admin.get("/admin/planning/actionplan/", {"q": "saver@example.com"}).content.decode()
        assert "Short when planned" in page
        assert '<td class="field-planned_shortfall">1,234.50</td>' in re.sub(r' data-label="[^"]*"', "", page)

    @pytest.mark.parametrize("model", ["snapshot", "actionplan", "planversion"])
    def test_finds_rows_by_person(self, as_admin: Client, plan: ActionPlan, stranger: User, model: str) -> None:
        snapshot_of(stranger)
        plan_for(goal_of(stranger))
        page = as_admin.get(f"/admin/planning/{model}/", {"q": "saver@example.com"}).content.decode()
        assert "1 result" in page
        assert "saver@example.com" in page

    def test_lists_versions_of_one_moment_by_number(self, as_admin: Client, plan: ActionPlan) -> None:
        first = plan.versions.values().get()
        PlanVersion.objects.bulk_create(
            PlanVersion(**first | {"id": uuid4(), "number": number}) for number in (2, 3, 4, 5)
        )
        shown = as_admin.get("/admin/planning/planversion/", {"q": "saver@example.com"})
        assert shown.context is not None
        assert [version.number for version in shown.context["cl"].result_list] == [5, 4, 3, 2, 1]

    def test_shows_a_plan_with_its_reasons_and_versions(self, as_admin: Client, plan: ActionPlan) -> None:
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        assert "It needs 1,200.00 by 10 Mar 2027 (12 months)." in page
        assert ">Sam Saver</a>" in page
        assert re.search(r"<dt>Next payment</dt><dd>[\d,]+\.\d\d on \d+ \w+ \d{4}<", page)
        assert re.search(r"<dt>Left to pay this month</dt><dd>[\d,]+\.\d\d<", page)
        assert "Load: it needs 1,200.00, divided by the " in page
        assert "There is one version only" in page
        regenerate(as_admin, plan)
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        assert "2: regenerated" in page

    def test_sets_a_version_beside_the_one_before_if_there_is_one(
        self, as_admin: Client, plan: ActionPlan
    ) -> None:
        regenerate(as_admin, plan)
        first, second = plan.versions.order_by("number")
        pages = [
            as_admin.get(f"/admin/planning/planversion/{version.pk}/change/").content.decode()
            for version in (first, second)
        ]
        assert ["beside the version before" in page for page in pages] == [False, True]
        assert "the first version: there is none before" in pages[0]
        assert f'href="/admin/planning/actionplan/{plan.pk}/change/?older=1&amp;newer=2"' in pages[1]

    def test_says_of_a_version_that_there_is_not_that_there_is_none(
        self, as_admin: Client, plan: ActionPlan
    ) -> None:
        answer = as_admin.get(f"/admin/planning/actionplan/{plan.pk}/change/", {"older": "99"})
        assert answer.status_code == 404
        assert "This plan has 1 version, and none with that number." in answer.content.decode()
        regenerate(as_admin, plan)
        answer = as_admin.get(f"/admin/planning/actionplan/{plan.pk}/change/", {"newer": "x"})
        assert "This plan has 2 versions, and none with that number." in answer.content.decode()

    def test_names_what_each_amount_is(self, as_admin: Client, plan: ActionPlan) -> None:
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        assert "<dt>The app shows</dt><dd>100.00 monthly</dd>" in page
        assert "is there today" in page
        uneven = "months leave different amounts after goals that come first"
        assert uneven not in page
        plan.explanation["facts"]["highest_month"] = "100.01"
        plan.save()
        assert uneven in as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        ActionPlan.objects.update(is_chosen=True)
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        assert "<dt>Chosen amount</dt><dd>100.00 monthly</dd>" in page
        assert uneven not in page

    def test_tells_the_days_of_versions_as_where_the_person_lives(
        self, as_admin: Client, plan: ActionPlan, saver: User
    ) -> None:
        saver.profile.timezone = "Pacific/Auckland"
        saver.profile.save()
        plan.versions.update(created_at=NOON)
        regenerate(as_admin, plan)
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/change/").content.decode()
        assert "1: 11 Mar 2026" in page

    def test_shows_why_a_version_said_so(self, as_admin: Client, plan: ActionPlan) -> None:
        page = as_admin.get(f"/admin/planning/planversion/{plan.versions.get().id}/change/").content.decode()
        assert "It needs 1,200.00 by 10 Mar 2027 (12 months)." in page

    def test_lists_the_newest_of_snapshots_of_one_moment_first(self, as_admin: Client, saver: User) -> None:
        for _ in range(6):
            snapshot_of(saver)
        page = as_admin.get("/admin/planning/snapshot/", {"user__exact": str(saver.pk)})
        assert page.context is not None
        assert [row.number for row in page.context["cl"].result_list] == [6, 5, 4, 3, 2, 1]

    def test_shows_a_snapshot(self, as_admin: Client, plan: ActionPlan) -> None:
        page = as_admin.get(f"/admin/planning/snapshot/{Snapshot.objects.get().id}/change/").content.decode()
        assert "1,000.00" in page

    def test_names_the_history_of_a_plan_after_its_goal(self, as_admin: Client, plan: ActionPlan) -> None:
        page = as_admin.get(f"/admin/planning/actionplan/{plan.id}/history/").content.decode()
        assert "History: Sailing boat" in page

    @pytest.mark.parametrize("model", ["snapshot", "actionplan", "planversion"])
    def test_changes_nothing(self, as_admin: Client, plan: ActionPlan, model: str) -> None:
        row = {"snapshot": Snapshot.objects.get(), "actionplan": plan, "planversion": plan.versions.get()}[model]
        for path in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
            assert as_admin.post(f"/admin/planning/{model}/{path}", {"amount": "5"}).status_code == 403
        plan.refresh_from_db()
        assert plan.amount == Decimal("100.00")


class TestRegenerate:
    def test_makes_the_next_version(self, as_admin: Client, plan: ActionPlan) -> None:
        page = regenerate(as_admin, plan)
        assert "The plan of goal &quot;Sailing boat&quot; was made again: version 2." in page
        assert plan.versions.count() == 2

    def test_shows_a_refusal(self, as_admin: Client, plan: ActionPlan, saver: User) -> None:
        update_goal(owner=saver, goal_id=plan.goal_id, changes={"status": "paused"}, now=NOON, today=TODAY)
        assert "its goal is paused" in regenerate(as_admin, plan)
        assert plan.versions.count() == 1

    def test_takes_points_of_the_member_of_staff_as_over_the_api(
        self,
        as_admin: Client,
        plan: ActionPlan,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
        time_machine: Any,
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        time_machine.move_to(clock.now(), tick=False)
        monkeypatch.setattr(policies, "COST", Policy("cost", 6))
        pages = [regenerate(as_admin, plan) for _ in range(3)]
        assert ["was made again" in page for page in pages] == [True, True, False]
        assert "Too many requests, please slow down" in pages[2]
        assert plan.versions.count() == 3

    def test_needs_the_permission_to_help(self, plan: ActionPlan) -> None:
        regenerate(as_staff_with("view_actionplan"), plan)
        assert plan.versions.count() == 1
        regenerate(as_staff_with("view_actionplan", "help_actionplan"), plan)
        assert plan.versions.count() == 2
