"""From any page of a person's thing the person is one click away; what needs attention comes first."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.test import Client

from accounts.back_office.tests.acting import signed_in
from accounts.models import AuditEntry, Session, User
from accounts.services import open_session
from fincred import clock
from fincred.back_office.tests.person_pages import page_of, path_of
from fincred.companion.tests.factories import NotificationFactory
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.snapshot_contents import Expenses, IncomeEntry, SnapshotContents
from planning.tests.factories import NOON, goal_of, plan_for, snapshot_of
from planning.vocabulary import PayFrequency
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


@pytest.fixture
def plan(saver: User) -> ActionPlan:
    saver.profile.currency = "EUR"
    saver.profile.save()
    snapshot_of(saver)
    return plan_for(goal_of(saver, name="Boat"))


def path_to(row: Model, page: str = "change") -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


class TestPerson:
    def test_is_one_click_from_each_thing_of_theirs(self, boss: Client, saver: User, plan: ActionPlan) -> None:
        open_session(user=saver, now=clock.now())
        rows: list[Any] = [
            *(plan, plan.goal, plan.versions.get(), Snapshot.objects.get(), Session.objects.get()),
            *(CheckInFactory.create(user=saver, goal=plan.goal), NotificationFactory.create(user=saver)),
            AuditEntry.objects.filter(person_id=saver.pk).latest("pk"),
        ]
        for row in rows:
            for page in ("change", "history"):
                (crumbs,) = re.findall('<div class="breadcrumbs">(.*?)</div>', shown(boss, path_to(row, page)))
                assert f'<a href="{path_of(saver)}">Sam Saver</a>' in crumbs, (row, page)

    def test_has_a_list_of_such_things_behind_each(self, support: Client, saver: User, plan: ActionPlan) -> None:
        page = shown(support, path_to(plan.goal))
        assert f'<a href="/admin/goals/goal/?user__exact={saver.pk}">Goals</a>' in page
        page = shown(support, path_to(plan.versions.get()))
        assert f'<a href="/admin/planning/planversion/?plan__user__exact={saver.pk}">' in page


class TestGoal:
    def test_leads_to_its_plan_and_says_why(self, support: Client, plan: ActionPlan) -> None:
        page = shown(support, path_to(plan.goal))
        assert f'href="{path_to(plan)}">100.00 EUR monthly, version 1, and what changed</a>' in page
        assert "It needs 1,200.00 by 10 Mar 2027 (12 months)." in page

    def test_names_the_payday_of_the_next_payment_only(
        self, noon: datetime, support: Client, agent: User, saver: User
    ) -> None:
        income = IncomeEntry(Decimal(3000), PayFrequency.MONTHLY, next_date=noon.date() + timedelta(days=4))
        snapshot_of(saver, SnapshotContents((income,), Expenses(Decimal(2000))))
        plan = plan_for(goal_of(saver))
        payday = "Its payment on 14 Mar 2026 is made from what arrives that day."

        def telling(staff: Client) -> list[bool]:
            pages = [shown(staff, path_to(plan)), shown(staff, path_to(plan.goal)), page_of(staff, saver)]
            assert all("It needs 1,200.00 by 10 Mar 2027 (12 months)." in page for page in pages)
            return [payday in page for page in pages]

        assert telling(support) == [True, True, True]
        with time_machine.travel(noon + timedelta(days=5), tick=False):
            assert telling(signed_in(agent)) == [False, False, False]

    def test_says_its_currency(self, support: Client, plan: ActionPlan) -> None:
        assert "Amounts are in EUR." in shown(support, path_to(plan.goal))
        assert "Amounts are in" not in shown(support, path_to(NotificationFactory.create(user=plan.user)))

    def test_without_a_plan_says_so(self, support: Client, saver: User) -> None:
        page = shown(support, path_to(GoalFactory.create(user=saver)))
        assert "It has no plan." in page
        assert "<label>Why:</label>" not in page

    def test_has_no_button_that_leads_to_an_empty_list(self, support: Client, plan: ActionPlan) -> None:
        assert "closelink" not in shown(support, path_to(plan.goal))


class TestAttention:
    def test_comes_first(self, support: Client, saver: User, noon: datetime) -> None:
        snapshot_of(saver)
        calm, late = GoalFactory.create(user=saver, name="Calm", priority="High"), goal_of(saver, name="Late")
        huge = goal_of(saver, name="Huge", priority="Low", target_amount=900_000)
        plan_for(huge)
        begun = {"started_on": noon.date() - timedelta(days=90), "last_check_in_date": noon.date()}
        Goal.objects.filter(pk=late.pk).update(**begun, current_amount=Decimal(1))
        page = page_of(support, saver)
        assert re.findall('<article class="bo-card" id="goal-([^"]+)"', page) == [
            str(goal.pk) for goal in (huge, late, calm)
        ]
        before, _ = page.split("<article", 1)
        words = re.sub("<[^>]+>", "", before.split("Needs attention: ")[1])
        assert words.split(".")[0] == "Huge is Unrealistic; Late is off track"

    def test_is_not_asked_for_where_all_is_well(self, support: Client, plan: ActionPlan) -> None:
        assert PlanVersion.objects.exists()
        assert "Needs attention" not in page_of(support, plan.user)


class TestSearchBox:
    def test_has_the_focus_on_the_start_page_alone(self, support: Client) -> None:
        focused = '<input type="search" id="bo-find"[^>]* autofocus>'
        assert re.search(focused, shown(support, "/admin/"))
        assert not re.search(focused, shown(support, "/admin/accounts/user/"))


class TestNotification:
    def fields(self, client: Client, row: Model) -> dict[str, str]:
        page = re.sub("<a [^>]+>|</a>", "", shown(client, path_to(row)))
        return dict(re.findall(r'<label>([^<]*):</label> <div class="readonly">([^<]*)</div>', page))

    def test_is_told_in_words(self, support: Client, plan: ActionPlan, noon: datetime) -> None:
        row = NotificationFactory.create(
            user=plan.user, type="pre_transfer_reminder", action_plan=plan, is_planned=True, is_moved=True,
            next_send_at=noon, due_on=noon.date(), skipped=2,
        )  # fmt: skip
        told = self.fields(support, row)
        assert told["What"] == "Pre-transfer reminder: Boat"
        assert told["Sent next (UTC)"] == "10 Mar 2026 12:00"
        assert told["Last sent (UTC)"] == "never"
        assert told["By whom"] == "FinCred planned it, the person moved it"
        assert told["For the day"] == "10 Mar 2026"
        assert told["Not pushed, for want of a device"] == "2 times"
        assert told["Plan"] == "Boat"

    def test_has_nothing_that_it_lacks(self, support: Client, saver: User) -> None:
        told = self.fields(support, NotificationFactory.create(user=saver, status="paused", last_sent_at=NOON))
        assert told["Last sent (UTC)"] == "10 Mar 2026 12:00"
        assert told["Sent next (UTC)"] == "paused"
        assert told["By whom"] == "the person asked for it"
        assert not {"For the day", "Off plan, as told of version", "Not pushed, for want of a device"} & set(told)
