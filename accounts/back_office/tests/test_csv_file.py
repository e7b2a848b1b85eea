"""Lists as CSV files: what is on screen, which staff get it, and which people are recorded as looked at."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client

from accounts.back_office import csv_file
from accounts.back_office.tests.acting import PEOPLE, signed_in
from accounts.models import AuditEntry, ListedPerson, User
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.ops.models import JobState

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

FILE = f"{PEOPLE}csv/"


@pytest.fixture
def auditor() -> Client:
    user = UserFactory.create(email="auditor@example.com")
    return signed_in(set_role(user=user, role=StaffRole.AUDITOR, now=clock.now()))


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


class TestFile:
    def test_has_the_columns_and_rows_of_the_list(self, auditor: Client, saver: User, stranger: User) -> None:
        answer = auditor.get(FILE, {"q": "saver@"})
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
        [row] = rows_of(answer)
        assert row == {
            "Email": "saver@example.com",
            "Full name": saver.profile.full_name,
            "State": "active",
            "Joined": saver.created_at.isoformat(timespec="seconds"),
        }

    def test_has_a_name_without_spaces(self, auditor: Client) -> None:
        answer = auditor.get("/admin/planning/actionplan/csv/")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="action-plans.csv"'

    def test_is_offered_where_it_is_allowed(self, auditor: Client, support: Client, saver: User) -> None:
        link = 'href="csv/?q=saver%40"'
        assert link in auditor.get(PEOPLE, {"q": "saver@", "p": "1"}).content.decode()
        assert "csv/" not in support.get(PEOPLE, {"q": "saver@"}).content.decode()

    def test_has_no_formulas(self, auditor: Client, saver: User) -> None:
        for name in ("=1+1", "+1", "-1", "@x", "\t=1"):
            saver.profile.full_name = name
            saver.profile.save()
            assert rows_of(auditor.get(FILE, {"q": "saver@"}))[0]["Full name"] == f"'{name}"

    @pytest.mark.parametrize(
        ("name", "written"),
        [
            ("a;=1+1", "a;'=1+1"),
            ("a\t@x", "a\t'@x"),
            (" =1+1", "' =1+1"),
            ("a\n-1", "a\n'-1"),
            ("\uff1d1", "'\uff1d1"),
            ("A-B + C;D", "A-B + C;D"),
            ("\ufeff=1", "'\ufeff=1"),
            (" \u200b\u2060@x", "' \u200b\u2060@x"),
            ("\u3164-1", "'\u3164-1"),
            ("\u200b\tx", "'\u200b\tx"),
            ("a;\u200b=1", "a;\u200b'=1"),
            ("a;b=1;\ufeff", "a;b=1;\ufeff"),
            ("\ufeffA", "\ufeffA"),
        ],
    )
    def test_has_no_formulas_where_a_program_begins_a_cell_elsewhere(
        self, auditor: Client, saver: User, name: str, written: str
    ) -> None:
        """With semicolons between cells, as in much of Europe, or tabs; after what isn't seen; or full-width."""
        saver.profile.full_name = name
        saver.profile.save()
        assert rows_of(auditor.get(FILE, {"q": "saver@"}))[0]["Full name"] == written

    def test_ends_at_the_most(self, auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        User.objects.bulk_create(
            User(email=f"p{number}@example.com") for number in range(csv_file.MOST_DOWNLOADED)
        )
        assert len(rows_of(auditor.get(FILE))) == csv_file.MOST_DOWNLOADED
        assert "(the first 1,000)" in auditor.get(PEOPLE).content.decode()

    def test_of_every_list_can_be_made(self, auditor: Client) -> None:
        for page in admin.site._registry.values():
            answer = auditor.get(f"/admin/{page.opts.app_label}/{page.opts.model_name}/csv/")
            allowed = page.opts.label != "ops.JobState"
            assert (answer.status_code == 200) is allowed, page

    def test_of_what_is_about_nobody_is_offered_and_no_look(self, auditor: Client, boss: Client) -> None:
        JobState.objects.create(name="mail", next_run_at=clock.now())
        note_refused_sign_in(clock.now())
        before = AuditEntry.objects.count()
        assert [row["Job"] for row in rows_of(boss.get("/admin/ops/jobstate/csv/"))] == ["mail"]
        assert [row["Refused"] for row in rows_of(auditor.get("/admin/accounts/refusedsignins/csv/"))] == ["1"]
        assert 'href="csv/"' in auditor.get("/admin/accounts/refusedsignins/").content.decode()
        assert AuditEntry.objects.count() == before


class TestLooks:
    def test_are_recorded_for_each_person(self, auditor: Client, saver: User, stranger: User) -> None:
        auditor.get(FILE, {"q": "s"})
        entry = AuditEntry.objects.latest("pk")
        assert entry.action == "user.downloaded"
        shown = set(ListedPerson.objects.filter(entry=entry).values_list("person_id", flat=True))
        assert shown >= {saver.pk, stranger.pk}

    def test_is_nothing_before_a_person_is_named(self, auditor: Client, saver: User) -> None:
        assert rows_of(auditor.get("/admin/tracking/checkin/csv/")) == []


class TestDoors:
    def test_refuse_a_filter_that_is_not_declared(self, auditor: Client) -> None:
        answer = auditor.get(FILE, {"password__startswith": "a"})
        said = 'This list can\'t be filtered by "password__startswith".\n'
        assert (answer.status_code, answer.content.decode()) == (400, said)

    def test_ask_for_a_fresh_sign_in(self, auditor: Client) -> None:
        with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
            assert auditor.get(FILE).status_code == 403
