from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.back_office.tests.acting import act_in_back_office, signed_in
from accounts.models import ListedPerson, Profile, User
from accounts.tests.factories import UserFactory
from goals.admin import GoalAdmin
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Kind, Status

pytestmark = [pytest.mark.integration, pytest.mark.goals]

LIST = "/admin/goals/goal/"


@pytest.fixture
def agent(noon: datetime, db: None) -> User:
    """Support staff, with what their group may."""
    agent = UserFactory.create(is_staff=True)
    agent.groups.add(Group.objects.get(name="Support"))
    return agent


@pytest.fixture
def as_agent(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def act(client: Client, action: str, *goals: Goal) -> str:
    return str(act_in_back_office(client, LIST, action, *goals).content.decode())


def told(client: Client, goal: Goal) -> dict[str, str]:
    """The fields of the goal's page."""
    page = client.get(reverse("admin:goals_goal_change", args=[goal.id])).content.decode()
    return dict(re.findall(r'<label>([^<]*):</label>\s*<div class="readonly">([^<]*)</div>', page))


class TestCurrency:
    def test_is_said_above_the_list_of_one_person_and_in_a_file(self, saver: User, stranger: User) -> None:
        client = signed_in(User.objects.create_superuser("boss@example.com"))
        Profile.objects.filter(user=saver).update(currency="EUR")
        for person in (saver, stranger):
            GoalFactory.create(user=person)
        page = client.get("/admin/goals/goal/", {"user__exact": str(saver.pk)}).content.decode()
        assert "Amounts are in EUR." in page
        assert "Amounts are in" not in client.get("/admin/goals/goal/", {"q": "sam"}).content.decode()
        file = client.get("/admin/goals/goal/csv/", {"q": "sam"}).content.decode()
        rows = list(csv.DictReader(io.StringIO(file, newline="")))
        assert {row["Person"]: row["Currency"] for row in rows} == {saver.email: "EUR", stranger.email: "USD"}
        assert "Currency" not in client.get("/admin/accounts/user/csv/").content.decode()


class TestGoalAdmin:
    def test_finds_goals_by_person_and_by_id(self, as_agent: Client, saver: User, stranger: User) -> None:
        boat = GoalFactory.create(user=saver, name="Sailing boat")
        GoalFactory.create(user=stranger, name="Garden")

        for search in ("saver@", str(saver.pk), str(boat.pk)):
            page = as_agent.get(LIST, {"q": search, "status__exact": "active"}).content.decode()
            assert "Sailing boat" in page
            assert "Garden" not in page

    def test_shows_a_goal_with_nothing_to_edit(self, as_agent: Client, saver: User) -> None:
        goal = GoalFactory.create(user=saver)

        page = as_agent.get(reverse("admin:goals_goal_change", args=[goal.id])).content.decode()

        assert "1,000.00" in page
        assert "<input" not in page.partition('id="goal_form"')[2].partition("</form>")[0].replace(
            '<input type="hidden"', ""
        )

    def test_tells_a_goal_in_words_and_leaves_out_what_it_has_not(self, as_agent: Client, saver: User) -> None:
        repeats = {"kind": Kind.RECURRING, "repeat_every_months": 12, "first_date": date(2027, 3, 10)}
        tax = GoalFactory.create(user=saver, annual_rate="2.5000", why_text="Peace", **repeats)
        fund = GoalFactory.create(user=saver, kind=Kind.RESERVE, drained_on=date(2026, 3, 1))

        tells = told(as_agent, tax)
        assert (tells["Repeats"], tells["Interest a year"]) == ("every 12 months", "2.5 %")
        assert (tells["Why they want it"], tells["Check-ins"]) == ("Peace", "0")
        assert (tells["Kind"], tells["Primary goal"]) == ("Recurring", "no")
        assert "Below its target since" not in tells
        tells = told(as_agent, fund)
        assert tells["Below its target since"] == "1 Mar 2026"
        assert (tells["There now"], tells["Target"]) == ("0.00", "1,000.00")
        absent = {"Repeats", "Interest a year", "Why they want it", "Last check-in", "Completed at", "First date"}
        assert not absent & set(tells)

    def test_has_a_place_for_every_column_on_the_page(self) -> None:
        columns = {column.name for column in Goal._meta.concrete_fields}
        in_words = {"name", "repeat_every_months", "annual_rate", "primary_flag"}
        derived = {"id", "name_folded", "priority_rank", "pace", "revision"}
        assert columns - set(GoalAdmin.fields) == in_words | derived

    def test_changes_no_money(self, as_agent: Client, saver: User) -> None:
        goal = GoalFactory.create(user=saver)
        url = reverse("admin:goals_goal_change", args=[goal.id])

        assert as_agent.post(url, {"current_amount": "5.00", "target_amount": "5.00"}).status_code == 403
        assert as_agent.post(f"{LIST}add/", {}).status_code == 403
        assert (
            as_agent.post(reverse("admin:goals_goal_delete", args=[goal.id]), {"post": "yes"}).status_code == 403
        )
        assert Goal.objects.get().target_amount == 1000

    @pytest.mark.parametrize(("action", "status"), [("pause", Status.PAUSED), ("cancel", Status.CANCELLED)])
    def test_moves_goals_as_the_services_do(
        self, as_agent: Client, saver: User, noon: datetime, action: str, status: str
    ) -> None:
        goal = GoalFactory.create(user=saver, name="Boat")

        page = act(as_agent, action, goal)

        goal.refresh_from_db()
        assert (goal.status, goal.updated_at) == (status, noon)
        assert f"Goal &quot;Boat&quot; was {status}." in page

    def test_leaves_those_of_staff_to_superusers(self, as_agent: Client, agent: User) -> None:
        for owner, why in (
            (agent, "you cannot do this to yourself"),
            (UserFactory.create(is_staff=True), "only superusers act on staff"),
        ):
            goal = GoalFactory.create(user=owner, name="Boat")
            assert f"Boat ({owner.email}): {why}" in act(as_agent, "cancel", goal)
            assert Goal.objects.get(pk=goal.pk).status == Status.ACTIVE

    def test_says_what_a_service_refuses_and_goes_on(self, as_agent: Client, saver: User) -> None:
        done = GoalFactory.create(user=saver, name="Done", completed=True)
        open_goal = GoalFactory.create(user=saver, name="Open")

        page = act(as_agent, "pause", done, open_goal)
        assert f"Skipped Done ({saver.email}): it is completed" in page
        assert "Goal &quot;Open&quot; was paused." in page
        assert f"Skipped Done ({saver.email}): all of its target is there" in act(as_agent, "reopen", done)

        GoalFactory.create_batch(5, user=saver)
        cancelled = GoalFactory.create(user=saver, name="Sixth", status=Status.CANCELLED)
        assert f"Skipped Sixth ({saver.email}): they have 5 active goals" in act(as_agent, "reopen", cancelled)
        assert Goal.objects.get(pk=cancelled.pk).status == Status.CANCELLED

    def test_that_a_service_refuses_is_a_look_at_whose_it_is(self, as_agent: Client, saver: User) -> None:
        """A confirmed form for a goal that was never shown: the refusal names it."""
        full = [GoalFactory.create(user=saver) for _ in range(5)]
        goal = GoalFactory.create(user=saver, name="Sixth boat", status=Status.CANCELLED)
        chosen = {"action": "reopen", "_selected_action": str(goal.pk), "confirmed": "yes", "reason": "asked"}
        assert len(full) == 5
        as_agent.post(LIST, chosen)
        looks = ListedPerson.objects.filter(person_id=saver.pk).values_list("entry__action", flat=True)
        assert list(looks) == ["goal.listed"]

    def test_offers_nothing_to_those_who_may_only_look(self, as_agent: Client, agent: User, saver: User) -> None:
        agent.groups.clear()
        agent.user_permissions.set(Permission.objects.filter(codename="view_goal"))
        goal = GoalFactory.create(user=saver)

        act(as_agent, "pause", goal)

        assert Goal.objects.get().status == Status.ACTIVE
        assert "delete_selected" not in as_agent.get(LIST).content.decode()
