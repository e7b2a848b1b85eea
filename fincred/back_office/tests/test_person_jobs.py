"""From the page of a person each job is at most two clicks away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.back_office.tests.acting import act_in_back_office
from accounts.mail import queue_mail
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.services import open_session
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.back_office.tests.person_pages import page_of, path_of, press
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.models import PlanVersion
from planning.tests.factories import goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


class TestJobs:
    def test_come_back_to_the_person(self, support: Client, saver: User) -> None:
        answer = press(support, saver, "disable")
        assert answer.headers["Location"] == path_of(saver)
        assert not User.objects.get(pk=saver.pk).is_active
        press(support, saver, "enable")
        assert User.objects.get(pk=saver.pk).is_active

    def test_lead_to_no_other_place(self, support: Client, saver: User) -> None:
        for place in ("https://evil.example/admin/", "//evil.example/admin/", "/docs", "/admin\\@evil.example"):
            form = {"action": "end_sessions", "_selected_action": str(saver.pk), "return_to": place}
            answer = support.post("/admin/accounts/user/", form | {"confirmed": "yes", "reason": "asked"})
            assert "evil" not in answer.headers["Location"], place
            assert answer.headers["Location"].startswith("/admin/accounts/user/")

    def test_mail(self, support: Client, saver: User) -> None:
        press(support, saver, "mail_reset")
        assert OutgoingMail.objects.get(user=saver).purpose == "reset_password"
        newcomer = UserFactory.create(is_verified=False)
        press(support, newcomer, "mail_verification")
        assert OutgoingMail.objects.get(user=newcomer).purpose == "verify_email"
        assert AuditEntry.objects.filter(action="mail.queued").count() == 2

    def test_end_sessions_all_or_one(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        open_session(user=saver, now=clock.now())
        press(support, saver, "end")
        assert saver.sessions.live().count() == 1
        press(support, saver, "end_sessions")
        assert saver.sessions.live().count() == 0

    def test_cancel_and_reopen_a_goal(self, support: Client, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        press(support, saver, "cancel")
        assert Goal.objects.get(pk=goal.pk).status == "cancelled"
        press(support, saver, "reopen")
        assert Goal.objects.get(pk=goal.pk).status == "active"

    def test_plan_again(self, support: Client, saver: User) -> None:
        snapshot_of(saver)
        plan_for(goal_of(saver, target_date=clock.now().date() + timedelta(days=400)))
        press(support, saver, "regenerate")
        assert PlanVersion.objects.count() == 2

    def test_try_a_mail_again(self, support: Client, saver: User) -> None:
        queue_mail(user=saver, purpose="reset_password", now=clock.now())
        OutgoingMail.objects.update(attempts=MAX_MAIL_ATTEMPTS)
        press(support, saver, "retry")
        assert OutgoingMail.objects.get().attempts == 0

    def test_export_and_erase_are_for_superusers(self, support: Client, boss: Client, saver: User) -> None:
        page = page_of(support, saver)
        assert 'value="export"' not in page
        assert 'value="erase"' not in page
        for action in ("export", "erase"):
            act_in_back_office(support, "/admin/accounts/user/", action, saver)
        assert User.objects.filter(pk=saver.pk).exists()
        answer = press(boss, saver, "export")
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["account"]["email"] == saver.email
        assert AuditEntry.objects.get(action="person.exported").reason == "asked"
        press(boss, saver, "erase")
        assert not User.objects.filter(pk=saver.pk).exists()

    def test_of_export_and_erase_take_one_person(self, boss: Client, saver: User, stranger: User) -> None:
        for action in ("export", "erase"):
            page = act_in_back_office(boss, "/admin/accounts/user/", action, saver, stranger).content.decode()
            assert "Choose one person for this." in page
        assert User.objects.filter(pk__in=[saver.pk, stranger.pk]).count() == 2

    def test_are_not_offered_for_staff(self, support: Client, agent: User) -> None:
        assert 'class="bo-act"' not in page_of(support, agent)
