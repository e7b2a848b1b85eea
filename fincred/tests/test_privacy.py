"""A person whose every word is marked: found in their export, and nowhere once they are erased; never in a log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import reverse

from accounts import services
from accounts.mail import send_due_mail
from accounts.models import AuditEntry, User
from fincred import clock
from fincred.api.renderers import render_json
from fincred.db.models import UUIDModel
from fincred.db.privacy import export_rows, personal_models, privacy_of
from fincred.ops.logs import ConsoleFormatter, JSONFormatter
from fincred.tests.marked_person import (
    ADDRESS,
    EMAIL,
    GOAL,
    MARK,
    NEW_PASSWORD,
    PASSWORD,
    PROFILE,
    V0,
    Person,
    person,
    staff_member,
)
from goals.models import Goal
from tracking.tests.factories import CheckInFactory

__all__ = ["person"]

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

# The export's shape, which clients rely on. A new field appears in it unless its model withholds it.
EXPORTED = {
    "account": "id email is_active is_verified is_staff is_superuser created_at mail_refused_at",
    "profile": "id full_name country currency timezone age_range employment_status reminder_frequency "
    "preferred_checkin_day_of_week reminder_hour persona_hint",
    "known_places": "id created_at last_seen_at",
    "sessions": "id created_at expires_at ended_at end_reason device",
    "refresh_tokens": "id session_id created_at expires_at spent_at",
    "one_time_tokens": "id purpose created_at expires_at used_at",
    "mails": "id purpose object_id due_on created_at sent_at attempts",
    "idempotency_keys": "id method path key status answer created_at",
    "looks_in_lists": "at actor_id role action",
    "audit_trail": "sequence at actor_id role action object_type object_id before after reason request_id",
    "goals": "id user_id type kind repeat_every_months first_date name target_amount target_date priority "
    "primary_flag why_text annual_rate status current_amount last_check_in_date check_in_count cycles_ended "
    "started_on drained_on pace completed_at created_at updated_at",
    "planning.snapshots": "id user_id number incomes expenses debts savings monthly_income monthly_expenses "
    "monthly_minimum_payments total_debt total_savings paid_off additions created_at",
    "planning.action_plans": "id user_id goal_id type amount frequency day_of_period since anchor month "
    "instalments payments carried starts_on is_chosen is_confirmed_set_up required_monthly_contribution "
    "allocated_monthly_contribution this_month shortfall feasibility explanation "
    "alternatives projected_completion_date version created_at updated_at ended_at",
    "planning.plan_versions": "id plan_id number reason engine_version inputs outputs created_at",
    "planning.calendar_links": "id user_id created_at",
    "companion.chat_sessions": "id user_id intent message_count created_at updated_at",
    "companion.chat_messages": "id session_id message response intent created_at",
    "companion.notification_preferences": "reminders payments weekly_summary milestones drift counted_from",
    "companion.notifications": "id user_id type channel next_send_at action_plan_id status is_planned is_moved "
    "due_on last_due_on last_sent_at announced skipped created_at updated_at",
    "companion.devices": "id user_id platform token created_at",
    "companion.pushes": "id device_id notification_id due_on created_at attempts sent_at",
    "tracking.check_ins": "id user_id goal_id current_amount check_in_date reflection source created_at "
    "updated_at",
    "tracking.pulses": "id user_id made_planned_payments spending_vs_plan mood_score comment period_start "
    "period_end monday completed_at",
    "tracking.weeks": "id user_id monday check_ins",
    "tracking.milestones": "id user_id goal_id cycle percent reached_on",
}


def section_of(document: Any, path: str) -> list[dict[str, Any]]:
    """The rows of a section of the export."""
    for name in path.split("."):
        document = document[name]
    return [document] if isinstance(document, dict) else list(document)


def found(*needles: str) -> dict[str, list[str]]:
    """Every cell of the database that holds one of them, by table and column."""
    places: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  the database's own names
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if any(needle.lower() in _text(value) for needle in needles):
                        places.setdefault(table, []).append(name)
    return places


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1").lower()
    return str(value).lower()


class TestDeclarations:
    def test_every_model_says_whose_its_rows_are(self) -> None:
        assert [model for model in apps.get_models() if not privacy_of(model)] == []

    @isolate_apps("tracking")
    def test_a_model_that_does_not_is_named(self) -> None:
        class Diary(UUIDModel):
            class Meta:
                app_label = "tracking"

        with pytest.raises(TypeError, match=r"tracking\.Diary"):
            privacy_of(Diary)

    def test_the_marked_person_has_something_in_every_table(self, person: Person) -> None:
        empty = [
            model
            for model, privacy in personal_models()
            if privacy.section and not model._base_manager.filter(**{str(privacy.owner): person.id}).exists()
        ]
        assert empty == []


class TestErasure:
    def test_leaves_nothing_that_identifies_the_person(self, person: Person) -> None:
        staff_member().get(f"/admin/accounts/user/{person.id}/change/")
        planted = found(MARK)
        assert set(planted) >= {
            "accounts_user",
            "accounts_profile",
            "accounts_idempotencykey",
            "goals_goal",
            "planning_snapshot",
            "planning_planversion",
            "tracking_checkin",
        }
        assert found(ADDRESS) == {}
        person.send("DELETE", "/users/me", {"password": PASSWORD})
        assert found(MARK, EMAIL, ADDRESS, "Germany") == {"accounts_outgoingmail": ["address"]}
        send_due_mail(clock=clock.now)
        assert mail.outbox[-1].to == [EMAIL]
        assert found(MARK, EMAIL, ADDRESS, "Germany") == {}

    def test_leaves_everything_of_others(self, person: Person) -> None:
        other = Person("other@example.com")
        other.join()
        other.tell()
        before = export_rows(other.id)
        person.send("DELETE", "/users/me", {"password": PASSWORD})
        assert export_rows(other.id) == before

    def test_leaves_their_id_in_the_audit_trail_alone(self, person: Person) -> None:
        person_id = person.id
        person.send("DELETE", "/users/me", {"password": PASSWORD})
        assert set(found(str(person_id), person_id.hex)) == {"accounts_auditentry", "accounts_listedperson"}

    def test_by_an_operator_is_as_thorough(self, person: Person) -> None:
        services.erase_person(user=User.objects.get(email=EMAIL), now=clock.now())
        send_due_mail(clock=clock.now)
        assert found(MARK, EMAIL) == {}


class TestBackOffice:
    def test_records_each_look_at_anything_of_the_person(self, person: Person) -> None:
        user, staff = User.objects.get(email=EMAIL), staff_member()
        looked = []
        for model in [model for model in admin.site._registry if privacy_of(model).owner]:
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200
            rows = {User: {"pk": user.pk}, AuditEntry: {"person_id": user.pk}}.get(model, {})
            row = model._base_manager.filter(**rows).latest("pk")
            assert AuditEntry.objects.latest("pk").action == f"{model._meta.model_name}.listed"
            assert staff.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
            entry = AuditEntry.objects.latest("pk")
            assert (entry.action, entry.object_id) == (f"{model._meta.model_name}.viewed", str(row.pk))
            looked.append(entry.person_id)
        assert len(looked) >= 8
        assert set(looked) == {user.pk}


class TestExport:
    def test_holds_every_word(self, person: Person) -> None:
        told = json.dumps(person.send("GET", "/users/me/export"))
        words = [*PROFILE.values(), GOAL["name"], f"{MARK} why", f"{MARK}-key", f"{MARK} thought", EMAIL]
        words += [f"{MARK} {label}" for label in ("employer", "card", "bank")]
        assert [word for word in words if str(word) not in told] == []

    def test_has_the_fields_that_clients_know(self, person: Person) -> None:
        document = person.send("GET", "/users/me/export")
        shape = {path: set(section_of(document, path)[0]) for path in EXPORTED}
        assert shape == {path: set(names.split()) for path, names in EXPORTED.items()}
        assert set(document) == {"exported_at", *(path.split(".")[0] for path in EXPORTED)}

    def test_has_a_section_for_each_table_with_all_rows_of_the_person(self, person: Person) -> None:
        document = person.send("GET", "/users/me/export")
        stored = {
            privacy.section: model._base_manager.filter(**{str(privacy.owner): person.id}).count()
            for model, privacy in personal_models()
            if privacy.section
        }
        assert stored == {path: len(section_of(document, path)) for path in EXPORTED}

    def test_keeps_the_largest_amount_exact(self, saver: User) -> None:
        amount = Decimal("999999999999.99")
        CheckInFactory.create(goal__user=saver, goal__target_amount=amount, current_amount=amount)
        written = render_json(export_rows(saver.pk)).decode()
        assert written.count(":999999999999.99") >= 2

    def test_shows_no_secret(self, person: Person) -> None:
        told = json.dumps(person.send("GET", "/users/me/export"))
        user = User.objects.get(email=EMAIL)
        hashes = [user.password, bytes(user.audit_key).hex()]
        assert [secret for secret in (*person.secrets, *hashes) if secret in told] == []


@pytest.fixture(params=[ConsoleFormatter, JSONFormatter])
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What is logged from now on, at every level."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


class TestLogs:
    def test_hold_nothing_of_the_person(
        self, log: StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = Person()
        person.join()
        person.tell()
        person.client.raise_request_exception = False
        self.ask_what_is_refused(person)
        self.fail_in_the_database(person, monkeypatch)
        self.look_as_staff()
        change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        person.sign_in(person.send("POST", "/auth/password/change", change))
        person.send("GET", "/users/me/export")
        person.send("DELETE", "/users/me", {"password": NEW_PASSWORD})
        written = log.getvalue()
        assert "Request served" in written
        assert "IntegrityError" in written
        assert [secret for secret in (MARK, ADDRESS, *person.secrets) if secret.lower() in written.lower()] == []

    @staticmethod
    def ask_what_is_refused(person: Person) -> None:
        wrong: list[tuple[str, str, Any]] = [
            ("GET", f"/goals?search={MARK}", None),
            ("GET", f"/goals?status={MARK}", None),
            ("GET", f"/auth/verify-email?token={MARK}", None),
            ("GET", f"/{MARK.upper()[:3]}/nothing?email={EMAIL}", None),
            ("POST", "/auth/login", {"email": EMAIL, "password": f"{MARK} wrong"}),
            ("POST", "/auth/register", {"email": EMAIL, "password": PASSWORD}),
            ("POST", "/auth/refresh", {"refresh_token": person.secrets[-1]}),
            ("POST", "/goals", GOAL | {"target_date": MARK, "priority": MARK}),
            ("DELETE", "/users/me", {"password": f"{MARK} wrong"}),
        ]
        for method, path, body in wrong:
            person.client.generic(method, V0 + path, json.dumps(body), "application/json")

    @staticmethod
    def fail_in_the_database(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        """The database's own words, which quote what it refused."""

        def twice(**kwargs: Any) -> None:
            with transaction.atomic():
                User.objects.create_user(EMAIL)

        def below_zero(**kwargs: Any) -> None:
            with transaction.atomic():
                Goal.objects.filter(user__email=EMAIL).update(target_amount=-1)

        for failing in (twice, below_zero):
            monkeypatch.setattr("accounts.services.request_reset", failing)
            answer = person.client.post(f"{V0}/auth/password/reset", {"email": EMAIL})
            assert answer.status_code == 500
            assert MARK not in answer.content.decode()

    @staticmethod
    def look_as_staff() -> None:
        Client().post("/admin/login/", {"username": EMAIL, "password": PASSWORD})
        for client in (staff_member(), Client()):
            client.get("/admin/accounts/user/", {"q": EMAIL})
