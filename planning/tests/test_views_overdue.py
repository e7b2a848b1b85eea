"""Plans are made again once they no longer say what is asked for: all tellers ask for the same, over HTTP."""

from __future__ import annotations

from importlib import import_module
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.apps import apps
from django.db import OperationalError, connection, connections

from accounts.models import AuditEntry, Session, User
from accounts.services import erase_person
from fincred import clock
from fincred.ops.jobs import registered_jobs
from goals.models import Goal
from planning import jobs
from planning.jobs import plan_again_for_all
from planning.models import PlanVersion
from planning.services.replanning import replay_mismatches
from planning.services.upkeep import plan_again
from planning.tests.people import Person
from planning.tests.test_views_next_payments import V0, compare, upcoming

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def person(person: Person) -> Person:
    """850 a month are left, on 10 March 2026."""
    person.earns(850)
    return person


@pytest.fixture
def trip(person: Person) -> str:
    """1 700 by 10 May, of which only the first 850 are put in."""
    trip = person.wants(1700, "2026-05-10", "High")
    person.plans()
    person.has(trip, 850)
    return trip


def replan_on(saver: User) -> str:
    return str(User.objects.get(pk=saver.pk).replan_on)


def versions(goal: str) -> list[tuple[str, str]]:
    """The day and reason of each version of the goal's plan."""
    rows = PlanVersion.objects.filter(plan__goal_id=goal).order_by("number")
    return [(str(row.as_of), row.reason) for row in rows]


def completion(person: Person, goal: str) -> set[str]:
    """By the action plan, the projection and what-if."""
    told = person.client.post(f"{V0}/planning/what-if", {}).json()["baseline"]["goals"]
    days = {each["projected_completion_date"] for each in told if each["goal_id"] == goal}
    days.add(person.client.get(f"{V0}/goals/{goal}/projection").json()["projected_completion_date"])
    return {*days, person.stored()[goal]["projected_completion_date"]}


class TestTellers:
    def test_ask_for_what_is_missing_on_and_after_the_date(self, person: Person, trip: str) -> None:
        """Also of the goal behind it, which is asked for less this month as long as the first one isn't done."""
        other = person.wants(3000, "2027-03-10", "Low")
        person.plans()
        for day in ("2026-04-25", "2026-05-10", "2026-05-20", "2026-06-10", "2026-09-20"):
            plans = compare(person.on(day))
            assert (upcoming(plans[trip]), plans[trip]["this_month"]) == ([(day, 850)], 850)
            assert all(when > day for when, _ in upcoming(plans[other]))
        assert completion(person, trip) == {"2026-09-20"}
        person.has(trip, 1000)
        assert upcoming(compare(person)[trip]) == [("2026-09-20", 700)]
        assert upcoming(compare(person.on("2026-12-24"))[trip]) == [("2027-03-10", 700)]  # the other takes all
        assert list(replay_mismatches()) == []

    def test_ask_before_the_date_for_what_the_month_of_the_last_payment_left_unpaid(self, person: Person) -> None:
        """800 a month were chosen, and the second payment isn't made."""
        goal = person.wants(1600, "2026-12-10")
        plan = person.plans()[goal]
        assert person.client.patch(f"{V0}/action-plans/{plan['id']}", {"amount": 800}).status_code == 200
        person.has(goal, 800)
        for day in ("2026-05-10", "2026-05-31", "2026-07-01"):
            plan = compare(person.on(day))[goal]
            assert (upcoming(plan), plan["amount"]) == ([(day, 800)], 800)

    def test_ask_each_month_for_what_an_overdue_goal_was_not_paid_before(self, person: Person) -> None:
        goal = person.wants(3000, "2026-05-10")
        assert upcoming(person.plans()[goal])[2:] == [("2026-05-10", 850), ("2026-06-10", 450)]
        for day, ends in (("2026-05-10", "2026-08-10"), ("2026-06-15", "2026-09-10")):
            plan = compare(person.on(day))[goal]
            assert [amount for _, amount in upcoming(plan)] == [850, 850, 850, 450]
            assert completion(person, goal) == {ends}

    def test_ask_for_all_that_is_missing_on_the_first_day_of_the_next_month(
        self, saver: User, time_machine: Any
    ) -> None:
        """400 a month: B, in time, can have its 1 441 by October without April's. No check-in comes in between."""
        person = Person(saver, time_machine)
        person.earns(400)
        late, other = person.wants(1785, "2026-03-19"), person.wants(1441, "2026-10-22", "Low")
        person.plans()
        person.has(late, 400)
        for day in ("2026-03-19", "2026-04-09", "2026-04-10", "2026-05-10"):
            plans = compare(person.on(day))
        assert upcoming(plans[late])[0] == ("2026-05-10", 400)
        assert upcoming(plans[other])[0][0] == "2026-06-10"

    @pytest.mark.parametrize("rhythm", [("weekly", 5), ("biweekly", 2), ("monthly", 20)])
    def test_ask_on_days_of_its_own_too(self, person: Person, rhythm: tuple[str, int]) -> None:
        goal, other = person.wants(2000, "2026-05-03"), person.wants(1000, "2026-12-01", "High")
        plan = person.plans()[goal]
        terms = {"frequency": rhythm[0], "day_of_period": rhythm[1]}
        assert person.client.patch(f"{V0}/action-plans/{plan['id']}", terms).status_code == 200
        person.on("2026-03-24").has(goal, 400)
        for day in ("2026-05-03", "2026-05-09", "2026-05-10", "2026-05-28", "2026-06-10", "2026-07-11"):
            plans = compare(person.on(day))
            assert sum(amount for _, amount in upcoming(plans[goal])) == pytest.approx(1600)
            assert upcoming(plans[other])
        assert list(replay_mismatches()) == []

    def test_ask_on_the_payday_whose_money_there_is(self, person: Person) -> None:
        person.tells({"amount": 2850, "frequency": "monthly", "next_date": "2026-03-25"}, expenses=2000)
        goal, other = person.wants(1700, "2026-05-10", "High"), person.wants(4000, "2027-05-01")
        person.plans()
        for day in ("2026-05-10", "2026-05-26", "2026-06-09", "2026-06-10", "2026-08-30"):
            plans = compare(person.on(day))
            assert upcoming(plans[goal])
            assert upcoming(plans[other])
        assert list(replay_mismatches()) == []

    def test_ask_for_debts_of_which_something_is_left(self, person: Person) -> None:
        loan = person.wants(600, "2026-05-10", "High", type="debt_payoff")
        person.owes(800, loan, balance=600, rate=0, minimum=100)
        assert upcoming(person.plans()[loan]) == [("2026-04-10", 200), ("2026-05-10", 200)]
        person.on("2026-04-10").has(loan, 300)
        for day, due in (("2026-05-10", "2026-05-10"), ("2026-05-11", "2026-06-10"), ("2026-07-12", "2026-08-10")):
            plan = compare(person.on(day))[loan]
            assert (due, 200) in upcoming(plan)
        assert upcoming(plan) == [("2026-08-10", 200)]
        assert completion(person, loan) == {"2026-08-10"}

    def test_ask_for_nothing_where_all_is_there(self, person: Person, saver: User) -> None:
        fund = person.wants(850, "2026-04-10", "High", kind="reserve", type="emergency_fund")
        person.plans()
        person.has(fund, 850)
        assert upcoming(compare(person.on("2026-09-20"))[fund]) == []
        assert replan_on(saver) == "None"

    def test_keep_what_goals_in_time_are_promised(self, person: Person, trip: str) -> None:
        """Of 1 700 in two months 1 400 are for the goal in time, so 300 are left for the overdue one."""
        other = person.wants(1400, "2026-07-10", "Low")
        person.plans()
        plans = compare(person.on("2026-05-10"))
        assert upcoming(plans[other]) == [("2026-05-10", 550), ("2026-06-10", 850)]
        assert upcoming(plans[trip]) == [("2026-05-10", 300), ("2026-07-10", 550)]
        person.has(other, 550)
        person.has(trip, 1150)
        plans = compare(person.on("2026-06-10"))
        assert (upcoming(plans[other]), plans[other]["shortfall"]) == ([("2026-06-10", 850)], 0)
        assert upcoming(plans[trip]) == [("2026-07-10", 550)]


class TestVersions:
    def test_are_made_on_the_date_and_then_as_a_month_begins(self, person: Person, trip: str, saver: User) -> None:
        assert replan_on(saver) == "2026-05-10"
        days = ("2026-05-09", "2026-05-10", "2026-05-11", "2026-06-09", "2026-06-12", "2026-06-30", "2026-10-09")
        for day in days:
            for _ in range(2):
                person.on(day).stored()
        made = ["2026-05-10", "2026-06-12", "2026-10-09"]
        assert versions(trip) == [("2026-03-10", "created"), *((day, "regenerated") for day in made)]
        assert replan_on(saver) == "2026-10-10"
        entries = AuditEntry.objects.filter(action="action_plan.planned").order_by("sequence")
        assert [entry.after["version"] for entry in entries] == [1, 2, 3, 4]

    def test_are_none_for_whom_pays_as_asked(self, person: Person, trip: str, saver: User) -> None:
        person.on("2026-04-10").has(trip, 1700)
        assert replan_on(saver) == "None"
        person.on("2026-05-10").stored()
        assert len(versions(trip)) == 1

    def test_are_made_by_the_mended_plan_of_a_goal_that_is_done_no_more(self, person: Person, trip: str) -> None:
        told = person.on("2026-04-10").has(trip, 1700)
        assert person.client.delete(f"{V0}/check-ins/{told['id']}").status_code == 204
        assert upcoming(compare(person.on("2026-05-12"))[trip]) == [("2026-05-12", 850)]

    @pytest.mark.parametrize(
        "path", ["goals", "action-plans", "dashboard", "goals/{}/check-ins", "goals/{}/projection", "check-ins"]
    )
    def test_are_made_whatever_is_read_first(self, person: Person, trip: str, path: str) -> None:
        person.on("2026-05-10").client.get(f"{V0}/{path.format(trip)}")
        assert versions(trip)[1:] == [("2026-05-10", "regenerated")]

    def test_are_made_before_a_calendar_program_is_told(self, person: Person, trip: str) -> None:
        url = person.client.post(f"{V0}/planning/calendar/link").json()["url"]
        person.on("2026-05-10")
        told = person.client.get(url, headers={"Authorization": ""})
        assert b"20260510" in told.content
        assert versions(trip)[1:] == [("2026-05-10", "regenerated")]

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.postgresql
    def test_are_made_once_by_many_at_once(self, person: Person, trip: str, saver: User) -> None:
        person.on("2026-05-10")
        now = clock.now()
        together, made = Barrier(4), []

        def plan() -> None:
            together.wait()
            made.append(plan_again(saver, now, now.date()))
            connections.close_all()

        threads = [Thread(target=plan) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(made) == [False, False, False, True]
        assert len(versions(trip)) == 2

    def test_follow_a_goal_that_is_paused(self, person: Person, trip: str, saver: User) -> None:
        url = f"{V0}/goals/{trip}"
        person.client.patch(url, {"status": "paused"})
        assert replan_on(saver) == "None"
        person.client.patch(url, {"status": "active"})
        assert replan_on(saver) == "2026-05-10"
        person.client.delete(url)
        assert replan_on(saver) == "None"

    def test_follow_another_date_and_the_end_of_the_plan(self, person: Person, trip: str, saver: User) -> None:
        person.client.patch(f"{V0}/goals/{trip}", {"target_date": "2026-08-20"})
        assert replan_on(saver) == "2026-08-20"
        person.client.delete(f"{V0}/action-plans/{person.stored()[trip]['id']}")
        assert replan_on(saver) == "None"

    def test_follow_the_end_of_a_cycle_that_has_come_as_well(self, person: Person, trip: str) -> None:
        """Which of both is done first makes no difference: the end of the cycle makes all plans again."""
        bill = person.wants(100, "2026-05-10", kind="recurring", repeat_every_months=12)
        person.plans()
        plans = compare(person.on("2026-05-10"))
        assert plans[bill]["explanation"]["facts"]["target_date"] == "2027-05-10"
        assert versions(trip)[-1] == ("2026-05-10", "goal_changed")
        assert upcoming(plans[trip])[0] == ("2026-05-10", 850)


class TestJob:
    def test_is_registered(self) -> None:
        assert "plans_again" in {job.name for job in registered_jobs()}

    def test_makes_them_once_for_people_who_are_signed_in(self, person: Person, trip: str) -> None:
        person.on("2026-05-10")
        assert plan_again_for_all(clock.now, lambda: True) == 0
        assert [plan_again_for_all(clock.now, lambda: False) for _ in range(2)] == [1, 0]
        assert versions(trip)[1:] == [("2026-05-10", "regenerated")]
        assert upcoming(compare(person)[trip]) == [("2026-05-10", 850)]
        assert len(versions(trip)) == 2

    def test_leaves_those_alone_who_are_not(self, person: Person, trip: str, saver: User) -> None:
        person.on("2026-05-10")
        Session.objects.all().delete()
        assert plan_again_for_all(clock.now, lambda: False) == 0
        assert replan_on(saver) == "2026-05-10"

    def test_goes_on_with_the_others_where_one_fails(
        self, person: Person, trip: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person.on("2026-05-10")
        with monkeypatch.context() as patch:
            patch.setattr(jobs, "plan_again", Mock(side_effect=ValueError))
            assert plan_again_for_all(clock.now, lambda: False) == 0
        assert plan_again_for_all(clock.now, lambda: False) == 1

    def test_leaves_out_who_is_erased_meanwhile(
        self, person: Person, trip: str, saver: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        def erased_before_their_turn() -> bool:
            erase_person(user=saver, now=clock.now())
            return False

        person.on("2026-05-10")
        assert plan_again_for_all(clock.now, erased_before_their_turn) == 0
        assert not [record for record in caplog.records if record.levelname == "ERROR"]

    def test_waits_for_a_database_that_is_away(
        self, person: Person, trip: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person.on("2026-05-10")
        monkeypatch.setattr(jobs, "plan_again", Mock(side_effect=OperationalError))
        with pytest.raises(OperationalError):
            plan_again_for_all(clock.now, lambda: False)

    def test_leaves_to_the_end_of_a_cycle_what_it_makes_anyway(self, person: Person, trip: str) -> None:
        person.wants(100, "2026-05-10", kind="recurring", repeat_every_months=12)
        person.on("2026-05-10")
        assert plan_again_for_all(clock.now, lambda: False) == 0


class TestUpgrade:
    def test_notes_the_day_for_plans_that_are_there(self, person: Person, trip: str, saver: User) -> None:
        """The date or the day after the last payment, whichever is first; none for a goal that isn't active."""
        person.wants(100, "2026-04-01")
        User.objects.update(replan_on=None)
        fill: Any = import_module("planning.migrations.0013_replan_on").fill
        fill(apps, SimpleNamespace(connection=connection))
        assert replan_on(saver) == "2026-04-11"
        person.stored()
        assert upcoming(compare(person.on("2026-05-10"))[trip]) == [("2026-05-10", 850)]
        Goal.objects.filter(pk=trip).update(status="paused")
        User.objects.update(replan_on=None)
        fill(apps, SimpleNamespace(connection=connection))
        assert replan_on(saver) == "None"


def test_debts_that_were_told_as_paid_off_by_mistake_are_asked_for_again(person: Person) -> None:
    """600 instead of 60 of 600: with the correction 540 are owed, on payment days up to 10 December."""
    goal = person.wants(1000, "2026-12-20", type="debt_payoff")
    person.owes(500, goal, balance=600, rate=0, minimum=10)
    person.plans()
    person.on("2026-04-10").has(goal, 600)
    assert person.plans()[goal]["upcoming"] == []
    person.on("2026-05-20").has(goal, 60)
    plan = compare(person)[goal]
    assert upcoming(plan)[0][0] == "2026-06-10"
    assert plan["projected_completion_date"] == "2026-12-10"
