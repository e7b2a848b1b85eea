"""Recurring goals over HTTP: a cycle ends by a request, by the job or by the command, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connections

from accounts.back_office.tests.acting import signed_in
from accounts.models import AuditEntry, User
from accounts.services import erase_person
from fincred import clock
from goals.models import Goal
from planning.models import PlanVersion
from planning.services import long_plans
from planning.services.replanning import replay_mismatches
from planning.tests.people import Person
from planning.tests.requests import field_errors
from tracking.integrity import goals_off_their_check_ins, milestones_of_no_cycle, people_off_their_weeks
from tracking.jobs import end_due_cycles
from tracking.models import CheckIn, Milestone
from tracking.services import create_check_in
from tracking.services.cycles import end_cycles

pytestmark = [pytest.mark.integration, pytest.mark.tracking]

V0 = "/api/v0"
BILL = {
    "type": "short_term_saving",
    "kind": "recurring",
    "repeat_every_months": 12,
    "name": "Insurance",
    "target_amount": 1200,
    "target_date": "2026-06-15",
    "priority": "High",
}


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """1 000 a month, on 10 March 2026."""
    person = Person(saver, time_machine)
    person.earns(1000)
    return person


@pytest.fixture
def bill(person: Person) -> str:
    return person.plans_for(**BILL)


def entries(goal: str) -> list[tuple[str, float, str]]:
    rows = CheckIn.objects.filter(goal_id=goal).order_by("check_in_date", "created_at", "id")
    return [(str(row.check_in_date), float(row.current_amount), row.source) for row in rows]


def reached(goal: str) -> list[tuple[int, int]]:
    """The milestones of a goal, each with its cycle."""
    return list(
        Milestone.objects.filter(goal_id=goal).order_by("cycle", "percent").values_list("cycle", "percent")
    )


class TestEnd:
    def test_at_the_target_it_is_active_and_at_its_date_the_next_cycle_begins(
        self, person: Person, bill: str
    ) -> None:
        told = person.has(bill, 1250)
        assert (told["goal_completed"], told["feedback"]) == (
            False,
            "1,250.00 USD saved: this cycle has all that it needs.",
        )
        goal = person.goal(bill)
        assert (goal["status"], goal["progress_status"]) == ("active", "on_track")
        goal = person.on("2026-06-15").goal(bill)
        assert (goal["current_amount"], goal["target_date"], goal["status"]) == (50, "2027-06-15", "active")
        assert entries(bill) == [("2026-03-10", 1250, "manual_entry"), ("2026-06-15", 50, "cycle_end")]
        plan = person.stored()[bill]
        assert plan["explanation"]["facts"]["target_date"] == "2027-06-15"
        assert plan["upcoming"][0] == {"date": "2026-07-10", "amount": 95.84}

    def test_that_has_all_it_needs_is_asked_for_nothing_until_it_ends(self, person: Person, bill: str) -> None:
        """1 200 on 10 March instead of four times 300; then 300 of it are taken out again."""
        person.has(bill, 1200)
        plan = person.stored()[bill]
        assert (plan["version"], plan["next_action_date"]) == (2, "2026-07-10")
        assert plan["upcoming"][0] == {"date": "2026-07-10", "amount": 100}
        person.on("2026-04-12").has(bill, 900)
        plan = person.stored()[bill]
        assert (plan["version"], plan["next_action_date"]) == (3, "2026-04-12")
        assert sum(each["amount"] for each in plan["upcoming"] if each["date"] < "2026-06-15") == 300

    def test_a_short_cycle_takes_what_there_is(self, person: Person, bill: str) -> None:
        person.has(bill, 700)
        goal = person.on("2026-06-20").goal(bill)
        assert (goal["current_amount"], goal["target_date"]) == (0, "2027-06-15")
        assert entries(bill)[-1] == ("2026-06-15", 0, "cycle_end")

    def test_each_cycle_that_was_missed_has_its_entry(self, person: Person) -> None:
        rent = person.client.post(
            f"{V0}/goals", BILL | {"repeat_every_months": 1, "target_date": "2026-03-31", "target_amount": 100}
        ).json()["id"]
        person.has(rent, 250)
        goal = person.on("2026-06-01").goal(rent)
        assert goal["target_date"] == "2026-06-30"
        assert entries(rent)[1:] == [
            ("2026-03-31", 150, "cycle_end"),
            ("2026-04-30", 50, "cycle_end"),
            ("2026-05-31", 0, "cycle_end"),
        ]

    def test_is_audited_and_stored_versions_stay_replayable(self, person: Person, bill: str) -> None:
        person.has(bill, 1200)
        person.on("2026-06-15").goal(bill)
        [entry] = AuditEntry.objects.filter(action="goal.cycle_ended")
        assert (entry.before, entry.after) == (
            {"target_date": "2026-06-15", "current_amount": "1200.00"},
            {"target_date": "2027-06-15", "current_amount": "0.00"},
        )
        assert PlanVersion.objects.count() >= 2
        assert list(replay_mismatches()) == []
        assert list(goals_off_their_check_ins()) == []
        assert list(people_off_their_weeks()) == []

    def test_of_several_goals_is_planned_once_however_long_the_plan_takes(
        self, person: Person, bill: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(long_plans, "QUICK", 0)
        taxes = person.plans_for(**BILL | {"name": "Taxes", "target_amount": 300})
        before = PlanVersion.objects.count()
        person.on("2026-06-15")
        assert [person.goal(goal)["target_date"] for goal in (bill, taxes)] == ["2027-06-15"] * 2
        assert PlanVersion.objects.count() == before + 2
        assert list(replay_mismatches()) == []

    def test_is_no_week_of_the_streak_and_stays_as_it_is(self, person: Person, bill: str) -> None:
        person.on("2026-06-15").goal(bill)
        assert person.client.get(f"{V0}/dashboard").json()["stats"]["longest_streak"] == 0
        assert list(people_off_their_weeks()) == []
        [entry] = person.client.get(f"{V0}/goals/{bill}/check-ins").json()
        url = f"{V0}/check-ins/{entry['id']}"
        corrections = [{"check_in_date": "2026-06-01"}, {"current_amount": 700}, {"reflection": "none"}]
        refused = [person.client.patch(url, correction) for correction in corrections]
        for answer in (*refused, person.client.delete(url)):
            assert (answer.status_code, answer.json()["error_code"]) == (409, "CONFLICT")
            assert answer.json()["details"] == {"goal_id": bill}
        assert person.client.get(url).json() == entry

    def test_stays_as_it_is_at_every_other_door_too(self, person: Person, bill: str) -> None:
        """A newer version named, the existing app's paths, and the back office with every permission there is."""
        person.has(bill, 1250)
        client, at_once = person.on("2026-06-15").client, {"current_amount": 50, "check_in_date": "2026-06-15"}
        client.get(f"{V0}/goals/{bill}")
        ends = CheckIn.objects.filter(source="cycle_end")
        stored = ends.values().get()
        url = f"{V0}/check-ins/{stored['id']}"
        for headers in ({}, {"If-Match": client.get(url)["ETag"]}):
            assert client.put(url, at_once, headers=headers).status_code == 409
            assert client.delete(url, headers=headers).status_code == 409
        body = at_once | {"current_balance": 50, "mood_score": 5}
        for path in (f"goals/{bill}/check-ins", f"goals/{bill}/progress", "checkins"):
            for send in (client.put, client.patch, client.delete):
                assert send(f"{V0}/{path}/{stored['id']}", body).status_code == 404
        staff, page = signed_in(User.objects.create_superuser("boss@example.com")), "/admin/tracking/checkin/"
        for act in ("change", "delete"):
            refused = staff.post(f"{page}{stored['id']}/{act}/", {"current_amount": "5.00", "post": "yes"})
            assert refused.status_code == 403
        staff.post(page, {"action": "delete_selected", "_selected_action": [str(stored["id"])], "post": "yes"})
        assert ends.values().get() == stored
        assert person.goal(bill)["current_amount"] == 50

    def test_of_a_paused_goal_waits(self, person: Person, bill: str) -> None:
        person.client.patch(f"{V0}/goals/{bill}", {"status": "paused"})
        assert person.on("2026-06-16").goal(bill)["target_date"] == "2026-06-15"
        person.client.patch(f"{V0}/goals/{bill}", {"status": "active"})
        assert person.goal(bill)["target_date"] == "2027-06-15"

    def test_no_other_goal_and_no_other_person_is_touched(
        self, person: Person, bill: str, stranger: User, time_machine: Any
    ) -> None:
        once = person.wants(100, "2026-06-15")
        other = Person(stranger, time_machine).wants(100, "2026-06-15", kind="recurring", repeat_every_months=1)
        person.on("2026-06-15").goal(bill)
        assert str(Goal.objects.get(pk=once).target_date) == "2026-06-15"
        assert str(Goal.objects.get(pk=other).target_date) == "2026-06-15"


class TestMilestones:
    @pytest.fixture
    def second_cycle(self, person: Person, bill: str) -> str:
        """Each quarter of the first cycle is reached, and 300 are left over."""
        assert person.has(bill, 1500)["milestones_reached"] == [25, 50, 75, 100]
        person.on("2026-06-15").goal(bill)
        return bill

    def test_are_reached_once_a_cycle_and_those_of_each_stay(self, person: Person, second_cycle: str) -> None:
        assert person.has(second_cycle, 500)["milestones_reached"] == [25]
        assert person.has(second_cycle, 700)["milestones_reached"] == [50]
        assert person.has(second_cycle, 800)["milestones_reached"] == []
        first, second = [(0, percent) for percent in (25, 50, 75, 100)], [(1, 25), (1, 50)]
        assert reached(second_cycle) == first + second
        assert person.on("2027-06-20").has(second_cycle, 400)["milestones_reached"] == [25]
        assert reached(second_cycle) == [*first, *second, (2, 25)]

    def test_are_told_to_the_existing_app_too(self, person: Person, second_cycle: str) -> None:
        told = person.client.post(f"{V0}/goals/{second_cycle}/progress", {"current_balance": 600}).json()
        assert told["milestones_reached"] == ["25%", "50%"]

    def test_are_shown_of_every_cycle(self, person: Person, second_cycle: str) -> None:
        person.has(second_cycle, 600)
        shown = person.client.get(f"{V0}/dashboard").json()["recent_milestones"]
        told = [(each["percent"], each["reached_on"]) for each in shown]
        assert told == [(50, "2026-06-15"), (25, "2026-06-15"), *((n, "2026-03-10") for n in (100, 75, 50))]
        exported = person.client.get(f"{V0}/users/me/export").json()["tracking"]["milestones"]
        assert [(each["cycle"], each["percent"]) for each in exported[:3]] == [(1, 50), (1, 25), (0, 100)]

    def test_are_not_reached_by_what_is_left_over(self, person: Person, second_cycle: str) -> None:
        """Neither at the end, nor by what changes only the past."""
        first = reached(second_cycle)
        person.has(second_cycle, 1300, "2026-04-01")
        told = person.has(second_cycle, 400)
        assert told["milestones_reached"] == [25]
        person.client.delete(f"{V0}/check-ins/{told['id']}")
        assert reached(second_cycle) == [*first, (1, 25)]
        assert person.has(second_cycle, 400)["milestones_reached"] == []

    def test_are_of_the_same_cycle_with_another_date_or_another_kind(
        self, person: Person, second_cycle: str
    ) -> None:
        person.has(second_cycle, 700)
        url, other = f"{V0}/goals/{second_cycle}", {"kind": "once", "repeat_every_months": None}
        for change in (
            {"target_date": "2027-08-01", "repeat_every_months": 6},
            other | {"target_date": "2027-09-01"},
            {"kind": "recurring", "repeat_every_months": 1},
        ):
            assert person.client.patch(url, change).status_code == 200
            assert person.has(second_cycle, 800)["milestones_reached"] == []

    def test_that_a_cycle_missed_are_no_later_ones(self, person: Person) -> None:
        rent = person.wants(100, "2026-03-31", kind="recurring", repeat_every_months=1)
        person.has(rent, 250)
        assert person.on("2026-06-01").has(rent, 30)["milestones_reached"] == [25]
        assert reached(rent) == [*((0, percent) for percent in (25, 50, 75, 100)), (3, 25)]
        assert list(goals_off_their_check_ins()) == []
        assert list(milestones_of_no_cycle()) == []


class TestDoors:
    def test_the_command_and_the_job_end_what_is_due_once(self, person: Person, bill: str, capsys: Any) -> None:
        person.has(bill, 1200)
        person.on("2026-06-14")
        call_command("end_cycles")
        assert "0 cycles have ended" in capsys.readouterr().out
        person.on("2026-06-15")
        call_command("end_cycles")
        assert "1 cycles have ended" in capsys.readouterr().out
        call_command("end_cycles")
        assert "0 cycles have ended" in capsys.readouterr().out
        assert person.goal(bill)["current_amount"] == 0
        assert len(entries(bill)) == 2

    def test_the_job_leaves_out_who_is_erased_meanwhile(self, person: Person, bill: str, saver: User) -> None:
        def erased_before_their_turn() -> bool:
            erase_person(user=saver, now=clock.now())
            return False

        person.on("2026-06-15")
        assert end_due_cycles(clock.now, erased_before_their_turn) == 0

    @pytest.mark.parametrize(
        "path", ["goals", "action-plans", "dashboard", "goals/{}/check-ins", "goals/{}/projection", "check-ins"]
    )
    def test_whatever_is_read_first(self, person: Person, bill: str, path: str) -> None:
        person.on("2026-06-15").client.get(f"{V0}/{path.format(bill)}")
        assert str(Goal.objects.get(pk=bill).target_date) == "2027-06-15"

    def test_a_check_in_of_the_day_is_of_the_next_cycle(self, person: Person, bill: str) -> None:
        person.has(bill, 1200)
        person.on("2026-06-15").has(bill, 30)
        assert [amount for _, amount, _ in entries(bill)] == [1200, 0, 30]

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.postgresql
    def test_of_many_at_once_one_ends_it(self, person: Person, bill: str, saver: User) -> None:
        person.on("2026-06-15")
        now = datetime(2026, 6, 15, 12, tzinfo=UTC)
        together, ended = Barrier(4), []

        def end() -> None:
            together.wait()
            ended.append(end_cycles(saver, now, now.date()))
            connections.close_all()

        threads = [Thread(target=end) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ended) == [0, 0, 0, 1]
        assert len(entries(bill)) == 1


class TestMoney:
    def test_of_the_month_is_counted_once_when_a_cycle_ends_in_it(self, person: Person, bill: str) -> None:
        """300 a month on the 10th, in March to June: June's 300 are put in, and are gone on the 15th."""
        person.has(bill, 900)
        assert person.on("2026-06-10").plans()[bill]["this_month"] == 300
        person.has(bill, 1200)
        plan = person.on("2026-06-15").plans()[bill]
        assert (plan["this_month"], plan["required_monthly_contribution"]) == (0, 100)
        assert person.summary["buffer_remaining"] == 700
        for day in ("2026-06-16", "2026-07-09"):
            person.on(day).plans()
            assert person.summary["buffer_remaining"] == 700
        assert person.on("2026-07-10").plans()[bill]["this_month"] == 100
        assert person.summary["buffer_remaining"] == 900


class TestBadInput:
    @pytest.mark.parametrize(
        ("fault", "errors"),
        [
            ({"repeat_every_months": None}, {"repeat_every_months": "invalid_months"}),
            ({"repeat_every_months": 0}, {"repeat_every_months": "min_value"}),
            ({"repeat_every_months": 121}, {"repeat_every_months": "max_value"}),
            ({"repeat_every_months": "often"}, {"repeat_every_months": "invalid"}),
            ({"kind": "once"}, {"repeat_every_months": "invalid_months"}),
            ({"kind": "reserve"}, {"repeat_every_months": "invalid_months"}),
            ({"kind": "always"}, {"kind": "invalid_choice"}),
            ({"type": "debt_payoff"}, {"kind": "invalid_kind"}),
        ],
    )
    def test_is_refused_at_every_door_and_changes_nothing(
        self, person: Person, bill: str, fault: dict[str, Any], errors: dict[str, str]
    ) -> None:
        before, count = person.goal(bill), Goal.objects.count()
        assert field_errors(person.client.post(f"{V0}/goals", BILL | fault)) == errors
        assert field_errors(person.client.patch(f"{V0}/goals/{bill}", fault)) == errors
        asked = person.client.post(f"{V0}/planning/what-if", {"new_goals": [BILL | fault]})
        assert field_errors(asked) == {f"new_goals.0.{field}": code for field, code in errors.items()}
        assert (person.goal(bill), Goal.objects.count()) == (before, count)

    def test_months_are_for_recurring_goals(self, person: Person) -> None:
        refused = person.client.post(f"{V0}/goals", {**BILL, "kind": "once"})
        assert field_errors(refused) == {"repeat_every_months": "invalid_months"}
        once = person.wants(100, "2026-06-15")
        assert field_errors(person.client.patch(f"{V0}/goals/{once}", {"kind": "recurring"})) == {
            "repeat_every_months": "invalid_months"
        }
        both = person.client.patch(f"{V0}/goals/{once}", {"kind": "recurring", "repeat_every_months": 3})
        assert both.json()["repeat_every_months"] == 3
        back = person.client.patch(f"{V0}/goals/{once}", {"kind": "once", "repeat_every_months": None})
        assert (back.json()["kind"], back.json()["repeat_every_months"]) == ("once", None)
        assert person.on("2026-06-20").goal(once)["target_date"] == "2026-06-15"

    def test_the_end_of_a_cycle_is_nothing_that_a_client_tells(self, person: Person, bill: str) -> None:
        told = person.client.post(f"{V0}/goals/{bill}/progress", {"current_balance": 5, "source": "cycle_end"})
        assert field_errors(told) == {"source": "invalid_choice"}


class TestChanges:
    def test_a_new_date_counts_cycles_from_it(self, person: Person, bill: str) -> None:
        person.client.patch(f"{V0}/goals/{bill}", {"target_date": "2026-05-31", "repeat_every_months": 1})
        assert person.on("2026-06-01").goal(bill)["target_date"] == "2026-06-30"
        assert person.on("2026-07-01").goal(bill)["target_date"] == "2026-07-31"

    def test_what_if_plans_later_cycles(self, person: Person) -> None:
        trip = {**BILL, "kind": "once", "repeat_every_months": None, "target_amount": 24000, "priority": "Low"}
        question = {"new_goals": [BILL, trip | {"target_date": "2028-03-10", "name": "trip"}]}
        answer = person.client.post(f"{V0}/planning/what-if", question).json()
        taken = [each["takes"] for each in answer["scenario"]["goals"][1]["explanation"]["facts"]["goals_ahead"]]
        assert taken == [1200, 1200]


def test_a_check_in_that_waited_for_the_end_of_the_cycle_counts_for_the_next(
    person: Person, saver: User, bill: str
) -> None:
    """Its request began before the one that ended the cycle, and got its turn after it."""
    person.has(bill, 1200)
    began = datetime(2026, 6, 15, 9, tzinfo=UTC)
    end_cycles(saver, began + timedelta(milliseconds=50), began.date())
    create_check_in(owner=saver, goal_id=UUID(bill), current_amount=Decimal(400), now=began, today=began.date())
    assert Goal.objects.get(pk=bill).current_amount == 400
    assert (1, 25) in reached(bill)
    assert list(goals_off_their_check_ins()) == []
