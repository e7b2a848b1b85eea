"""The page of an audit entry tells before and after as a table in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.audit import record
from accounts.back_office.changes_in_words import changes_table, value_in_words
from accounts.back_office.tests.acting import signed_in
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.accounts]


@pytest.mark.unit
class TestWords:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (None, "–"),
            ("", "–"),
            (True, "yes"),
            (False, "no"),
            (3, "3"),
            ("1234567.50", "1,234,567.50"),
            ("2.5000", "2.5 %"),
            ("2026-03-10", "10 Mar 2026"),
            ("2026-03-10T23:30:00+01:00", "10 Mar 2026 22:30 UTC"),
            ("2026-13-10", "2026-13-10"),
            ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
            ("no_check_in", "no check-in"),
            ("checkin_reminder", "check-in reminder"),
            ("new_sign_in", "new sign-in"),
            ("pre_transfer_reminder", "pre-transfer reminder"),
            ("Europe/Berlin", "Europe/Berlin"),
            (["support", "auditor"], "support, auditor"),
            ([], "none"),
            ({"next_send": "2026-03-10"}, "next send: 10 Mar 2026"),
        ],
    )
    def test_of_a_value(self, value: Any, words: str) -> None:
        assert value_in_words(value) == words

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("current_amount", "64", "64.00"),
            ("amount", "64.5", "64.50"),
            ("amount", "x", "x"),
            ("version", "64", "64"),
        ],
    )
    def test_of_an_amount_have_two_decimals(self, name: str, value: str, words: str) -> None:
        assert f'<td data-label="After">{words}</td>' in changes_table(None, {name: value})

    def test_of_what_was_listed_is_its_length(self) -> None:
        table = changes_table(None, {"ids": ["a", "b"]})
        assert '<th scope="row">seen</th>' in table
        assert "2 rows" in table

    def test_say_that_nothing_is_recorded(self) -> None:
        assert changes_table(None, None) == "No fields are recorded."

    def test_are_escaped_once(self) -> None:
        table = changes_table({"<b>": "<i>&"}, {"<b>": "x"})
        assert '<th scope="row">&lt;b&gt;</th><td data-label="Before">&lt;i&gt;&amp;</td>' in table
        assert '<td data-label="After" class="bo-changed">x</td>' in table


@pytest.mark.integration
@pytest.mark.django_db
def test_the_page_of_an_entry_has_the_table_and_no_json(noon: datetime) -> None:
    saver = UserFactory.create()
    record(
        person=saver,
        action="goal.changed",
        subject=saver,
        now=noon,
        before={"target_amount": "1000.00", "is_chosen": False},
        after={"target_amount": "2500.00", "is_chosen": True},
    )
    entry = AuditEntry.objects.get(action="goal.changed")
    boss = signed_in(User.objects.create_superuser("boss@example.com"))
    page = boss.get(f"/admin/accounts/auditentry/{entry.pk}/change/").content.decode()
    assert '<td data-label="Before">1,000.00</td><td data-label="After" class="bo-changed">2,500.00</td>' in page
    assert "{&quot;" not in page
