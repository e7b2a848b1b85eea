"""A superuser ends a colleague's sessions in the back office, and sees why they get no new one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session as BackOfficeSession
from django.test import Client

from accounts.back_office.tests.acting import PEOPLE, signed_in
from accounts.models import AuditEntry, User
from accounts.rate_limits import limit_second_factor
from accounts.rate_limits.policies import SECOND_FACTOR
from accounts.services import set_role
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


def sign_in(agent: User, program: str) -> Client:
    client = Client()
    form = {"username": agent.email, "password": PASSWORD}
    assert client.post("/admin/login/", form, headers={"User-Agent": program}).status_code == 302
    return client


def page_of(client: Client, person: User) -> str:
    return client.get(f"{PEOPLE}{person.pk}/change/").content.decode()


def marks_on(page: str) -> list[str]:
    return re.findall(r'name="session" value="([^"]+)"', page)


def end(client: Client, person: User, mark: str, **form: str) -> Any:
    chosen = {"action": "end_office_session", "_selected_action": str(person.pk), "session": mark}
    return client.post(PEOPLE, chosen | form, follow=True)


class TestEnding:
    def test_one_leaves_the_others(self, boss: Client, agent: User) -> None:
        firefox, chrome = sign_in(agent, "Mozilla/5.0 Firefox/140"), sign_in(agent, "Mozilla/5.0 Chrome/150")
        page = page_of(boss, agent)
        _, of_firefox = (
            marks_on(page) if page.index("Chrome, back") < page.index("Firefox, back") else marks_on(page)[::-1]
        )
        asked = end(boss, agent, of_firefox).content.decode()
        assert "Alex Agent" in asked
        assert marks_on(asked) == [of_firefox]
        assert firefox.get("/admin/").status_code == 200
        page = end(boss, agent, of_firefox, confirmed="yes", reason="security").content.decode()
        assert "Ended one session of Alex Agent in the back office." in page
        assert (firefox.get("/admin/").status_code, chrome.get("/admin/").status_code) == (302, 200)
        entry = AuditEntry.objects.get(action="back_office_session.ended")
        assert (entry.person_id, entry.reason, entry.after) == (agent.pk, "security", {"device": "Firefox"})

    def test_shows_no_key_of_a_session(self, boss: Client, agent: User) -> None:
        client = sign_in(agent, "Mozilla/5.0 Firefox/140")
        key = client.session.session_key
        page = page_of(boss, agent)
        assert key
        assert key not in page
        end(boss, agent, *marks_on(page), confirmed="yes", reason="security")
        assert key not in str(AuditEntry.objects.values_list("after", "object_id"))

    def test_one_that_is_over_or_another_persons_does_nothing(self, boss: Client, agent: User) -> None:
        other = set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=clock.now())
        client = sign_in(other, "Mozilla/5.0 Firefox/140")
        before = BackOfficeSession.objects.count()
        for mark in (*marks_on(page_of(boss, other)), "", "nonsense"):
            page = end(boss, agent, mark, confirmed="yes", reason="security").content.decode()
            assert "That session has ended already." in page
        assert BackOfficeSession.objects.count() == before
        assert client.get("/admin/").status_code == 200

    def test_is_for_superusers_and_no_action_of_a_list(self, boss: Client, agent: User) -> None:
        client = sign_in(agent, "Mozilla/5.0 Firefox/140")
        assert "end_office_session" not in boss.get(PEOPLE).content.decode()
        assert marks_on(page_of(client, agent)) == []
        [mark] = marks_on(page_of(boss, agent))
        other = set_role(user=UserFactory.create(), role=StaffRole.SUPPORT, now=clock.now())
        end(signed_in(other), agent, mark, confirmed="yes", reason="security")
        assert client.get("/admin/").status_code == 200


class TestObstacle:
    @pytest.mark.usefixtures("noon")
    def test_is_too_many_guesses_at_the_second_factor(self, boss: Client, agent: User, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        for _ in range(SECOND_FACTOR.quota):
            assert "their second factor" not in page_of(boss, agent)
            limit_second_factor(agent.pk, now=clock.now())
        assert "second factor: none is taken until 10 Mar, 12:01:00 UTC." in page_of(boss, agent)
