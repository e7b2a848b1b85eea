"""The back office: who may see people, and what the named actions do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.back_office.tests.acting import PEOPLE, act_in_back_office, signed_in
from accounts.mail import queue_mail
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.services import open_session, refresh, set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import MailPriority, MailPurpose, StaffRole
from fincred import clock
from fincred.context import update_caller

MAILS = "/admin/accounts/outgoingmail/"
SESSIONS = "/admin/accounts/session/"
REFUSED = "the mail server refused the address: there is no such mailbox, or it takes no mail from us"
NAME = ' <small class="bo-soft">(SMTPRecipientsRefused 550)</small>'

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def act(client: Client, action: str, *people: User) -> Any:
    return act_in_back_office(client, PEOPLE, action, *people)


class TestLooking:
    def test_finds_a_person_by_the_start_of_address_or_name_or_by_id(self, support: Client, saver: User) -> None:
        for search in ("saver@", "SAM", "sav sam", str(saver.pk)):
            assert saver.email in support.get(PEOPLE, {"q": search}).content.decode()
        for search in ("agent@", "am", "example.com", "sam x", str(saver.pk)[:-1]):
            assert saver.email not in support.get(PEOPLE, {"q": search}).content.decode()

    def test_shows_profile_and_sessions_and_no_secret(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        page = support.get(f"{PEOPLE}{saver.pk}/change/").content.decode()
        assert "Sam Saver" in page
        assert "open until" in page
        assert saver.password not in page

    def test_leads_to_everything_else_of_the_person(self, support: Client, saver: User) -> None:
        page = support.get(f"/admin/accounts/user/{saver.pk}/change/").content.decode()
        links = re.findall(r'href="([^"]+\?\w+__exact=[^"]+)"', page)
        kinds = {link.split("/")[3] for link in links}
        assert {"auditentry", "goal", "snapshot", "actionplan", "planversion", "checkin"} <= kinds
        for link in links:
            assert support.get(link).status_code == 200, link

    def test_offers_no_field_to_fill_in(self, boss: Client, saver: User) -> None:
        page = boss.get(f"{PEOPLE}{saver.pk}/change/").content.decode()
        assert 'name="email"' not in page
        assert 'name="_save"' not in page

    @pytest.mark.parametrize("name", ["add", "delete"])
    def test_nobody_is_added_or_deleted(self, boss: Client, saver: User, name: str) -> None:
        args = [] if name == "add" else [saver.pk]
        assert boss.get(reverse(f"admin:accounts_user_{name}", args=args)).status_code == 403

    def test_nothing_is_changed_past_the_actions(self, boss: Client, saver: User) -> None:
        answer = boss.post(f"{PEOPLE}{saver.pk}/change/", {"email": "x@example.com", "is_staff": "on"})
        assert answer.status_code == 403
        saver.refresh_from_db()
        assert (saver.email, saver.is_staff) == ("saver@example.com", False)

    def test_is_for_staff_only(self, saver: User) -> None:
        answer = signed_in(saver).get(PEOPLE)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/login/?next={PEOPLE}")

    def test_lists_also_a_person_who_was_imported_without_a_profile(self, boss: Client, saver: User) -> None:
        imported = User.objects.create(email="imported@example.com")
        page = boss.get(PEOPLE)
        assert page.status_code == 200
        assert {imported.email, saver.email} <= set(re.findall(r"[a-z]+@example.com", page.content.decode()))

    @pytest.mark.parametrize("path", [PEOPLE, MAILS])
    def test_lists_people_and_mail_in_a_constant_number_of_queries(
        self, support: Client, django_assert_max_num_queries: Any, path: str
    ) -> None:
        for person in UserFactory.create_batch(20):
            queue_mail(user=person, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        with django_assert_max_num_queries(20):
            support.get(path)


class TestActions:
    def test_disable_and_enable(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        act(support, "disable", saver)
        saver.refresh_from_db()
        assert (saver.is_active, saver.sessions.live().count()) == (False, 0)
        act(support, "enable", saver)
        saver.refresh_from_db()
        assert saver.is_active

    def test_end_sessions(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        assert "Ended 1 session of Sam Saver." in act(support, "end_sessions", saver).content.decode()
        assert saver.sessions.get().end_reason == "support"

    def test_end_sessions_say_how_many_and_whose(self, boss: Client, agent: User, saver: User) -> None:
        for _ in range(2):
            open_session(user=agent, now=clock.now())
        page = act(boss, "end_sessions", agent, saver).content.decode()
        assert "Ended 2 sessions of Alex Agent. Those of the back office are ended too." in page
        assert "Sam Saver had no open session." in page
        page = act(boss, "end_sessions", agent).content.decode()
        assert "All sessions of Alex Agent are ended: those of the back office. No app had one open." in page

    def test_end_one_session_says_which(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        saver.sessions.update(device="Firefox")
        session = saver.sessions.get()
        page = act_in_back_office(support, "/admin/accounts/session/", "end", session).content.decode()
        assert "Ended the session of Sam Saver: Firefox since " in page

    def test_of_sessions_are_beside_their_device_and_last_use(
        self, support: Client, saver: User, noon: datetime
    ) -> None:
        update_caller(user_agent="okhttp/4.12.0")
        pair = open_session(user=saver, now=noon)
        refresh(refresh_token=pair.refresh_token, now=noon + timedelta(hours=2))
        [session] = saver.sessions.all()
        for page in (
            support.get(SESSIONS, {"user__exact": str(saver.pk)}),
            support.get(f"{SESSIONS}{session.pk}/change/"),
        ):
            assert "okhttp" in page.content.decode()
            assert "10 Mar 2026 14:00" in page.content.decode()

    def test_end_no_session_that_has_expired(self, support: Client, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon - timedelta(days=40))
        [session] = saver.sessions.all()
        page = support.get(f"{SESSIONS}{session.pk}/change/").content.decode()
        assert "Nothing can be done here: expired already." in page
        act_in_back_office(support, SESSIONS, "end", session)
        session.refresh_from_db()
        assert session.ended_at is None

    def test_give_a_role_once(self, boss: Client, saver: User) -> None:
        assert "Sam Saver is an auditor now." in act(boss, "grant_auditor", saver).content.decode()
        assert f"({saver.email}): an auditor already" in act(boss, "grant_auditor", saver).content.decode()
        assert "Sam Saver is a support agent now." in act(boss, "grant_support", saver).content.decode()
        assert "Sam Saver is no longer staff." in act(boss, "revoke_role", saver).content.decode()

    def test_mail_verification_to_who_waits_for_it(self, support: Client, saver: User) -> None:
        newcomer = UserFactory.create(is_verified=False)
        act(support, "mail_verification", saver, newcomer)
        assert OutgoingMail.objects.get().user == newcomer

    @pytest.mark.parametrize("action", ["mail_reset", "mail_verification"])
    def test_mail_again_once_a_minute(self, support: Client, noon: datetime, action: str) -> None:
        newcomer = UserFactory.create(is_verified=False)
        assert f" to {newcomer.full_name} is queued." in act(support, action, newcomer).content.decode()
        OutgoingMail.objects.update(sent_at=noon)
        again = act(support, action, newcomer).content.decode()
        assert f"({newcomer.email}): one was queued or sent less than a minute ago" in again
        assert OutgoingMail.objects.count() == AuditEntry.objects.filter(action="mail.queued").count() == 1
        with time_machine.travel(noon + timedelta(minutes=1), tick=False):
            assert f" to {newcomer.full_name} is queued." in act(support, action, newcomer).content.decode()
        assert OutgoingMail.objects.count() == 2

    @pytest.mark.parametrize(
        ("action", "state", "why"),
        [
            ("disable", {"is_active": False}, "disabled already"),
            ("enable", {}, "not disabled"),
            ("mail_verification", {}, "the address is verified"),
            ("mail_verification", {"is_active": False}, "disabled: no mail is sent to them"),
            ("mail_reset", {"is_active": False}, "disabled: no mail is sent to them"),
            ("revoke_role", {}, "no member of staff"),
            ("erase", {"is_staff": True}, "staff: take their role away first"),
            ("erase", {"is_superuser": True}, "staff: take their role away first"),
        ],
    )
    def test_that_would_do_nothing_say_so(
        self, boss: Client, saver: User, action: str, state: dict[str, bool], why: str
    ) -> None:
        User.objects.filter(pk=saver.pk).update(**state)
        assert f"({saver.email}): {why}" in act(boss, action, saver).content.decode()
        assert not AuditEntry.objects.exclude(action__endswith=".listed").exists()

    def test_support_can_do_nothing_to_staff(self, support: Client, agent: User) -> None:
        colleague = set_role(user=UserFactory.create(), role=StaffRole.SUPPORT, now=clock.now())
        assert "None of the chosen rows" in act(support, "disable", colleague, agent).content.decode()
        assert not User.objects.filter(is_active=False).exists()

    def test_a_superuser_can_but_not_to_themselves(self, boss: Client, agent: User) -> None:
        act(boss, "disable", agent, User.objects.get(email="boss@example.com"))
        assert User.objects.get(is_active=False) == agent

    def test_only_a_superuser_appoints_support(self, support: Client, boss: Client, saver: User) -> None:
        act(support, "grant_support", saver)
        assert not User.objects.get(pk=saver.pk).is_staff
        act(boss, "grant_support", saver)
        assert User.objects.get(pk=saver.pk).has_perm("accounts.help_user")
        act(boss, "revoke_role", saver)
        assert not User.objects.get(pk=saver.pk).is_staff

    def test_a_superuser_takes_the_role_of_another_away(self, boss: Client) -> None:
        other = User.objects.create_superuser("other@example.com")
        act(boss, "revoke_role", other)
        other.refresh_from_db()
        assert (other.is_staff, other.is_superuser) == (False, False)
        act(boss, "erase", other)
        assert not User.objects.filter(pk=other.pk).exists()

    def test_who_may_only_look_is_offered_none(self, saver: User) -> None:
        onlooker = UserFactory.create(is_staff=True)
        from django.contrib.auth.models import Permission

        onlooker.user_permissions.add(Permission.objects.get(codename="view_user"))
        client = signed_in(onlooker)
        assert 'name="action"' not in client.get(PEOPLE).content.decode()
        act(client, "disable", saver)
        assert User.objects.get(pk=saver.pk).is_active


class TestDeadMail:
    @pytest.fixture
    def dead(self, saver: User) -> OutgoingMail:
        return OutgoingMail.objects.create(
            user=saver,
            purpose=MailPurpose.VERIFY_EMAIL,
            created_at=clock.now(),
            next_attempt_at=clock.now(),
            attempts=MAX_MAIL_ATTEMPTS,
            failure="SMTPRecipientsRefused 550",
        )

    def test_is_found_by_its_state_with_the_reason(
        self, support: Client, dead: OutgoingMail, stranger: User
    ) -> None:
        queue_mail(user=stranger, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        page = support.get(MAILS, {"state": "dead"}).content.decode()
        assert "the mail server refused the address" in page
        assert str(stranger.pk) not in page
        assert str(stranger.pk) in support.get(MAILS, {"state": "unsent"}).content.decode()
        assert str(dead.pk) not in support.get(MAILS, {"state": "sent"}).content.decode()

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ({}, f"given up: {REFUSED}; check the address with the person{NAME}"),
            ({"failure": ""}, "given up: no reason was kept"),
            ({"attempts": 0, "failure": ""}, "due 10 Mar 12:00, 0 attempts"),
            ({"attempts": 1}, f"due 10 Mar 12:00, 1 attempt: {REFUSED}{NAME}"),
            ({"is_held": True}, "held by a restore"),
            ({"is_held": True, "sent_at": datetime(2026, 3, 10, 12, tzinfo=UTC)}, "sent 10 Mar 12:00"),
        ],
    )
    def test_is_told_as_it_stands(
        self, support: Client, dead: OutgoingMail, noon: datetime, state: dict[str, Any], words: str
    ) -> None:
        OutgoingMail.objects.update(**{"next_attempt_at": noon} | state)
        assert f'<td class="field-state">{words}</td>' in support.get(MAILS).content.decode()

    @pytest.mark.parametrize(
        ("state", "is_told"),
        [
            ({"attempts": 1}, True),
            ({}, False),
            ({"attempts": 1, "is_held": True}, False),
            ({"attempts": 1, "sent_at": datetime(2026, 3, 10, tzinfo=UTC)}, False),
        ],
        ids=["tried", "given up", "held", "sent"],
    )
    def test_has_a_next_attempt_while_there_will_be_one(
        self, support: Client, dead: OutgoingMail, state: dict[str, Any], is_told: bool
    ) -> None:
        OutgoingMail.objects.update(**state)
        page = support.get(f"{MAILS}{dead.pk}/change/").content.decode()
        assert ("Next attempt at" in page) == is_told

    def test_is_tried_again_from_its_own_page_which_says_why_it_was_given_up(
        self, support: Client, dead: OutgoingMail
    ) -> None:
        place = f"{MAILS}{dead.pk}/change/"
        page = support.get(place).content.decode()
        assert f"given up: {REFUSED}" in page
        assert "Due on" not in page
        fields = dict(
            re.findall(r'type="hidden" name="(action|_selected_action|return_to)" value="([^"]*)"', page)
        )
        assert fields == {"action": "retry", "_selected_action": str(dead.pk), "return_to": place}
        answer = support.post(MAILS, fields | {"confirmed": "yes", "reason": "asked"})
        assert answer.headers["Location"] == place
        page = support.get(place).content.decode()
        assert "1 mail is tried again." in page
        assert "Nothing can be done here: it is still being tried." in page

    def test_has_no_try_again_for_who_may_only_look(self, dead: OutgoingMail) -> None:
        auditor = signed_in(set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=clock.now()))
        page = auditor.get(f"{MAILS}{dead.pk}/change/").content.decode()
        assert "given up" in page
        assert "Try again" not in page
        assert "Nothing can be done here" not in page

    def test_is_tried_again_with_a_reason_in_the_audit_trail(self, support: Client, dead: OutgoingMail) -> None:
        act_in_back_office(support, MAILS, "retry", dead)
        dead.refresh_from_db()
        assert dead.attempts == 0
        entry = AuditEntry.objects.get(person_id=str(dead.user_id), action="mail.retried")
        assert (entry.reason, entry.role, entry.object_id) == ("asked", "support", str(dead.pk))

    def test_is_skipped_with_its_why(
        self, support: Client, dead: OutgoingMail, saver: User, noon: datetime
    ) -> None:
        def why() -> str:
            page = act_in_back_office(support, MAILS, "retry", dead).content.decode()
            found = re.search(r"Verify email of [^<]*\): ([^<]*)</li>", page)
            return found[1] if found else ""

        User.objects.filter(pk=saver.pk).update(mail_refused_at=noon)
        OutgoingMail.objects.update(priority=MailPriority.REMINDER)
        assert why() == "their mailbox refused mail: they verify their address first"
        OutgoingMail.objects.update(is_held=True)
        assert why() == "held by a restore: an operator decides"
        OutgoingMail.objects.update(sent_at=noon)
        assert why() == "sent already"
        assert not AuditEntry.objects.filter(action="mail.retried").exists()

    def test_mail_that_still_waits_is_left_alone(self, support: Client, saver: User) -> None:
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        OutgoingMail.objects.update(attempts=3)
        act_in_back_office(support, MAILS, "retry", OutgoingMail.objects.get())
        assert OutgoingMail.objects.get().attempts == 3
        assert not AuditEntry.objects.filter(action="mail.retried").exists()
