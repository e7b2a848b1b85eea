"""The daily job counts the figures of the start page, and the filters of the list of people."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from accounts.errors import InvalidCredentialsError
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail, User
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import login
from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.back_office.figures import DAYS, count_figures, new_people, refused_sign_ins, series
from fincred.back_office.jobs import JOBS
from fincred.back_office.models import DailyFigure
from fincred.back_office.start_page import start_page
from fincred.ops.jobs import run_if_due
from fincred.ops.models import JobState
from goals.tests.factories import GoalFactory
from planning.tests.factories import goal_of, plan_for, snapshot_of
from tracking.models import Standing
from tracking.standings import count_standings
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

TODAY = date(2026, 3, 10)


class TestFigures:
    def test_are_counted_for_each_day(self, noon: datetime, boss: Client) -> None:
        UserFactory.create_batch(2, created_at=noon - timedelta(days=3))
        CheckInFactory.create(created_at=noon - timedelta(days=1))
        with pytest.raises(InvalidCredentialsError):
            login(email="x@example.com", password="no", now=noon)
        Client().post("/admin/login/", {"username": "boss@example.com", "password": "no"})
        count_standings(now=noon)
        count_figures(now=noon)
        figures, counted_at = series(today=TODAY)
        assert counted_at == noon
        assert new_people(today=TODAY).values[-4:] == (2, 0, 0, 1)
        assert figures["check_ins"].last(7) == 1
        assert refused_sign_ins(today=TODAY).values[-2:] == (0, 2)
        assert figures["people"].newest == 3
        assert figures["people"].values[:-1] == (None,) * (DAYS - 1)

    def test_of_the_last_days_are_counted_again_and_older_ones_kept(self, noon: datetime) -> None:
        count_figures(now=noon)
        CheckInFactory.create(created_at=noon - timedelta(days=2))
        CheckInFactory.create(created_at=noon - timedelta(days=20))
        count_figures(now=noon)
        figures, _ = series(today=TODAY)
        assert figures["check_ins"].last(7) == 1
        assert figures["check_ins"].last(DAYS) == 1

    def test_of_the_last_seven_days_are_those_before_the_last_count(self, noon: datetime) -> None:
        """The people beside them were counted then, too: the job may not have run since."""
        CheckInFactory.create(created_at=noon - timedelta(days=8))
        count_figures(now=noon - timedelta(days=5))
        figures, _ = series(today=TODAY)
        assert figures["check_ins"].last(7) == 1

    def test_of_a_day_long_ago_are_deleted(self, noon: datetime) -> None:
        count_figures(now=noon - timedelta(days=500))
        count_figures(now=noon)
        assert not DailyFigure.objects.filter(day__lt=TODAY - timedelta(days=400)).exists()

    def test_are_empty_before_the_first_run(self) -> None:
        figures, counted_at = series(today=TODAY)
        assert counted_at is None
        assert figures["people"].newest is None


class TestJob:
    def test_counts_everything(self, saver: User, noon: datetime) -> None:
        assert run_if_due(JOBS[0], clock=lambda: noon)
        assert Standing.objects.count() == 1
        assert DailyFigure.objects.exists()

    def test_counts_figures_when_all_people_are_counted(self, saver: User, noon: datetime) -> None:
        assert JOBS[0].run(lambda: noon, lambda: True) == 0
        assert not DailyFigure.objects.exists()


class TestStartPage:
    def test_says_how_it_goes(self, boss: Client, saver: User) -> None:
        page = boss.get("/admin/").content.decode()
        assert "Not counted yet" in page
        JOBS[0].run(clock.now, lambda: False)
        page = boss.get("/admin/").content.decode()
        assert "Counted as of" in page
        for words in (
            "new people",
            "people with goals and no plan",
            "check-ins",
            "people with goals off track",
            "mails given up",
            "jobs that fail or are overdue",
        ):
            assert words in page
        for link in re.findall(r'<a href="([^"]+)"><span class="bo-figure', page):
            assert boss.get(link).status_code == 200


class TestTiles:
    def test_leave_out_staff(self, noon: datetime, boss: Client, saver: User) -> None:
        """Also who became one after a count, once the next has run."""
        colleague = UserFactory.create(created_at=noon)
        for person in (saver, colleague):
            snapshot_of(person)
            plan_for(goal_of(person))
        count_standings(now=noon)
        User.objects.filter(pk=colleague.pk).update(is_staff=True)
        User.objects.filter(pk=saver.pk).update(created_at=noon)
        count_standings(now=noon)
        count_figures(now=noon)
        page = boss.get("/admin/")
        assert page.context is not None
        new, planned, *_ = page.context["cards"]
        assert (new.figure, new.words) == ("1", "new person in seven days")
        assert (planned.figure, planned.words, planned.note) == ("1", "person with a plan", "of 1")
        for card in (new, planned):
            shown = boss.get(card.url)
            assert shown.context is not None
            assert [person.pk for person in shown.context["cl"].result_list] == [saver.pk]

    def test_that_were_never_counted_say_so(self, noon: datetime, boss: Client, saver: User) -> None:
        page = boss.get("/admin/")
        assert page.context is not None
        uncounted = [card for card in page.context["cards"] if card.figure == "–"]
        notes = {card.words: (card.note, card.chart) for card in uncounted}
        assert notes.pop("people with a check-in in seven days") == ("check-ins aren't counted yet", "")
        assert set(notes.values()) == {("not counted yet", "")}
        assert len(notes) == 4

    def test_are_as_of_the_last_count_however_late_the_next_is(self, noon: datetime, saver: User) -> None:
        boss = UserFactory.create(is_staff=True, is_superuser=True)
        snapshot_of(saver)
        plan_for(goal_of(saver))
        count_standings(now=noon)
        count_figures(now=noon)
        page = start_page(boss, now=noon + timedelta(days=42))
        assert page["counted_at"] == noon
        [planned] = [card for card in page["cards"] if card.words.endswith("with a plan")]
        assert (planned.figure, planned.note) == ("1", "of 1")

    def test_of_one_mail_and_of_several_say_what_can_be_done(self, noon: datetime, boss: Client) -> None:
        for note in ("it can be tried again", "they can be tried again"):
            OutgoingMail.objects.create(
                purpose="account_erased",
                address="x@example.com",
                attempts=MAX_MAIL_ATTEMPTS,
                created_at=noon,
                next_attempt_at=noon,
            )
            assert f'<p class="bo-soft">{note}</p>' in boss.get("/admin/").content.decode()

    def test_of_new_people_is_of_now_as_its_list_is(self, noon: datetime, boss: Client) -> None:
        count_figures(now=noon)
        UserFactory.create_batch(2, created_at=noon)
        page = boss.get("/admin/")
        assert page.context is not None
        card = page.context["cards"][0]
        assert card.figure == "2"
        assert "New people by day, 11 Feb 2026 to 10 Mar 2026: 2 in all, at most 2 a day" in card.chart

    def test_lead_to_as_many_rows_as_they_say(self, noon: datetime, boss: Client) -> None:
        for days in (0, 6, 7, 40):
            GoalFactory.create(user=UserFactory.create(created_at=noon - timedelta(days=days)))
        late = GoalFactory.create(user__created_at=noon - timedelta(days=40), target_date=TODAY)
        GoalFactory.create(user=late.user, target_date=TODAY)
        type(late).objects.filter(user=late.user).update(
            last_check_in_date=TODAY, target_date=TODAY - timedelta(days=1)
        )
        planned = UserFactory.create(created_at=noon - timedelta(days=40))
        snapshot_of(planned)
        plan_for(goal_of(planned))
        OutgoingMail.objects.create(
            user=late.user, purpose="x", attempts=MAX_MAIL_ATTEMPTS, created_at=noon, next_attempt_at=noon
        )
        jobs = {"broken": (2, "ValueError"), "fine": (0, ""), "mail": (3, "mail server: gaierror")}
        for name, (failures, failure) in jobs.items():
            JobState.objects.create(
                name=name, failures=failures, was_postponed=name == "mail", failure=failure, next_run_at=noon
            )
        count_standings(now=noon)
        count_figures(now=noon)
        for days in (0, 6, 6, 7):  # after the daily job
            note_refused_sign_in(noon - timedelta(days=days))
        page = boss.get("/admin/")
        assert page.context is not None
        said, found = {}, {}
        for card in page.context["cards"]:
            rows = boss.get(card.url)
            assert rows.context is not None
            said[card.words] = int(card.figure)
            found[card.words] = sum(getattr(row, "refused", 1) for row in rows.context["cl"].result_list)
        assert said == found
        assert len(said) == 9
        assert all(said.values())


class TestJobs:
    def test_that_wait_for_another_service_are_no_failures(self, noon: datetime, boss: Client) -> None:
        waiting = {"mail": "mail server: gaierror", "pushes": "Expo: 502", "goal_cycles": "OperationalError"}
        for name, failure in waiting.items():
            JobState.objects.create(name=name, failures=1, was_postponed=True, failure=failure, next_run_at=noon)
        page = boss.get("/admin/").content.decode()
        assert "jobs that fail or are overdue" in page
        assert "postponed: goal cycles, mail, pushes" in page
        for state, count in (("failing", 0), ("postponed", 3)):
            shown = boss.get("/admin/ops/jobstate/", {"state": state})
            assert shown.context is not None
            assert len(shown.context["cl"].result_list) == count, state

    def test_that_nothing_runs_are_overdue(self, noon: datetime, boss: Client) -> None:
        for name, minutes in (("mail", 11), ("purge", 11), ("pushes", 9), ("figures", 11)):
            JobState.objects.create(name=name, next_run_at=noon - timedelta(minutes=minutes))
        JobState.objects.filter(name="purge").update(leased_until=noon - timedelta(minutes=1))
        JobState.objects.filter(name="figures").update(leased_until=noon + timedelta(minutes=1))
        page = boss.get("/admin/")
        assert page.context is not None
        [card] = [card for card in page.context["cards"] if "jobs" in card.words]
        assert (card.figure, card.note, card.is_bad) == ("2", "mail, purge", True)
        shown = boss.get(card.url)
        assert shown.context is not None
        assert {job.name for job in shown.context["cl"].result_list} == {"mail", "purge"}


class TestFilters:
    def found(self, client: Client, **query: str) -> set[str]:
        page = client.get("/admin/accounts/user/", query)
        assert page.context is not None
        return {person.email for person in page.context["cl"].result_list}

    def test_of_goals_are_as_of_the_last_count(self, noon: datetime, boss: Client) -> None:
        waiting = GoalFactory.create(user__email="waiting@example.com", user__created_at=noon - timedelta(days=40))
        goal = GoalFactory.create(user__email="late@example.com", target_date=TODAY)
        CheckInFactory.create(goal=goal, check_in_date=TODAY)
        type(goal).objects.filter(pk=goal.pk).update(
            last_check_in_date=TODAY, target_date=TODAY - timedelta(days=1)
        )
        assert "not counted yet" in boss.get("/admin/accounts/user/").content.decode()
        assert self.found(boss, standing="off_track") == set()
        count_standings(now=noon)
        assert "as of 10 Mar, 12:00 UTC" in boss.get("/admin/accounts/user/").content.decode()
        assert self.found(boss, standing="off_track") == {goal.user.email}
        assert self.found(boss, standing="no_check_in") == {waiting.user.email}
        assert self.found(boss, standing="check_in") == {goal.user.email}
        assert self.found(boss, standing="no_plan") == {goal.user.email, waiting.user.email}

    def test_find_older_people_too_together_with_others(
        self, noon: datetime, boss: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By itself a filter takes the newest people only, as many as are counted."""
        monkeypatch.setattr("fincred.back_office.filters.MOST_COUNTED", 0)
        for age, email in enumerate(("new@example.com", "old@example.com")):
            person = UserFactory.create(email=email, is_active=not age, created_at=noon - timedelta(days=age))
            GoalFactory.create(user=person)
        count_standings(now=noon)
        assert self.found(boss, standing="no_plan") == {"new@example.com"}
        assert self.found(boss, standing="no_plan", q="old@") == {"old@example.com"}
        assert self.found(boss, standing="no_plan", sign_in="disabled") == {"old@example.com"}

    def test_of_signing_in(self, noon: datetime, boss: Client) -> None:
        UserFactory.create(email="new@example.com", is_verified=False, created_at=noon)
        UserFactory.create(email="old@example.com", is_verified=False, created_at=noon - timedelta(days=8))
        UserFactory.create(email="off@example.com", is_active=False)
        assert self.found(boss, sign_in="unverified") == {"new@example.com", "old@example.com"}
        assert self.found(boss, sign_in="unverified_week") == {"old@example.com"}
        assert self.found(boss, sign_in="disabled") == {"off@example.com"}
        assert self.found(boss, sign_in="staff") == {"boss@example.com"}
