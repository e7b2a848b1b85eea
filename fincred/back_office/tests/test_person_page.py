"""The page of a person answers what staff are asked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.back_office.tests.acting import act_in_back_office
from accounts.mail import queue_mail
from accounts.models import SecondFactor, User
from accounts.services import end_all_sessions, open_session
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.back_office.tests.person_pages import page_of
from fincred.companion.models import NotificationPreferences, OutgoingPush
from fincred.companion.tests.factories import NotificationFactory, PhoneFactory
from fincred.context import Caller, Role, set_caller
from goals.services import cancel_goal
from goals.tests.factories import GoalFactory
from planning.tests.factories import TODAY, goal_of, plan_for, snapshot_of
from tracking.services import create_check_in
from tracking.tests.factories import MilestoneFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


def _read_of_notifications(captured: CaptureQueriesContext) -> str:
    return "".join(query["sql"] for query in captured if 'FROM "companion_notification"' in query["sql"])


class TestTitle:
    def test_is_who_it_is(self, support: Client, saver: User) -> None:
        assert "<h1>Sam Saver</h1>" in page_of(support, saver)
        nameless = UserFactory.create(email="x@example.com", full_name=None)
        assert "<h1>x@example.com</h1>" in page_of(support, nameless)

    def test_has_the_time_where_they_live(self, support: Client, saver: User, noon: datetime) -> None:
        saver.profile.timezone = "Asia/Tokyo"
        saver.profile.save()
        assert "it is Tue 21:00 there" in page_of(support, saver)


class TestRows:
    def test_are_there_for_everything(self, support: Client, saver: User, noon: datetime) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, name="Boat"))
        create_check_in(owner=saver, goal_id=plan.goal_id, current_amount=plan.amount, now=noon, today=TODAY)
        GoalFactory.create(user=saver, name="Done", completed=True)
        open_session(user=saver, now=noon)
        queue_mail(user=saver, purpose="reset_password", now=noon)
        page = page_of(support, saver)
        for words in (
            "3,000.00 of income a month",
            f"Why {plan.feasibility}:",
            "Boat: 1 check-in on 10 Mar 2026",
            "The plan of 10 Mar 2026 expects ",
            "1 week now, 1 week at most",
            "open until",
            "reset password",
            "check-in created",
        ):
            assert words in page, words

    def test_of_an_unrealistic_plan_say_what_would_work(
        self, support: Client, saver: User, noon: datetime
    ) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, target_amount=900_000))
        MilestoneFactory.create(goal=plan.goal, percent=25)
        page = page_of(support, saver)
        assert "<strong>What would work:</strong> a smaller amount: " in page
        assert re.search(r"Plan: [\d,]+\.\d\d [A-Z]{3} monthly", page)
        assert "Milestones: 25 %." in page
        assert "load is what it needs, divided by that. A load up to 0.8 is Comfortable" in page

    def test_of_a_recurring_goal_name_the_milestones_of_the_present_cycle(
        self, support: Client, saver: User
    ) -> None:
        repeats = {"kind": "recurring", "repeat_every_months": 1, "first_date": clock.now().date()}
        goal = goal_of(saver, **repeats, cycles_ended=1)
        for cycle, percent in ((0, 75), (1, 25), (1, 50)):
            MilestoneFactory.create(goal=goal, cycle=cycle, percent=percent)
        assert "Milestones of this cycle: 25 %, 50 %." in page_of(support, saver)

    def test_of_a_goal_without_a_plan_expect_nothing_of_it(self, support: Client, saver: User) -> None:
        GoalFactory.create(user=saver)
        page = page_of(support, saver)
        assert "No plan yet. They tell of their money first" in page
        assert " expects " not in page
        assert "0 check-ins" in page

    def test_of_sessions_say_which_are_over(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now() - timedelta(days=100))
        page = page_of(support, saver)
        assert "<td>expired on" in page
        assert "open until" not in page

    def test_of_sessions_of_staff_have_those_of_the_back_office(
        self, boss: Client, agent: User, noon: datetime
    ) -> None:
        form = {"username": agent.email, "password": PASSWORD}
        for program in ("Mozilla/5.0 Firefox/140", "Mozilla/5.0 Chrome/150"):
            Client().post("/admin/login/", form, headers={"User-Agent": program})
        page = page_of(boss, agent)
        until = f"{noon + timedelta(hours=12):%-d %b %Y %H:%M}"
        for program in ("Firefox", "Chrome"):
            begun = f"<td>{noon:%-d %b %Y %H:%M}</td><td>{program}, back office</td>"
            assert f"{begun}<td></td> <td>open until {until}</td>" in page, program
        SecondFactor.objects.create(user=agent, key=b"x", created_at=noon, confirmed_at=noon)
        assert f"<td>password given, second factor missing; open until {until}</td>" in page_of(boss, agent)
        end_all_sessions(user=agent, reason=EndReason.SUPPORT, now=noon)
        assert "back office</td>" not in page_of(boss, agent)

    def test_offer_no_role_that_they_have(self, boss: Client, agent: User, saver: User) -> None:
        assert 'value="grant_support"' not in page_of(boss, agent)
        assert 'value="grant_auditor"' in page_of(boss, agent)
        assert 'value="grant_support"' in page_of(boss, saver)

    def test_of_a_streak_say_that_there_is_none_now(self, support: Client, saver: User, noon: datetime) -> None:
        assert "<strong>No streak yet</strong>" in page_of(support, saver)
        goal = GoalFactory.create(user=saver)
        then = noon - timedelta(weeks=5)
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=Decimal(1), now=then, today=then.date())
        assert "<strong>No streak now, 1 week at most</strong>" in page_of(support, saver)

    def test_say_which_messages_are_planned(self, support: Client, saver: User, noon: datetime) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, name="Boat"))
        at = noon + timedelta(days=2)
        own = NotificationFactory.create(user=saver, channel="push", next_send_at=at)
        planned: dict[str, Any] = {"user": saver, "is_planned": True, "next_send_at": None}
        NotificationFactory.create(**planned, type="pre_transfer_reminder", action_plan=plan, last_sent_at=noon)
        NotificationFactory.create(**planned, type="checkin_reminder", status="paused")
        NotificationPreferences.objects.create(user=saver, drift=False, counted_from=TODAY)
        OutgoingPush.objects.create(
            device=PhoneFactory.create(user=saver), notification=own, due_on=TODAY, created_at=noon,
            next_attempt_at=noon, attempts=2,
        )  # fmt: skip
        page = page_of(support, saver)
        for words in (
            "They don't want: drift.",
            f"<td>{at:%-d %b %Y %H:%M}</td> <td>weekly summary (they asked for it)</td> <td>push</td>",
            "<td>push</td> <td>never</td>",
            "nothing to say at present</td> <td>pre-transfer reminder: Boat</td>",
            "<td>paused</td> <td>check-in reminder</td>",
            "after 2 attempts.",
        ):
            assert words in page, words

    def test_of_many_goals_that_are_over_fold_away(self, support: Client, saver: User) -> None:
        for number in range(9):
            GoalFactory.create(user=saver, name=f"Over {number}", status="cancelled")
        GoalFactory.create(user=saver, name="Under way")
        seen, folded = page_of(support, saver).split("3 more that aren't active")
        assert "Under way" in seen
        assert "Over 8" in seen
        assert [f'aria-label="Over {number}"' in folded for number in range(4)] == [True, True, True, False]

    def test_say_what_to_do_when_there_are_none(self, support: Client, saver: User) -> None:
        page = page_of(support, saver)
        assert "In the charts" not in page
        for words in ("No goals yet.", "haven't told anything yet", "None in the outbox.", "haven't signed in"):
            assert words in page, words

    def test_are_read_in_a_constant_number_of_queries(self, support: Client, saver: User, noon: datetime) -> None:
        snapshot_of(saver)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                page_of(support, saver)
            return len(captured)

        for name in ("A", "B"):
            plan_for(goal_of(saver, name=name))
            open_session(user=saver, now=noon)
        queries()  # now the trail names a member of staff
        few = queries()
        for name in ("C", "D", "E"):
            plan = plan_for(goal_of(saver, name=name))
            NotificationFactory.create(user=saver, type="pre_transfer_reminder", action_plan=plan)
            open_session(user=saver, now=noon)
        assert queries() == few

    def test_read_only_schedules_that_tell_what_is_asked(
        self, support: Client, saver: User, noon: datetime
    ) -> None:
        """They are long."""
        snapshot_of(saver)
        plan = plan_for(goal_of(saver, name="Boat"))
        NotificationFactory.create(user=saver, type="pre_transfer_reminder", action_plan=plan)
        with CaptureQueriesContext(connection) as captured:
            assert "Pre-transfer reminder: Boat" in page_of(support, saver).replace("pre-", "Pre-")
        assert '"planning_actionplan"."carried"' not in "".join(query["sql"] for query in captured)
        for column in (
            '"planning_actionplan"."payments"',
            '"planning_actionplan"."explanation"',
            '"goals_goal"."pace"',
        ):
            assert column not in _read_of_notifications(captured)

    def test_of_the_trail_name_who_it_was(self, support: Client, boss: Client, agent: User, saver: User) -> None:
        page_of(support, saver)
        support.get("/admin/accounts/user/", {"q": "saver@"})
        page = page_of(support, saver)
        assert "<td>Alex Agent</td><td>person viewed</td>" in page
        assert "<td>Alex Agent</td><td>person listed (1 row)</td>" in page
        agent.delete()
        assert "an erased person" in page_of(boss, saver)

    def test_of_the_trail_keep_what_was_done_apart_from_looks(
        self, support: Client, saver: User, noon: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("fincred.back_office.person.MOST_ENTRIES", 3)
        goal = GoalFactory.create(user=saver, name="Sailing boat")
        set_caller(Caller(role=Role.PERSON, actor_id=saver.pk))
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=Decimal(1), now=noon, today=TODAY)
        cancel_goal(owner=saver, goal_id=goal.pk, now=noon, today=TODAY)
        for _ in range(5):
            support.get("/admin/accounts/user/", {"q": "saver@"})
            page_of(support, saver)
        deeds, looks = page_of(support, saver).split('id="h-trail"')[1].split("Who looked</h3>")
        assert "goal cancelled: status active → cancelled · Sailing boat<" in deeds
        assert "check-in created · Sailing boat<" in deeds
        assert "viewed" not in deeds
        assert looks.count("person viewed") + looks.count("person listed") == 3

    def test_of_the_trail_have_their_reason_in_words_on_a_phone_too(self, support: Client, saver: User) -> None:
        act_in_back_office(support, "/admin/accounts/user/", "disable", saver, reason="security")
        assert "<td>for the account&#x27;s safety</td>" in page_of(support, saver)

    def test_of_goals_that_changed_say_how(self, support: Client, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)
        set_caller(Caller(role=Role.PERSON, actor_id=saver.pk))
        cancel_goal(owner=saver, goal_id=goal.pk, now=noon, today=TODAY)
        assert f"<td>themselves</td><td>goal cancelled: status active → cancelled · {goal.name}</td>" in page_of(
            support, saver
        )
