"""Preferences over HTTP, and the link in a mail that stops one kind of them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from redis import Redis
from rest_framework.test import APIClient

from accounts.mail import send_due_mail
from accounts.models import AuditEntry, User
from fincred import clock
from fincred.companion.models import NotificationPreferences
from fincred.companion.services import plan_for_everybody, send_due_notifications
from fincred.companion.unsubscribing import token_for
from fincred.companion.vocabulary import MessageKind

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/api/v0/users/me/notification-preferences"
STOP = "/api/v0/unsubscribe/"
ALL = dict.fromkeys(["reminders", "payments", "weekly_summary", "milestones", "drift"], True)


class TestPreferences:
    def test_are_all_on_at_first(self, as_saver: APIClient) -> None:
        assert as_saver.get(URL).json() == ALL
        assert not NotificationPreferences.objects.exists()

    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_change_only_what_is_named(self, as_saver: APIClient, saver: User, method: str) -> None:
        answer = getattr(as_saver, method)(URL, {"milestones": False})
        assert answer.json() == ALL | {"milestones": False}
        assert as_saver.get(URL).json() == answer.json()
        entry = AuditEntry.objects.filter(person_id=saver.pk, action="preferences.changed").latest("pk")
        assert (entry.before, entry.after) == ({"milestones": True}, {"milestones": False})

    def test_that_stay_as_they_are_leave_no_entry(self, as_saver: APIClient, saver: User) -> None:
        answers = [as_saver.patch(URL, {"milestones": False}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert AuditEntry.objects.filter(person_id=saver.pk, action="preferences.changed").count() == 1

    @pytest.mark.parametrize("body", [{"milestones": None}, {"milestones": "maybe"}, {}, {"security": False}])
    def test_refuse_what_they_cannot_be(self, as_saver: APIClient, body: Any) -> None:
        assert as_saver.patch(URL, body).status_code == 400
        assert not NotificationPreferences.objects.exists()

    def test_are_not_overwritten_unnoticed(self, as_saver: APIClient) -> None:
        tag = as_saver.patch(URL, {"drift": False})["ETag"]
        as_saver.patch(URL, {"drift": True})
        assert as_saver.patch(URL, {"drift": False}, HTTP_IF_MATCH=tag).status_code == 412

    def test_are_ones_own(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        as_saver.patch(URL, {"drift": False})
        assert as_stranger.get(URL).json() == ALL


class TestUnsubscribe:
    def test_by_the_link_in_a_mail_with_what_mail_programs_send(
        self, api: APIClient, as_saver: APIClient, noon: datetime
    ) -> None:
        plan_for_everybody(now=noon)
        monday = noon.replace(day=16, hour=18)
        send_due_notifications(clock=lambda: monday)
        send_due_mail(clock=lambda: monday)
        found = re.search(r"<https?://[^/]+(/[^>]+)>", mail.outbox[0].message()["List-Unsubscribe"])
        assert found
        body = "List-Unsubscribe=One-Click"
        answer = api.post(found[1], body, content_type="application/x-www-form-urlencoded")
        assert answer.json() == {"message": "You get no more reminders to check in."}
        assert as_saver.get(URL).json() == ALL | {"reminders": False}

    def test_shows_a_page_and_changes_nothing(self, api: APIClient, as_saver: APIClient, saver: User) -> None:
        page = api.get(STOP + token_for(saver.pk, MessageKind.DRIFT))
        assert page["Content-Type"] == "text/html; charset=utf-8"
        assert page["Referrer-Policy"] == "no-referrer"
        assert '<form method="post"' in page.content.decode()
        assert as_saver.get(URL).json() == ALL

    @pytest.mark.parametrize("accept", ["text/html", "text/html,application/xml;q=0.9,*/*;q=0.8"])
    def test_shows_people_a_page_after_the_button_too(
        self, api: APIClient, as_saver: APIClient, saver: User, accept: str
    ) -> None:
        link = STOP + token_for(saver.pk, MessageKind.DRIFT)
        assert api.get(link, HTTP_ACCEPT=accept).status_code == 200
        page = api.post(link, HTTP_ACCEPT=accept)
        assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "You get no more mails about goals and their plans." in page.content.decode()
        assert "<button" not in page.content.decode()
        assert as_saver.get(URL).json() == ALL | {"drift": False}

    def test_takes_any_accept_header_of_a_mail_program(
        self, api: APIClient, as_saver: APIClient, saver: User
    ) -> None:
        assert api.post(STOP + token_for(saver.pk, MessageKind.DRIFT), HTTP_ACCEPT="text/plain").status_code == 200
        assert as_saver.get(URL).json() == ALL | {"drift": False}

    def test_twice_is_once(self, api: APIClient, as_saver: APIClient, saver: User) -> None:
        for _ in range(2):
            assert api.post(STOP + token_for(saver.pk, MessageKind.DRIFT)).status_code == 200
        assert as_saver.get(URL).json() == ALL | {"drift": False}
        assert AuditEntry.objects.filter(person_id=saver.pk, action="preferences.changed").count() == 1

    def test_counts_for_the_person_whatever_network_it_comes_from(
        self, api: APIClient, saver: User, stranger: User, settings: Any, time_machine: Any
    ) -> None:
        """Mail programs send it from their own servers, for many people."""
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        time_machine.move_to(clock.now(), tick=False)
        links = [STOP + token_for(saver.pk, kind) for kind in MessageKind] * 5
        answers = [api.post(link, REMOTE_ADDR=f"192.0.2.{n}") for n, link in enumerate(links)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 5
        assert '"unsubscribe";r=0;' in answers[19].headers["RateLimit"]
        assert api.get(links[0]).status_code == 200
        assert api.post(STOP + token_for(stranger.pk, MessageKind.DRIFT)).status_code == 200

    @pytest.mark.redis
    @pytest.mark.postgresql
    def test_is_noted_as_a_write_of_the_person_where_there_is_a_replica(
        self, redis: Redis, api: APIClient, saver: User, settings: Any
    ) -> None:
        first, *others = settings.MIDDLEWARE
        settings.MIDDLEWARE = [first, "fincred.db.replicas.ReplicaMiddleware", *others]
        assert api.post(STOP + token_for(saver.pk, MessageKind.DRIFT)).status_code == 200
        assert redis.exists(f"fincred:written:{saver.pk}")

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_refuses_what_was_not_signed(self, api: APIClient, saver: User, method: str) -> None:
        token = token_for(saver.pk, MessageKind.DRIFT)
        for forged in (token.replace("drift", "reminders"), token[:-1], "x", f"{saver.pk.hex}.drift"):
            assert getattr(api, method)(STOP + forged).status_code == 404

    def test_takes_no_kind_that_was_given_up(self, api: APIClient, saver: User) -> None:
        assert api.post(STOP + token_for(saver.pk, "news")).status_code == 404  # type: ignore[arg-type]
