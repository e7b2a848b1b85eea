"""Names on the pages are words: groups of pages, and the boxes that choose rows."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import pytest
from django.test import Client

from accounts.back_office.tests.acting import act_in_back_office
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.services import set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from goals.services import update_goal
from goals.tests.factories import GoalFactory
from tracking.services import create_pulse
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


def test_each_group_of_pages_has_a_plain_name(boss: Client) -> None:
    page = boss.get("/admin/").content.decode()
    assert "Ops" not in re.findall(r">\s*(\w+)\s*<", page)


def test_the_list_of_people_is_the_first(boss: Client) -> None:
    page = boss.get("/admin/").content.decode()
    assert page.index("/admin/accounts/user/") < page.index("/admin/accounts/auditentry/")
    assert page.partition('class="bo-lists"')[2].count("<li>") == 16


def test_the_box_of_a_row_is_named_by_whom_it_chooses(boss: Client) -> None:
    person = UserFactory.create(email="dana@example.com")
    page = boss.get("/admin/accounts/user/").content.decode()
    [box] = [box for box in re.findall(r"<input[^>]*>", page) if f'value="{person.pk}"' in box]
    assert "dana@example.com" in box
    assert str(person.pk) not in box.partition("aria-label")[2]
    assert page.count('id="action-toggle"') == 1


def test_the_box_names_nobody_to_staff_who_see_no_people(noon: datetime, client: Client) -> None:
    set_role(user=UserFactory.create(email="colleague@example.com"), role=StaffRole.OPERATIONS, now=noon)
    person = UserFactory.create(email="dana@example.com")
    OutgoingMail.objects.create(user=person, purpose="reset_password", created_at=noon, next_attempt_at=noon)
    client.force_login(User.objects.get(email="colleague@example.com"))
    page = client.get("/admin/accounts/outgoingmail/").content.decode()
    assert "Choose Reset password" in page
    assert "dana@example.com" not in page


def test_a_message_has_an_address_as_it_is(support: Client) -> None:
    person = UserFactory.create(email="dana@example.com", full_name="")
    page = act_in_back_office(support, "/admin/accounts/user/", "disable", person).content.decode()
    assert ">dana@example.com is disabled.<" in page


def test_types_of_goals_are_plain_words(support: Client, saver: User) -> None:
    goal = GoalFactory.create(user=saver, type="short_term_saving")
    for path in (f"?user__exact={saver.pk}", f"{goal.pk}/change/"):
        assert "Short term saving" in support.get(f"/admin/goals/goal/{path}").content.decode()


def test_the_trail_names_the_goal_that_an_entry_is_about(support: Client, saver: User, noon: datetime) -> None:
    goal = GoalFactory.create(user=saver, name="Boat")
    update_goal(
        owner=saver, goal_id=goal.pk, changes={"target_amount": Decimal(5000)}, now=noon, today=noon.date()
    )
    entry = AuditEntry.objects.get(action="goal.updated")
    for path in (f"?person_id__exact={saver.pk}", f"{entry.pk}/change/"):
        page = support.get(f"/admin/accounts/auditentry/{path}").content.decode()
        assert re.search("[Gg]oal updated: [^<]* · Boat<", page), path


def test_a_pulse_says_how_they_spent_and_so_does_its_filter(support: Client, saver: User, noon: datetime) -> None:
    create_pulse(
        owner=saver, made_planned_payments=PlannedPayments.YES, spending_vs_plan=Spending.OVER, mood_score=3,
        now=noon, today=noon.date(),
    )  # fmt: skip
    path = f"/admin/tracking/pulse/?user__exact={saver.pk}"
    page = support.get(path).content.decode()
    assert re.findall(r"spending_vs_plan__exact=\w+[^>]*>([^<]*)<", page) == [
        "Less than planned", "As planned", "More than planned",
    ]  # fmt: skip
    assert 'class="field-spent">More than planned<' in page
    assert 'class="field-spent"' not in support.get(f"{path}&spending_vs_plan__exact=under").content.decode()


def test_actions_that_do_harm_look_so_and_are_not_the_first(boss: Client, saver: User) -> None:
    page = boss.get(f"/admin/accounts/user/{saver.pk}/change/").content.decode()
    rows = re.findall(r'<div class="bo-acts[^"]*">(.*?)</div>', page, re.DOTALL)
    buttons = [re.findall(r'<button type="submit"( class="bo-danger")?>([^<]*)', row) for row in rows]
    assert [text for row in buttons for danger, text in row if danger] == ["Disable", "Erase"]
    assert not any(row[0][0] for row in buttons)
    form = {"action": "erase", "_selected_action": str(saver.pk)}
    assert 'class="bo-danger" name="reason"' in boss.post("/admin/accounts/user/", form).content.decode()
