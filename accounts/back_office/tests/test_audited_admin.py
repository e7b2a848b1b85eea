"""All that staff see or do in the back office is in the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from django.contrib import admin
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.audit import broken_chains
from accounts.back_office import AuditedAdmin
from accounts.back_office.refusals import server_error
from accounts.back_office.tests.acting import PEOPLE, act_in_back_office, signed_in
from accounts.models import AuditEntry, User
from accounts.services import end_all_sessions, erase_person, lock_user
from accounts.tests.factories import PASSWORD
from accounts.vocabulary import EndReason
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

TRAIL = "/admin/accounts/auditentry/"
NOBODY: Final = "00000000-0000-0000-0000-000000000000"


def newest() -> AuditEntry:
    return AuditEntry.objects.latest("pk")


class TestEveryPage:
    def test_about_people_is_audited_and_read_only(self) -> None:
        pages = admin.site._registry.values()
        others = {page.opts.label for page in pages if not isinstance(page, AuditedAdmin)}
        assert others == {"companion.Snippet", "ops.JobState", "accounts.RefusedSignIns"}


class TestLooking:
    def test_at_a_list_is_an_entry_of_the_staff_member_with_the_ids(
        self, support: Client, agent: User, saver: User, stranger: User
    ) -> None:
        support.get(PEOPLE, {"q": "saver@"})
        entry = newest()
        assert (entry.person_id, entry.actor_id, entry.role) == (agent.pk, agent.pk, "support")
        assert (entry.action, entry.after) == ("user.listed", {"ids": [str(saver.pk)]})

    @pytest.mark.parametrize("page", ["change", "history"])
    def test_at_a_person_is_an_entry_of_the_person(
        self, support: Client, agent: User, saver: User, page: str
    ) -> None:
        assert support.get(f"{PEOPLE}{saver.pk}/{page}/").status_code == 200
        entry = newest()
        assert (entry.person_id, entry.actor_id, entry.role) == (saver.pk, agent.pk, "support")
        assert (entry.action, entry.object_id) == ("user.viewed", str(saver.pk))
        assert list(broken_chains()) == []

    def test_at_somebody_who_is_not_there_is_none(self, support: Client) -> None:
        before = AuditEntry.objects.count()
        support.get(f"{PEOPLE}00000000-0000-0000-0000-000000000000/change/")
        assert AuditEntry.objects.count() == before

    def test_is_not_granted_when_it_cannot_be_recorded(
        self, support: Client, saver: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise DatabaseError

        monkeypatch.setattr("accounts.audit.trail.insert", fail)
        for path in (PEOPLE, f"{PEOPLE}{saver.pk}/change/"):
            with pytest.raises(DatabaseError):
                support.get(path)

    def test_past_the_pages_is_impossible(self, support: Client) -> None:
        field = {"app_label": "planning", "model_name": "actionplan", "field_name": "goal", "term": ""}
        assert support.get("/admin/autocomplete/", field).status_code == 404


class TestLeaving:
    def test_is_asked_for_by_a_get_and_done_by_a_post(self, support: Client) -> None:
        page = support.get("/admin/logout/")
        assert (page.status_code, "Do you want to log out?" in page.content.decode()) == (200, True)
        assert support.get(PEOPLE).status_code == 200
        assert "You are logged out" in support.post("/admin/logout/").content.decode()
        assert support.get(PEOPLE).status_code == 302


class TestEntering:
    @pytest.mark.parametrize(
        "place", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1"]
    )
    def test_leads_to_no_other_site(self, agent: User, place: str) -> None:
        form = {"username": agent.email, "password": PASSWORD, "next": place}
        assert Client().post("/admin/login/", form).headers["Location"] == "/admin/"
        assert Client().post(f"/admin/login/?next={place}", form).headers["Location"] == "/admin/"


class TestRefusals:
    """A browser gets a page, a program what it gets everywhere."""

    @pytest.mark.parametrize(
        ("path", "status", "words"),
        [
            ("/admin/nothing/", 404, "There is no such page"),
            ("/admin/ops/jobstate/", 403, "Your role doesn&#x27;t open this page"),
            (f"{PEOPLE}?password__gt=a", 400, "can&#x27;t be filtered by &quot;password__gt&quot;."),
        ],
    )
    def test_are_pages(self, support: Client, path: str, status: int, words: str) -> None:
        page = support.get(path, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert words in page.content.decode()
        assert support.get(path).headers["Content-Type"].partition(";")[0] in {"application/json", "text/plain"}

    def test_of_a_row_that_is_gone_are_pages_without_its_id(self, support: Client) -> None:
        page = support.get(f"{PEOPLE}{NOBODY}/change/", headers={"Accept": "text/html"})
        assert (page.status_code, NOBODY in page.content.decode()) == (404, False)
        assert "what it was about is gone" in page.content.decode()

    def test_of_a_person_who_was_erased_meanwhile_are_pages(
        self, support: Client, saver: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.back_office.audited_admin.lock_user", lambda pk: lock_user(UUID(NOBODY)))
        page = support.get(f"{PEOPLE}{saver.pk}/change/", headers={"Accept": "text/html"})
        assert (page.status_code, "what it was about is gone" in page.content.decode()) == (404, True)

    def test_of_an_erasure_that_cannot_be_noted_say_so(
        self, boss: Client, saver: User, settings: Settings, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        settings.ERASURE_LOG = tmp_path / "file" / "log"
        page = act_in_back_office(boss, PEOPLE, "erase", saver)
        assert (page.status_code, "so nothing was erased" in page.content.decode()) == (200, True)
        assert User.objects.filter(pk=saver.pk).exists()

    def test_of_forms_with_too_many_fields_are_too(self, support: Client) -> None:
        form = {"action": "disable", "_selected_action": [str(number) for number in range(1_500)]}
        page = support.post(PEOPLE, form, headers={"Accept": "text/html"})
        assert (page.status_code, "Too much was sent at once" in page.content.decode()) == (400, True)
        assert support.post(PEOPLE, form).json()["success"] is False

    def test_of_forms_without_a_token_are_too(self, agent: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(agent)
        page = client.post(PEOPLE, {"action": "disable"}, headers={"Accept": "text/html"})
        assert (page.status_code, "too old" in page.content.decode()) == (403, True)
        assert client.post(PEOPLE).json()["error_code"] == "PERMISSION_DENIED"

    @pytest.mark.parametrize("debug", [False, True], ids=["without DEBUG", "with DEBUG"])
    def test_of_a_database_that_is_away_are_pages_and_ask_it_once(
        self, support: Client, settings: Any, debug: bool
    ) -> None:
        settings.DEBUG = debug
        support.raise_request_exception = False
        asked = list[str]()

        def away(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            raise OperationalError

        with connection.execute_wrapper(away):
            page = support.get(PEOPLE, {"q": "dana"}, headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
        assert "The database is away" in page.content.decode()
        assert f'href="{PEOPLE}?q=dana"' in page.content.decode()
        assert page.headers["X-Request-ID"] in page.content.decode()
        assert len(asked) == 1

    def test_of_a_fault_are_pages_that_say_what_may_have_been_done(self) -> None:
        request = RequestFactory().post(PEOPLE, headers={"Accept": "text/html"})
        try:
            raise ZeroDivisionError("division")
        except ZeroDivisionError:
            page = server_error(request)
        assert page.status_code == 500
        assert "may not have been done" in page.content.decode()
        assert "division" not in page.content.decode()


class TestSessionThatEnded:
    def test_is_said_where_staff_sign_in_again(self, support: Client, agent: User) -> None:
        end_all_sessions(user=agent, reason=EndReason.SUPPORT, now=clock.now())
        page = support.post(PEOPLE, {"action": "disable"}, follow=True).content.decode()
        assert "Your session has ended: sign in again. What you just sent wasn&#x27;t done." in page
        assert "has ended" not in support.get("/admin/", follow=True).content.decode()

    def test_is_not_said_to_who_had_none(self, client: Client, db: None) -> None:
        assert "has ended" not in client.get("/admin/", follow=True).content.decode()

    def test_is_not_said_to_who_leaves(self, support: Client, agent: User) -> None:
        end_all_sessions(user=agent, reason=EndReason.SUPPORT, now=clock.now())
        assert "has ended" not in support.post("/admin/logout/", follow=True).content.decode()


class TestTheTrail:
    def test_is_shown_and_its_being_shown_is_recorded(self, support: Client, saver: User) -> None:
        support.get(f"{PEOPLE}{saver.pk}/change/")
        entry = newest()
        assert "person viewed" in support.get(TRAIL).content.decode()
        assert support.get(f"{TRAIL}{entry.pk}/change/").status_code == 200
        assert (newest().person_id, newest().action) == (saver.pk, "auditentry.viewed")

    def test_outlives_the_person(self, support: Client, agent: User, saver: User) -> None:
        erase_person(user=saver, now=clock.now())
        entry = newest()
        assert support.get(f"{TRAIL}{entry.pk}/change/").status_code == 200
        assert (newest().person_id, newest().action) == (agent.pk, "auditentry.viewed")

    def test_is_changed_by_nobody(self, boss: Client, saver: User) -> None:
        boss.get(PEOPLE)
        entry = newest()
        for page in ("change", "delete"):
            assert boss.post(f"{TRAIL}{entry.pk}/{page}/", {"reason": "x", "post": "yes"}).status_code == 403
        assert boss.get(f"{TRAIL}add/").status_code == 403


class TestActing:
    def act(self, client: Client, person: User, reason: str) -> None:
        act_in_back_office(client, PEOPLE, "end_sessions", person, reason=reason)

    def test_is_done_in_the_staff_members_name(self, support: Client, agent: User, saver: User) -> None:
        self.act(support, saver, reason="asked")
        entry = AuditEntry.objects.get(action="sessions.ended")
        assert (entry.action, entry.person_id, entry.actor_id) == ("sessions.ended", saver.pk, agent.pk)
        assert (entry.role, entry.reason) == ("support", "asked")

    def test_takes_no_reason_but_the_known(self, support: Client, saver: User) -> None:
        for reason in ("", "Sam Saver is a nuisance"):
            self.act(support, saver, reason=reason)
            assert newest().action == "user.listed"
        assert not AuditEntry.objects.filter(action="sessions.ended").exists()

    def test_a_reason_does_not_stick(self, support: Client, saver: User) -> None:
        self.act(support, saver, reason="asked")
        support.get(f"{PEOPLE}{saver.pk}/change/")
        assert newest().reason == ""


class TestSigningIn:
    def test_is_recorded(self, db: None) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        Client().post("/admin/login/", {"username": boss.email, "password": "no"})
        assert not AuditEntry.objects.exists()
        Client().post("/admin/login/", {"username": boss.email, "password": PASSWORD})
        assert (newest().action, newest().person_id, newest().role) == (
            "back_office.entered",
            boss.pk,
            "support",
        )

    def test_who_is_no_staff_does_not_get_in(self, saver: User) -> None:
        answer = Client().post("/admin/login/", {"username": saver.email, "password": PASSWORD})
        assert answer.status_code == 200
        assert not AuditEntry.objects.exists()


class TestOwnPassword:
    def test_is_changed_as_over_the_api(self, db: None) -> None:
        boss = User.objects.create_superuser("boss@example.com", PASSWORD)
        client = signed_in(boss)
        form = {"old_password": PASSWORD, "new_password1": "staple the horse", "new_password2": "staple the horse"}
        assert client.post("/admin/password_change/", form).status_code == 302
        boss.refresh_from_db()
        assert boss.check_password("staple the horse")
        assert "password.changed" in AuditEntry.objects.values_list("action", flat=True)
        assert client.get(PEOPLE).status_code == 200
