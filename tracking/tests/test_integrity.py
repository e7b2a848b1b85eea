from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.audit import broken_chains
from accounts.management import people_command
from accounts.models import AuditEntry, Profile, User
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.db.id_ranges import IdRange
from fincred.db.integrity import rows_off_their_source
from fincred.ops.figures import job_figures
from fincred.ops.models import JobState
from goals.models import Goal
from goals.tests.factories import GoalFactory
from planning.models import PlanVersion
from tracking import demo
from tracking.integrity import goals_off_their_check_ins, milestones_of_no_cycle, people_off_their_weeks
from tracking.management.commands import check_integrity
from tracking.models import CheckIn, CheckInWeek, Pulse
from tracking.services import create_check_in, create_pulse
from tracking.tests.factories import MilestoneFactory
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.django_db]

TODAY = date(2026, 3, 10)


def check_in(goal: Goal, days_ago: int, amount: int = 50) -> None:
    create_check_in(
        owner=goal.user,
        goal_id=goal.pk,
        current_amount=amount,  # type: ignore[arg-type]
        check_in_date=TODAY - timedelta(days=days_ago),
        now=clock.now(),
        today=TODAY,
    )


def pulse(person: User, days_ago: int) -> None:
    create_pulse(
        owner=person,
        made_planned_payments=PlannedPayments.YES,
        spending_vs_plan=Spending.ON,
        mood_score=4,
        period_end=TODAY - timedelta(days=days_ago),
        now=clock.now(),
        today=TODAY,
    )


def run() -> str:
    out = StringIO()
    call_command("check_integrity", stdout=out, stderr=out)
    return out.getvalue()


class TestGoals:
    def test_a_goal_that_follows_its_check_ins_is_right(self, saver: User) -> None:
        GoalFactory.create(user=saver)
        goal = GoalFactory.create(user=saver)
        for days_ago in (1, 30, 8):
            check_in(goal, days_ago)
        assert list(goals_off_their_check_ins()) == []

    @pytest.mark.parametrize(
        "change",
        [{"current_amount": 51}, {"last_check_in_date": TODAY}, {"check_in_count": 2}, {"cycles_ended": 1}],
    )
    def test_one_that_does_not_is_found(self, saver: User, change: dict[str, object]) -> None:
        goal = GoalFactory.create(user=saver)
        check_in(goal, 3)
        Goal.objects.update(**change)
        assert list(goals_off_their_check_ins()) == [goal.pk]

    def test_a_count_of_what_is_not_there_is_found(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver, check_in_count=1)
        assert list(goals_off_their_check_ins()) == [goal.pk]

    def test_an_amount_that_nobody_told_is_found(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        Goal.objects.update(current_amount=5)
        assert list(goals_off_their_check_ins()) == [goal.pk]


class TestMilestones:
    def test_of_a_cycle_that_has_not_begun_are_found(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver, cycles_ended=1)
        MilestoneFactory.create(goal=goal)
        MilestoneFactory.create(goal=goal, cycle=1)
        later = MilestoneFactory.create(goal=goal, cycle=2)
        assert list(milestones_of_no_cycle()) == [later.pk]


class TestWeeks:
    def test_weeks_that_count_are_right(self, saver: User, stranger: User) -> None:
        for person in (saver, stranger):
            goal = GoalFactory.create(user=person)
            for days_ago in (0, 1, 9, 40):
                check_in(goal, days_ago)
                pulse(person, days_ago + 7)
        assert list(people_off_their_weeks()) == []

    def test_a_lost_pulse_and_one_that_was_not_counted_are_found(self, saver: User, stranger: User) -> None:
        for person in (saver, stranger):
            pulse(person, 1)
        Pulse.objects.filter(user=saver).delete()
        Pulse.objects.filter(user=stranger).update(monday=TODAY - timedelta(days=8))
        assert set(people_off_their_weeks()) == {saver.pk, stranger.pk}

    def test_a_lost_week_a_lost_check_in_and_a_wrong_count_are_found(self, saver: User, stranger: User) -> None:
        check_in(GoalFactory.create(user=saver), 1)
        CheckInWeek.objects.all().delete()
        assert list(people_off_their_weeks()) == [saver.pk]
        check_in(GoalFactory.create(user=stranger), 1)
        CheckIn.objects.filter(user=stranger).delete()
        assert set(people_off_their_weeks()) == {saver.pk, stranger.pk}
        CheckIn.objects.all().delete()
        CheckInWeek.objects.update(check_ins=2)
        assert list(people_off_their_weeks()) == [stranger.pk]


class TestCommand:
    def test_the_demo_is_whole(self) -> None:
        demo.create_demo(now=clock.now())
        assert PlanVersion.objects.exists()
        assert run().count(": ok") == 8

    def test_a_folded_name_and_a_mailbox_that_do_not_follow_their_text_are_found(self, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        Goal.objects.update(name_folded="another")
        User.objects.update(mailbox="another@example.com")
        assert set(rows_off_their_source()) == {
            f"goals.Goal {goal.pk}: name_folded",
            f"accounts.User {saver.pk}: mailbox",
        }
        with pytest.raises(CommandError, match="2 fault"):
            run()

    def test_a_person_whose_profile_is_gone_is_found(self, saver: User, stranger: User) -> None:
        """Only SQL outside of FinCred can do that: each request of theirs fails."""
        Profile.objects.filter(user=saver).delete()
        errors = StringIO()
        with pytest.raises(CommandError, match=r"2 fault\(s\)"):
            call_command("check_integrity", stdout=StringIO(), stderr=errors)
        assert f"  {saver.pk}\n" in errors.getvalue()

    def test_names_what_is_not_and_fails(self, saver: User) -> None:
        GoalFactory.create(user=saver, current_amount=5)
        AuditEntry.objects.create(
            person_id=uuid4(), sequence=1, at=clock.now(), role="system", action="x", hash="forged"
        )
        with pytest.raises(CommandError, match="2 fault"):
            run()

    def test_tells_the_metrics_that_all_of_it_was_right(self) -> None:
        noted = JobState.objects.filter(name="check_integrity", last_success_at__isnull=False)
        in_another_shard = UserFactory.create(id=UUID(int=2**128 - 1))
        Goal.objects.filter(pk=GoalFactory.create(user=in_another_shard).pk).update(current_amount=5)
        with pytest.raises(CommandError):
            run()
        call_command("check_integrity", "--shard", "1/64", stdout=StringIO(), stderr=StringIO())
        assert not noted.exists()
        Goal.objects.update(current_amount=0)
        run()
        assert noted.get().last_success_at

    def test_tells_them_of_shards_once_each_was_right(self, saver: User, noon: datetime) -> None:
        noted = JobState.objects.whole().filter(last_success_at__isnull=False)
        with time_machine.travel(noon - timedelta(days=1), tick=False):
            for shard in ("1/3", "2/3", "3/4", "01/03"):
                call_command("check_integrity", "--shard", shard, stdout=StringIO(), stderr=StringIO())
        assert not noted.exists()
        for shard in ("3/3", "3/3"):
            call_command("check_integrity", "--shard", shard, stdout=StringIO(), stderr=StringIO())
            assert noted.get().last_success_at == noon - timedelta(days=1)
        told = [sample.labels["job"] for metric in job_figures(noon) for sample in metric.samples]
        assert set(told) == {"check_integrity"}

    def test_each_shard_finds_the_faults_of_its_people(self) -> None:
        goals = {}
        for number, first in enumerate(("0", "4", "8", "c")):
            person = User.objects.create_user(f"{number}@example.com", id=UUID(first + "0" * 31))
            goals[number + 1] = GoalFactory.create(user=person, current_amount=5)
        AuditEntry.objects.create(
            person_id=UUID("f" * 32), sequence=1, at=clock.now(), role="system", action="x", hash="forged"
        )
        Goal.objects.update(name_folded="another")
        for shard, faults in ((1, 5), (2, 1), (3, 1), (4, 2)):
            out = StringIO()
            with pytest.raises(CommandError, match=f"^{faults} fault"):
                call_command("check_integrity", "--shard", f"{shard}/4", stdout=out, stderr=out)
            assert [number for number, goal in goals.items() if f"  {goal.pk}" in out.getvalue()] == [shard]

    def test_a_stop_tells_how_to_go_on(self, saver: User, monkeypatch: pytest.MonkeyPatch) -> None:
        GoalFactory.create(user=saver, current_amount=5)

        def stop(*args: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(check_integrity, "broken_chains", stop)
        out = StringIO()
        with pytest.raises(CommandError, match=r"check_integrity$"):
            call_command("check_integrity", stdout=out, stderr=out)
        assert "0 of 1 people are done." in out.getvalue()
        assert "1 fault(s) found so far." in out.getvalue()

    def stopped_and_continued(self, monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
        """Stopped after the first of two people, and continued a day later as it says."""
        calls = iter((False, True))

        def stop(ids: IdRange) -> Any:
            if next(calls, False):
                raise KeyboardInterrupt
            return broken_chains(ids)

        monkeypatch.setattr(people_command, "PAGE", 1)
        monkeypatch.setattr(check_integrity, "broken_chains", stop)
        yesterday = time_machine.travel(noon - timedelta(days=1), tick=False)
        with yesterday, pytest.raises(CommandError, match="Continue with") as stopped:
            call_command("check_integrity", stdout=StringIO(), stderr=StringIO())
        Goal.objects.update(current_amount=0)
        call_command(*str(stopped.value).split("manage.py ")[1].split(), stdout=StringIO(), stderr=StringIO())

    def test_a_run_that_was_continued_counts_from_its_beginning(
        self, saver: User, stranger: User, monkeypatch: pytest.MonkeyPatch, noon: datetime
    ) -> None:
        self.stopped_and_continued(monkeypatch, noon)
        assert JobState.objects.get(name="check_integrity").last_success_at == noon - timedelta(days=1)

    def test_one_that_found_a_fault_before_it_was_stopped_does_not(
        self, saver: User, stranger: User, monkeypatch: pytest.MonkeyPatch, noon: datetime
    ) -> None:
        first = min(saver, stranger, key=lambda person: person.pk)
        Goal.objects.filter(pk=GoalFactory.create(user=first).pk).update(current_amount=5)
        self.stopped_and_continued(monkeypatch, noon)
        assert not JobState.objects.filter(name="check_integrity").exists()

    def test_a_version_that_cannot_be_replayed_is_found(self) -> None:
        demo.create_demo(now=clock.now())
        version = PlanVersion.objects.order_by("pk").first()
        assert version is not None
        with connection.cursor() as cursor:  # a model's save refuses
            outputs = "'{}'::jsonb" if connection.vendor == "postgresql" else "'{}'"
            cursor.execute(f"UPDATE planning_planversion SET outputs = {outputs} WHERE number = 1")  # noqa: S608
        with pytest.raises(CommandError):
            run()
