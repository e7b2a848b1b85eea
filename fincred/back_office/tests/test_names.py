"""Names on the pages are words: groups of pages, and the boxes that choose rows."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import OutgoingMail, User
from accounts.services import set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss@example.com"))
    return client


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
