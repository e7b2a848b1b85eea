"""Every door by which something that clients change is written lets its revision grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest
from django.apps import apps
from django.db.models import F
from django.test import Client
from rest_framework.test import APIClient

from accounts.back_office.tests.acting import act_in_back_office
from accounts.models import User
from conftest import client_of
from fincred.companion.models import Device, Notification
from fincred.companion.services import create_notification, unsubscribe
from fincred.companion.tests.factories import ChatSessionFactory
from fincred.companion.vocabulary import Channel, MessageKind, NotificationType
from fincred.db.models import RevisedModel
from fincred.db.statements import Parameter
from fincred.db.writes import PreparedUpdate, insert, update, write_all
from goals.examples import NEW_GOAL
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.models import ActionPlan
from planning.services.plans import plan_everything
from planning.services.proposals import Choice, accept_proposal
from planning.services.replanning import replan_person
from planning.tests.factories import goal_of, plan_for, snapshot_of
from planning.vocabulary import Reason
from tracking.tests.factories import PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

V0 = "/api/v0"
AUTUMN = date(2026, 9, 10)
REVISED = [model for model in apps.get_models() if issubclass(model, RevisedModel)]
# A device is added, and removed by its token: there is no call that changes one.
NEVER_CHANGED = {Device.__name__}
# The job's count of messages of a week: nothing that a person sees of their preferences, whose revision stays.
UNSEEN: Final[dict[str, dict[str, Any]]] = {"NotificationPreferences": {"week": None, "sent_in_week": 0}}
Stored = dict[tuple[str, UUID], dict[str, Any]]


@dataclass
class Person:
    """A person with two goals, of which the second is the primary one, a plan for each, a check-in and a pulse.

    `notification` is their own, `planned` the server's weekly summary; with these they have preferences.
    """

    user: User
    api: APIClient
    staff: Client
    goal: Goal
    primary: Goal
    plan: ActionPlan
    check_in: str
    pulse: str
    chat: str
    notification: Notification
    planned: Notification
    now: datetime

    def send(self, method: str, path: str, body: Any = None) -> None:
        answer = getattr(self.api, method)(f"{V0}{path}", body or {})
        assert answer.status_code < 300, answer.content

    def act(self, path: str, action: str, row: RevisedModel) -> None:
        act_in_back_office(self.staff, path, action, row)

    @property
    def owned(self) -> dict[str, Any]:
        return {"owner": self.user, "now": self.now}


@pytest.fixture
def person(saver: User, noon: datetime) -> Person:
    snapshot_of(saver)
    goal, primary = goal_of(saver), goal_of(saver, primary_flag=True)
    plan = plan_for(goal)
    plan_for(primary)
    api, staff = client_of(saver), Client()
    staff.force_login(User.objects.create_superuser("staff@example.com"))
    check_in = api.post(f"{V0}/goals/{goal.pk}/check-ins", {"current_amount": 100}).json()["id"]
    pulse = str(PulseFactory.create(user=saver).pk)
    chat = str(ChatSessionFactory.create(user=saver).pk)
    own = create_notification(
        owner=saver,
        type=NotificationType.WEEKLY_SUMMARY,
        channel=Channel.EMAIL,
        next_send_at=noon + timedelta(days=1),
        now=noon,
    )
    planned = Notification.objects.get(user=saver, type=NotificationType.WEEKLY_SUMMARY, is_planned=True)
    return Person(saver, api, staff, goal, primary, plan, check_in, pulse, chat, own, planned, noon)


# What each writes: the kinds of rows that change at least.
DOORS: Final[dict[str, tuple[Callable[[Person], None], set[str]]]] = {
    "a goal's name": (lambda p: p.send("patch", f"/goals/{p.goal.pk}", {"name": "Other"}), {"Goal"}),
    "a goal's amount": (
        lambda p: p.send("patch", f"/goals/{p.goal.pk}", {"target_amount": 2400}),
        {"Goal", "ActionPlan"},
    ),
    "the primary flag": (
        lambda p: p.send("put", f"/goals/{p.goal.pk}", {"primary_flag": True}),
        {"Goal", "ActionPlan"},
    ),
    "a new primary goal": (
        lambda p: p.send("post", "/goals", NEW_GOAL | {"primary_flag": True}),
        {"Goal", "ActionPlan"},
    ),
    "a goal's end": (lambda p: p.send("delete", f"/goals/{p.goal.pk}"), {"ActionPlan", "Goal"}),
    "a goal paused by staff": (lambda p: p.act("/admin/goals/goal/", "pause", p.goal), {"ActionPlan", "Goal"}),
    "a check-in": (lambda p: p.send("post", f"/goals/{p.goal.pk}/check-ins", {"current_amount": 150}), {"Goal"}),
    "a check-in's amount": (
        lambda p: p.send("patch", f"/check-ins/{p.check_in}", {"current_amount": 50}),
        {"CheckIn", "Goal"},
    ),
    "a check-in's words": (lambda p: p.send("put", f"/check-ins/{p.check_in}", {"reflection": "x"}), {"CheckIn"}),
    "a check-in's removal": (lambda p: p.send("delete", f"/check-ins/{p.check_in}"), {"Goal"}),
    "a pulse's mood": (lambda p: p.send("patch", f"/checkins/{p.pulse}", {"mood_score": 1}), {"Pulse"}),
    "a message to the coach": (
        lambda p: p.send("post", "/chat/message", {"message": "Hi", "session_id": p.chat}),
        {"ChatSession"},
    ),
    "the check-in that completes a goal": (
        lambda p: p.send("post", f"/goals/{p.goal.pk}/check-ins", {"current_amount": 1200}),
        {"Goal"},
    ),
    "a plan's confirmation": (
        lambda p: p.send("patch", f"/action-plans/{p.plan.pk}", {"is_confirmed_set_up": True}),
        {"ActionPlan"},
    ),
    "a plan's amount": (
        lambda p: p.send("patch", f"/action-plans/{p.plan.pk}", {"amount": 300, "is_confirmed_set_up": True}),
        {"ActionPlan", "Goal"},
    ),
    "a plan made again": (
        lambda p: p.send("post", f"/action-plans/{p.plan.pk}/regenerate"),
        {"ActionPlan", "Goal"},
    ),
    "a plan made again by staff": (
        lambda p: p.act("/admin/planning/actionplan/", "regenerate", p.plan),
        {"ActionPlan", "Goal"},
    ),
    "a plan's end": (lambda p: p.send("delete", f"/action-plans/{p.plan.pk}"), {"ActionPlan", "Goal"}),
    "a proposal accepted": (
        lambda p: _accept(p, Choice.SAME_DATE),
        {"ActionPlan", "Goal"},
    ),
    "a proposal accepted that moves the date": (
        lambda p: _accept(p, Choice.SAME_CONTRIBUTION),
        {"ActionPlan", "Goal"},
    ),
    "all goals planned": (
        lambda p: void(plan_everything(**p.owned, today=AUTUMN)),
        {"ActionPlan", "Goal"},
    ),
    "a person planned by an operator": (
        lambda p: replan_person(**p.owned, today=AUTUMN, reason=Reason.REGENERATED),
        {"ActionPlan", "Goal"},
    ),
    "a snapshot": (
        lambda p: p.send(
            "put",
            "/snapshot",
            {"income": {"amount": 2100, "frequency": "monthly"}, "expenses": {"total_amount": 2000}},
        ),
        {"ActionPlan", "Goal"},
    ),
    "the profile": (lambda p: p.send("patch", "/users/me/profile", {"country": "DE"}), {"Profile"}),
    "how often to remind": (
        lambda p: p.send("patch", "/users/me/profile", {"reminder_frequency": "monthly"}),
        {"Notification", "Profile"},
    ),
    "a notification's status": (
        lambda p: p.send("patch", f"/notifications/{p.notification.pk}", {"status": "paused"}),
        {"Notification"},
    ),
    "a notification's channel": (
        lambda p: p.send("put", f"/notifications/{p.notification.pk}", {"channel": "push"}),
        {"Notification"},
    ),
    "a planned notification moved": (
        lambda p: p.send("patch", f"/notifications/{p.planned.pk}", {"next_send_at": "2099-03-15T17:00:00Z"}),
        {"Notification"},
    ),
    "a planned notification's removal": (
        lambda p: p.send("delete", f"/notifications/{p.planned.pk}"),
        {"Notification", "NotificationPreferences"},
    ),
    "a kind of messages switched off": (
        lambda p: p.send("patch", "/users/me/notification-preferences", {"weekly_summary": False}),
        {"Notification", "NotificationPreferences"},
    ),
    "a kind of messages that has no notification": (
        lambda p: p.send("put", "/users/me/notification-preferences", {"milestones": False}),
        {"NotificationPreferences"},
    ),
    "a kind of messages switched off by a mail": (
        lambda p: unsubscribe(user_id=p.user.pk, kind=MessageKind.WEEKLY_SUMMARY, now=p.now),
        {"Notification", "NotificationPreferences"},
    ),
}


def _accept(person: Person, choice: Choice) -> None:
    accept_proposal(**person.owned, plan_id=person.plan.pk, choice=choice, today=AUTUMN)


def void(result: object) -> None:
    """A door returns nothing."""


def stored() -> Stored:
    rows = [(model.__name__, dict[str, Any](row)) for model in REVISED for row in model._base_manager.values()]
    return {(kind, row["id"]): row for kind, row in rows}


def compare(before: Stored, after: Stored) -> tuple[set[tuple[str, UUID]], set[tuple[str, UUID]]]:
    """The rows that have other values now, and those whose revision has grown."""
    both = before.keys() & after.keys()
    changed = {key for key in both if _seen(key, before) != _seen(key, after)}
    return changed, {key for key in both if before[key]["revision"] < after[key]["revision"]}


def _seen(key: tuple[str, UUID], rows: Stored) -> dict[str, Any]:
    return rows[key] | {"revision": 0} | UNSEEN.get(key[0], {})


class TestEveryDoor:
    @pytest.mark.parametrize("door", DOORS)
    def test_lets_the_revision_of_what_it_changes_grow(self, person: Person, door: str) -> None:
        enter, kinds = DOORS[door]
        before = stored()
        enter(person)
        changed, grown = compare(before, stored())
        assert {kind for kind, _ in changed} >= kinds
        assert changed <= grown

    def test_of_every_kind_is_walked(self) -> None:
        assert {kind for _, kinds in DOORS.values() for kind in kinds} == {
            model.__name__ for model in REVISED
        } - NEVER_CHANGED

    def test_that_takes_the_primary_flag_is_one_also_without_a_plan(
        self, saver: User, as_saver: APIClient
    ) -> None:
        had_it, gets_it = GoalFactory.create(user=saver, primary_flag=True), GoalFactory.create(user=saver)
        as_saver.patch(f"{V0}/goals/{gets_it.pk}", {"primary_flag": True})
        for goal in (had_it, gets_it):
            goal.refresh_from_db()
            assert (goal.primary_flag, goal.revision) == (goal == gets_it, 2)

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/users/me/profile", {"currency": "USD"}),
            ("/goals/{goal}", {"status": "active"}),
            ("/check-ins/{check_in}", {"current_amount": 100}),
            ("/action-plans/{plan}", {"is_confirmed_set_up": False}),
            ("/notifications/{notification}", {"status": "active", "channel": "email"}),
            ("/users/me/notification-preferences", {"drift": True}),
        ],
    )
    def test_that_changes_nothing_lets_nothing_grow(self, person: Person, path: str, body: dict[str, Any]) -> None:
        before = stored()
        path = path.format(
            goal=person.goal.pk,
            check_in=person.check_in,
            plan=person.plan.pk,
            notification=person.notification.pk,
        )
        person.send("patch", path, body)
        assert stored() == before


class TestEveryWayToWrite:
    """Each way in which services write: the revision grows by one, here and in the database."""

    @pytest.fixture
    def goal(self, saver: User) -> Goal:
        return GoalFactory.create(user=saver)

    def test_begins_at_one(self, goal: Goal) -> None:
        row = GoalFactory.build(user=goal.user)
        write_all(insert(row))
        assert (row.revision, Goal.objects.get(pk=row.pk).revision) == (1, 1)

    def test_a_write(self, goal: Goal) -> None:
        write_all(update(goal, "name"))
        assert (goal.revision, Goal.objects.get().revision) == (2, 2)

    def test_a_prepared_update(self, goal: Goal) -> None:
        rename = PreparedUpdate(Goal.objects.filter(pk=Parameter("goal")), name=Parameter("name"))
        write_all(rename.bind(goal=goal.pk, name="Other"))
        assert (Goal.objects.get().name, Goal.objects.get().revision) == ("Other", 2)

    @pytest.mark.parametrize("fields", [{}, {"update_fields": ["name"]}], ids=["all fields", "some fields"])
    def test_a_save(self, goal: Goal, fields: dict[str, list[str]]) -> None:
        goal.save(**fields)
        assert (goal.revision, Goal.objects.get().revision) == (2, 2)

    def test_an_update(self, goal: Goal) -> None:
        Goal.objects.filter(pk=goal.pk).update(current_amount=F("current_amount") + Decimal(1))
        assert Goal.objects.get().revision == 2

    def test_a_bulk_update(self, goal: Goal) -> None:
        Goal.objects.bulk_update([goal], ["name"])
        assert Goal.objects.get().revision == 2
