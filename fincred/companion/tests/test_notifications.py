"""`/notifications` and `/devices` as the existing app calls them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from conftest import client_of
from fincred.companion.models import Device, Notification, NotificationPreferences
from fincred.companion.services import notifications, plan_for_everybody, send_due_notifications
from goals.tests.factories import GoalFactory
from planning.services.action_plans import end_action_plan
from planning.tests.factories import plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/api/v0/notifications"
DEVICES = "/api/v0/devices"
NEW = {"type": "weekly_summary", "channel": "email", "next_send_at": "2026-03-15T18:00:00+01:00"}
PHONE = {"platform": "ios", "token": "ExponentPushToken[one]"}


@pytest.fixture
def planned(saver: User, noon: datetime) -> User:
    snapshot_of(saver)
    plan_for(GoalFactory.create(user=saver))
    plan_for_everybody(now=noon)
    return saver


def of_type(client: APIClient, type_: str) -> dict[str, Any]:
    [found] = [row for row in client.get(URL).json() if row["type"] == type_]
    return dict(found)


class TestOnesOwn:
    def test_is_as_the_app_has_it(self, as_saver: APIClient, saver: User, noon: datetime) -> None:
        answer = as_saver.post(URL, NEW)
        assert answer.status_code == 201
        made = answer.json()
        assert made == {
            "id": made["id"],
            "user_id": str(saver.pk),
            "type": "weekly_summary",
            "channel": "email",
            "next_send_at": "2026-03-15T17:00:00Z",
            "action_plan_id": None,
            "status": "active",
            "last_sent_at": None,
            "created_at": "2026-03-10T12:00:00Z",
            "updated_at": "2026-03-10T12:00:00Z",
        }
        assert as_saver.get(answer["Location"]).json() == made
        assert made in as_saver.get(URL).json()

    def test_can_be_changed_and_removed(self, as_saver: APIClient, planned: User) -> None:
        url = as_saver.post(URL, NEW)["Location"]
        plan = of_type(as_saver, "pre_transfer_reminder")["action_plan_id"]
        change = {"type": "pre_transfer_reminder", "action_plan_id": plan, "status": "paused"}
        changed = as_saver.put(url, change).json()
        assert {name: changed[name] for name in change} == change
        assert as_saver.put(url, change).json() == changed
        assert as_saver.delete(url).status_code == 204
        assert as_saver.get(url).status_code == 404

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("next_send_at", "2200-01-01T00:00:00Z"),
            ("type", "news"),
            ("channel", "pigeon"),
            ("status", "sent"),
            ("next_send_at", "2026-03-10T12:00:00Z"),
            ("next_send_at", "2026-03-15T18:00:00"),
            ("next_send_at", "2026-02-30T18:00:00Z"),
            ("next_send_at", "0001-01-01T00:00:00+14:00"),
            ("next_send_at", 1773600000),
            ("next_send_at", None),
            ("action_plan_id", "7f3a4b0e-52b1-4a2f-9a40-0d9c6a1f7b22"),
        ],
    )
    def test_refuses_what_it_cannot_be(self, as_saver: APIClient, noon: datetime, field: str, value: Any) -> None:
        answer = as_saver.post(URL, NEW | {field: value})
        assert answer.status_code == 400
        assert answer.json()["details"]["errors"][0]["field"] == field
        assert not Notification.objects.filter(is_planned=False).exists()

    @pytest.mark.parametrize(
        ("moment", "told"),
        [
            ("2027-02-29T10:00:00Z", "There is no such day or time."),
            ("2027-02-28T25:00:00Z", "There is no such day or time."),
            ("2027-02-28T10:00:00.1234567Z", "Must have at most six digits of a second."),
            ("2027-02-28 10:00:00Z", "Must be an RFC 3339 date and time such as 2026-03-15T17:00:00Z."),
        ],
    )
    def test_says_what_is_wrong_with_a_moment(
        self, as_saver: APIClient, noon: datetime, moment: str, told: str
    ) -> None:
        [error] = as_saver.post(URL, NEW | {"next_send_at": moment}).json()["details"]["errors"]
        assert error["message"] == told

    def test_takes_no_plan_of_others(self, as_stranger: APIClient, as_saver: APIClient, planned: User) -> None:
        plan = of_type(as_saver, "pre_transfer_reminder")["action_plan_id"]
        assert as_stranger.post(URL, NEW | {"action_plan_id": plan}).status_code == 400

    def test_are_limited(self, as_saver: APIClient, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(notifications, "MOST_OF_ONES_OWN", 1)
        assert as_saver.post(URL, NEW).status_code == 201
        refused = as_saver.post(URL, NEW)
        assert (refused.status_code, refused.json()["details"]["max_count"]) == (409, 1)


class TestPlanned:
    def test_are_listed(self, as_saver: APIClient, planned: User) -> None:
        listed = {row["type"]: row["next_send_at"] for row in as_saver.get(URL).json()}
        assert listed["checkin_reminder"] == "2026-03-16T18:00:00Z"
        assert set(listed) == {
            "checkin_reminder", "weekly_summary", "pre_transfer_reminder", "goal_progress_update",
        }  # fmt: skip

    def test_of_an_ended_plan_are_not(self, as_saver: APIClient, planned: User, noon: datetime) -> None:
        plan = of_type(as_saver, "pre_transfer_reminder")["action_plan_id"]
        end_action_plan(owner=planned, plan_id=UUID(plan), now=noon, today=noon.date())
        assert {row["type"] for row in as_saver.get(URL).json()} == {"checkin_reminder", "weekly_summary"}

    def test_may_be_moved_once(self, as_saver: APIClient, planned: User, noon: datetime) -> None:
        url = f"{URL}/{of_type(as_saver, 'checkin_reminder')['id']}"
        assert as_saver.patch(url, {"next_send_at": "2026-03-11T23:30:00Z"}).status_code == 200
        as_saver.patch("/api/v0/users/me/profile", {"reminder_hour": 7})
        assert as_saver.get(url).json()["next_send_at"] == "2026-03-11T23:30:00Z"
        moved = noon.replace(day=11, hour=23, minute=30)
        send_due_notifications(clock=lambda: moved)
        after = as_saver.get(url).json()
        assert (after["last_sent_at"], after["next_send_at"]) == ("2026-03-11T23:30:00Z", "2026-03-23T07:00:00Z")

    def test_that_were_moved_stay_so_when_they_are_paused_and_go_on(
        self, as_saver: APIClient, planned: User, noon: datetime
    ) -> None:
        url = f"{URL}/{of_type(as_saver, 'checkin_reminder')['id']}"
        as_saver.patch(url, {"next_send_at": "2026-03-12T07:00:00Z"})
        as_saver.patch(url, {"status": "paused"})
        assert as_saver.patch(url, {"status": "active"}).json()["next_send_at"] == "2026-03-12T07:00:00Z"
        as_saver.patch(url, {"status": "paused"})
        with time_machine.travel(noon + timedelta(days=5), tick=False):
            again = client_of(planned).patch(url, {"status": "active"}).json()["next_send_at"]
        assert again == "2026-03-16T18:00:00Z"

    def test_may_be_paused(self, as_saver: APIClient, planned: User) -> None:
        url = f"{URL}/{of_type(as_saver, 'checkin_reminder')['id']}"
        assert as_saver.patch(url, {"status": "paused"}).json()["status"] == "paused"
        assert NotificationPreferences.objects.get().reminders

    @pytest.mark.parametrize("how", ["delete", "cancel"])
    def test_of_a_kind_stop_it_until_the_person_wants_it_again(
        self, as_saver: APIClient, planned: User, how: str
    ) -> None:
        url = f"{URL}/{of_type(as_saver, 'weekly_summary')['id']}"
        if how == "delete":
            assert as_saver.delete(url).status_code == 204
        else:
            as_saver.patch(url, {"status": "cancelled"})
        assert as_saver.get(url).json()["status"] == "cancelled"
        preferences = "/api/v0/users/me/notification-preferences"
        assert as_saver.get(preferences).json()["weekly_summary"] is False
        assert as_saver.patch(url, {"status": "active"}).json()["status"] == "active"
        assert as_saver.get(preferences).json()["weekly_summary"] is True

    def test_of_a_plan_stop_that_plans_alone(self, as_saver: APIClient, planned: User) -> None:
        url = f"{URL}/{of_type(as_saver, 'pre_transfer_reminder')['id']}"
        as_saver.delete(url)
        assert as_saver.get(url).json()["status"] == "cancelled"
        assert NotificationPreferences.objects.get().payments

    @pytest.mark.parametrize("change", [{"type": "weekly_summary"}, {"action_plan_id": None}])
    def test_keep_what_they_are_about(self, as_saver: APIClient, planned: User, change: dict[str, Any]) -> None:
        url = f"{URL}/{of_type(as_saver, 'pre_transfer_reminder')['id']}"
        answer = as_saver.patch(url, change)
        assert (answer.status_code, answer.json()["details"]["errors"][0]["code"]) == (400, "fixed")

    def test_changes_are_in_the_audit_trail(self, as_saver: APIClient, planned: User) -> None:
        url = f"{URL}/{of_type(as_saver, 'checkin_reminder')['id']}"
        as_saver.patch(url, {"channel": "push"})
        entry = AuditEntry.objects.filter(person_id=planned.pk).latest("pk")
        assert (entry.action, entry.after["channel"]) == ("notification.changed", "push")


class TestDevices:
    def test_are_added_listed_and_removed(self, as_saver: APIClient) -> None:
        made = as_saver.post(DEVICES, PHONE)
        assert made.status_code == 201
        assert as_saver.get(DEVICES).json() == [made.json()]
        assert as_saver.post(DEVICES, PHONE).json() == made.json()
        assert as_saver.delete(DEVICES, {"token": PHONE["token"]}).status_code == 204
        assert as_saver.delete(DEVICES, {"token": PHONE["token"]}).status_code == 404
        assert as_saver.get(DEVICES).json() == []

    def test_of_a_shared_phone_belong_to_who_uses_it(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        as_saver.post(DEVICES, PHONE)
        as_stranger.post(DEVICES, PHONE)
        assert as_saver.get(DEVICES).json() == []
        assert as_saver.delete(DEVICES, {"token": PHONE["token"]}).status_code == 404
        assert Device.objects.count() == 1

    def test_of_another_platform_than_before_are_what_is_told_now(self, as_saver: APIClient) -> None:
        as_saver.post(DEVICES, PHONE)
        made = as_saver.post(DEVICES, PHONE | {"platform": "android"})
        assert (made.status_code, made.json()["platform"]) == (201, "android")
        assert as_saver.get(DEVICES).json() == [made.json()]

    def test_are_twenty_at_most(self, as_saver: APIClient) -> None:
        answers = [as_saver.post(DEVICES, PHONE | {"token": f"t{n}"}).status_code for n in range(21)]
        assert answers == [201] * 20 + [409]

    @pytest.mark.parametrize("body", [{}, {"platform": "ios"}, PHONE | {"token": ""}, PHONE | {"platform": "fax"}])
    def test_refuse_what_they_cannot_be(self, as_saver: APIClient, body: Any) -> None:
        assert as_saver.post(DEVICES, body).status_code == 400
