"""Each role opens its own pages and does its own actions, also by addresses that no page has shown it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.back_office.tests.acting import signed_in
from accounts.mail import queue_mail
from accounts.models import AuditEntry, OutgoingMail, SecondFactor, User
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import open_session, set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.back_office.jobs import JOBS
from fincred.companion.models import Snippet
from fincred.companion.services.notifications import create_notification
from fincred.companion.services.preferences import update_preferences
from fincred.companion.tests.education import write_texts
from fincred.companion.vocabulary import Channel, NotificationType
from fincred.ops.jobs import run_if_due
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.tests.factories import goal_of, plan_for, snapshot_of
from tracking.services import create_check_in, create_pulse
from tracking.tests.factories import MilestoneFactory
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

PEOPLES = {
    *("accounts.User", "accounts.Session", "accounts.OutgoingMail", "accounts.AuditEntry", "goals.Goal"),
    *("planning.Snapshot", "planning.ActionPlan", "planning.PlanVersion"),
    *("tracking.CheckIn", "tracking.Pulse", "tracking.Milestone"),
    *("companion.Notification", "companion.NotificationPreferences"),
}
VIEWS: dict[str, set[str]] = {
    "nobody": set(),
    "staff without a role": set(),
    "Support": PEOPLES | {"companion.Snippet", "accounts.RefusedSignIns"},
    "Operations": {"accounts.OutgoingMail", "ops.JobState", "accounts.RefusedSignIns"},
    "Auditor": PEOPLES | {"companion.Snippet", "accounts.RefusedSignIns"},
    "superuser": PEOPLES | {"companion.Snippet", "ops.JobState", "accounts.RefusedSignIns"},
}
HELP = {
    *("user.disable", "user.enable", "user.end_sessions", "user.mail_verification", "user.mail_reset"),
    *("session.end", "outgoingmail.retry", "goal.pause", "goal.cancel", "goal.reopen", "actionplan.regenerate"),
}
APPOINT = {
    *("user.export", "user.erase", "user.grant_support", "user.grant_operations", "user.grant_auditor"),
    *("user.revoke_role", "user.end_office_session"),
}
ACTIONS: dict[str, set[str]] = {
    "nobody": set(),
    "staff without a role": set(),
    "Support": HELP,
    "Operations": {"outgoingmail.retry"},
    "Auditor": set(),
    "superuser": HELP | APPOINT,
}
ROLES = list(VIEWS)


@pytest.fixture
def rows(saver: User) -> dict[str, Model]:
    """One row for every page, of a person who isn't staff."""
    now = clock.now()
    today = now.date()
    write_texts()
    snapshot_of(saver)
    plan = plan_for(goal_of(saver))
    create_check_in(owner=saver, goal_id=plan.goal_id, current_amount=plan.amount, now=now, today=today)
    MilestoneFactory.create(goal=plan.goal)
    create_pulse(
        owner=saver,
        made_planned_payments=PlannedPayments.YES,
        spending_vs_plan=Spending.ON,
        mood_score=3,
        now=now,
        today=today,
    )
    open_session(user=saver, now=now)
    note_refused_sign_in(now)
    queue_mail(user=saver, purpose="reset_password", now=now - timedelta(hours=1))
    update_preferences(user=saver, changes={"drift": False}, now=now)
    create_notification(
        owner=saver,
        type=NotificationType.WEEKLY_SUMMARY,
        channel=Channel.EMAIL,
        next_send_at=now + timedelta(days=1),
        now=now,
    )
    OutgoingMail.objects.update(attempts=99)
    run_if_due(JOBS[0], clock=clock.now)
    found: dict[str, Model] = {}
    for model in admin.site._registry:
        row = saver if model is User else model._default_manager.first()
        assert row is not None, model
        found[model._meta.label] = row
    return found


def client_of(role: str) -> Client:
    user = UserFactory.create(email="colleague@example.com")
    if role in {each.value for each in StaffRole}:
        user = set_role(user=user, role=StaffRole(role), now=clock.now())
    elif role != "nobody":
        user.is_staff, user.is_superuser = True, role == "superuser"
        user.save()
    return signed_in(user)


def path_of(page: Any, name: str, *args: object) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}", args=args)


class TestTables:
    def test_name_every_page_and_every_action(self) -> None:
        pages = admin.site._registry.values()
        assert {page.opts.label for page in pages} == VIEWS["superuser"]
        actions = {f"{page.opts.model_name}.{name}" for page in pages for name in page.actions or ()}
        assert actions == ACTIONS["superuser"]

    def test_each_action_of_a_list_is_a_button_of_its_rows_page(self) -> None:
        """The pages of a person and of a plan have templates of their own, which offer theirs."""
        for page in admin.site._registry.values():
            if page.opts.label not in {"accounts.User", "planning.ActionPlan"}:
                assert set(getattr(page, "buttons", ())) == set(page.actions or ()), page


class TestTitles:
    def test_are_words_on_every_page(self, rows: dict[str, Model]) -> None:
        """What a tab, a heading or a trail of links calls a row: not by its id."""
        client = client_of("superuser")
        for page in admin.site._registry.values():
            for name in ("change", "history"):
                answer = client.get(path_of(page, name, rows[page.opts.label].pk)).content.decode()
                head, _, body = answer.partition("</head>")
                titles = re.findall("<title>(.*?)</title>", head)
                titles += re.findall("<h1>(.*?)</h1>|class=.breadcrumbs.>(.*?)</div>", body, re.DOTALL)
                words = re.sub("<[^>]*>", "", " ".join(map("".join, titles)))
                assert len(titles) == 3, (page, name)
                assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-|_|\(\d+\)", words), (page, name, words)


@pytest.mark.parametrize("role", ROLES)
class TestRole:
    def test_opens_its_own_pages_and_no_other(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        opened = {name: set[str]() for name in ("changelist", "change", "history")}
        for page in admin.site._registry.values():
            row = rows[page.opts.label]
            for name, labels in opened.items():
                path = path_of(page, name, *([] if name == "changelist" else [row.pk]))
                answer = client.get(path)
                assert answer.status_code in ({302} if role == "nobody" else {200, 403}), path
                if answer.status_code == 200:
                    labels.add(page.opts.label)
        assert opened == dict.fromkeys(opened, VIEWS[role])

    @pytest.mark.once
    def test_downloads_its_lists_if_it_is_to(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        pages = admin.site._registry.values()
        answers = {page.opts.label: client.get(path_of(page, "csv")) for page in pages}
        downloaded = {label for label, answer in answers.items() if answer.status_code == 200}
        assert downloaded == (VIEWS[role] if role in {"Auditor", "superuser"} else set())
        assert {answer.status_code for answer in answers.values()} <= {200, 302, 403}

    @pytest.mark.once
    def test_changes_nothing_by_forms(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        for page in admin.site._registry.values():
            if page.model is Snippet and role == "superuser":
                continue  # superusers write texts
            row = rows[page.opts.label]
            for path in (path_of(page, "add"), path_of(page, "change", row.pk), path_of(page, "delete", row.pk)):
                answer = client.post(path, {"post": "yes", "email": "x@example.com", "status": "cancelled"})
                assert answer.status_code in {302, 403}, path
                assert answer.status_code == 403 or "login" in answer.headers["Location"], path

    @pytest.mark.once
    def test_does_its_own_actions_and_no_other(self, role: str, rows: dict[str, Model]) -> None:
        """Asked for by their names, which a list that doesn't offer them has never shown."""
        client = client_of(role)
        # What they do nothing to is skipped before it is asked about.
        others = {
            "enable": UserFactory.create(is_active=False),
            "mail_verification": UserFactory.create(is_verified=False),
            "revoke_role": UserFactory.create(is_staff=True),
            "end_office_session": UserFactory.create(is_staff=True),
            "reopen": GoalFactory.create(status=Status.CANCELLED),
        }
        confirmed = set()
        for page in admin.site._registry.values():
            # Its own, and one that belongs to the page of people.
            for name in {*(page.actions or ()), "erase"}:
                row = others.get(str(name), rows[page.opts.label])
                answer = client.post(
                    path_of(page, "changelist"), {"action": name, "_selected_action": str(row.pk)}
                )
                assert answer.status_code in {200, 302, 403}
                if b'name="confirmed"' in answer.content:
                    confirmed.add(f"{page.opts.model_name}.{name}")
        assert confirmed == ACTIONS[role]

    @pytest.mark.once
    def test_with_no_right_to_an_action_does_not_do_it_by_a_confirmed_form(
        self, role: str, rows: dict[str, Model]
    ) -> None:
        client = client_of(role)
        before = AuditEntry.objects.exclude(action__endswith=".listed").count()
        for page in admin.site._registry.values():
            for name in {*(page.actions or ()), "erase"}:
                if f"{page.opts.model_name}.{name}" in ACTIONS[role]:
                    continue
                form = {"action": name, "_selected_action": str(rows[page.opts.label].pk)}
                client.post(path_of(page, "changelist"), form | {"confirmed": "yes", "reason": "asked"})
        assert AuditEntry.objects.exclude(action__endswith=".listed").count() == before

    @pytest.mark.once
    def test_sees_a_start_page_whose_links_it_may_open(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        answer = client.get("/admin/")
        assert answer.status_code == (302 if role == "nobody" else 200)
        for card in (answer.context or {}).get("cards", []):
            assert client.get(card.url).status_code == 200, card

    @pytest.mark.once
    def test_reads_metrics_if_it_sees_jobs(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        answer = client.get("/admin/metrics/")
        sees_jobs = "ops.JobState" in VIEWS[role]
        assert (answer.status_code == 200) is sees_jobs
        assert ("/admin/metrics/" in client.get("/admin/").content.decode()) is sees_jobs
        if sees_jobs:
            words = re.sub("<[^>]*>", " ", answer.content.decode())
            assert re.search(r"When it succeeded\s+back_office\s+\d+ \w{3} \d{4}", words)
            assert "example.com" not in words.replace("colleague@example.com", "")

    @pytest.mark.once
    def test_is_led_by_the_search_box_to_no_page_of_others(self, role: str, rows: dict[str, Model]) -> None:
        client = client_of(role)
        opened = {"accounts.user"} & {label.lower() for label in VIEWS[role]}
        for row in rows.values():
            place = client.get("/admin/find/", {"q": str(row.pk)}).headers["Location"]
            if place != "/admin/" and client.get(place).status_code == 200 and "/login/" not in place:
                opened.add(".".join(place.split("/")[2:4]))
        assert opened <= {label.lower() for label in VIEWS[role]}
        assert len(opened) >= {"Support": 9, "Auditor": 9, "superuser": 9, "Operations": 1}.get(role, 0)


@pytest.mark.parametrize("role", ["Operations", "staff without a role"])
class TestWhoSeesNoPeople:
    def test_finds_out_nothing_by_the_search_box(self, role: str, rows: dict[str, Model], saver: User) -> None:
        client = client_of(role)
        entry = AuditEntry.objects.filter(person_id=saver.pk).latest("pk")
        for sought in (saver.email, "nobody@example.com", str(saver.pk), entry.request_id or "x", str(uuid4())):
            assert client.get("/admin/find/", {"q": sought}).headers["Location"] == "/admin/", sought
        assert "may see" in client.get("/admin/").content.decode()


class TestPageOfStaff:
    def page(self, client: Client, person: User) -> str:
        return client.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()

    def test_names_the_role_and_says_whether_a_second_factor_is_enrolled(self, noon: datetime) -> None:
        boss = User.objects.create_superuser("boss@example.com")
        agent = set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=noon)
        client = signed_in(boss)
        assert '<span class="bo-tag">superuser</span>' in self.page(client, boss)
        page = self.page(client, agent)
        assert '<span class="bo-tag">Auditor</span>' in page
        assert '<span class="bo-tag bo-bad">no second factor</span>' in page
        SecondFactor.objects.create(user=agent, key=b"k", created_at=noon, confirmed_at=noon)
        assert '<span class="bo-tag bo-ok">second factor since 10 Mar 2026</span>' in self.page(client, agent)

    def test_gives_and_takes_roles_for_superusers(self, saver: User) -> None:
        boss = signed_in(User.objects.create_superuser("boss@example.com"))
        given = ["grant_support", "grant_operations", "grant_auditor"]
        assert re.findall('value="((?:grant|revoke)_[a-z]+)"', self.page(boss, saver)) == given
        agent = set_role(user=saver, role=StaffRole.AUDITOR, now=clock.now())
        assert "revoke_role" in self.page(boss, agent)
        other = signed_in(set_role(user=UserFactory.create(), role=StaffRole.SUPPORT, now=clock.now()))
        assert "Role in the back office" not in self.page(other, UserFactory.create())

    def test_of_others_says_nothing_of_the_kind(self, saver: User) -> None:
        assert "second factor" not in self.page(
            signed_in(User.objects.create_superuser("boss@example.com")), saver
        )

    def test_is_found_by_the_role(self, saver: User) -> None:
        client = signed_in(User.objects.create_superuser("boss@example.com"))
        agent = set_role(user=UserFactory.create(), role=StaffRole.AUDITOR, now=clock.now())
        found = {}
        for role in ("superuser", "Auditor", "Support"):
            page = client.get("/admin/accounts/user/", {"role": role})
            assert page.context is not None
            found[role] = {person.email for person in page.context["cl"].result_list}
        assert found["superuser"] == {"boss@example.com"}
        assert found["Auditor"] == {agent.email}
        assert found["Support"] == set()


class TestOperations:
    def test_read_nothing_of_people_on_their_start_page(self, rows: dict[str, Model]) -> None:
        page = client_of("Operations").get("/admin/").content.decode()
        assert "As of now." in page
        for words in ("new people", "Staff aren't counted", "Counted as of", "E-mail, name"):
            assert words not in page, words

    def test_are_told_what_they_can_search_for(self, rows: dict[str, Model]) -> None:
        page = client_of("Operations").get("/admin/accounts/outgoingmail/", {"q": "x"}).content.decode()
        assert 'placeholder="Whole id of a mail"' in page
        assert 'Nothing matches "x". A search takes a whole id, of one of these or of a person.' in page
        assert "of a name" not in page

    def test_find_out_no_address_by_a_search(self, rows: dict[str, Model], saver: User) -> None:
        """A row that comes and goes with a letter would tell the address, letter by letter."""
        client = client_of("Operations")
        for sought in (saver.email[:2], saver.email, "nobody@example.com"):
            page = client.get("/admin/accounts/outgoingmail/", {"q": sought})
            assert str(saver.pk) not in page.content.decode()
        mail = rows["accounts.OutgoingMail"]
        for sought in (str(mail.pk), str(saver.pk)):
            assert str(mail.pk) in client.get("/admin/accounts/outgoingmail/", {"q": sought}).content.decode()

    def test_read_no_address_where_they_have_mail_tried_again(self, rows: dict[str, Model], saver: User) -> None:
        client = client_of("Operations")
        mail = rows["accounts.OutgoingMail"]
        form = {"action": "retry", "_selected_action": str(mail.pk)}
        pages = [
            client.get("/admin/accounts/outgoingmail/"),
            client.get(f"/admin/accounts/outgoingmail/{mail.pk}/change/"),
            client.post("/admin/accounts/outgoingmail/", form),
        ]
        for page in pages:
            assert page.status_code == 200
            assert saver.email not in page.content.decode()
