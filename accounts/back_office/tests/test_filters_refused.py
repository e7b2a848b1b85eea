"""A refused list says which filter it doesn't have, or which value it can't read."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from accounts.back_office.filters_refused import why_refused
from goals.models import Goal

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


class TestWhyRefused:
    def said(self, client: Client, path: str, query: dict[str, str]) -> str:
        answer = client.get(f"/admin/{path}/", query)
        assert answer.status_code == 400
        return answer.content.decode().removesuffix("\n")

    @pytest.mark.parametrize(
        ("path", "query", "name", "value"),
        [
            ("goals/goal", {"status__exact": "active", "user__exact": "x"}, "user__exact", "x"),
            ("accounts/user", {"id__exact": ""}, "id__exact", ""),
            ("accounts/auditentry", {"person_id__exact": "x"}, "person_id__exact", "x"),
            ("planning/planversion", {"plan__user__exact": "1" * 99}, "plan__user__exact", f"{'1' * 59}…"),
            ("tracking/pulse", {"completed_at__gte": "2026-13-01T09:00"}, "completed_at__gte", "2026-13-01T09:00"),
            (
                "tracking/checkin",
                {"check_in_date__gte": "2026-01-01", "check_in_date__lt": "soon"},
                "check_in_date__lt",
                "soon",
            ),
            ("accounts/user", {"q": "a\0b"}, "q", "a\ufffdb"),
        ],
    )
    def test_is_a_value_that_cannot_be_read(
        self, boss: Client, path: str, query: dict[str, str], name: str, value: str
    ) -> None:
        said = f'This list can\'t be filtered by "{name}": its value "{value}" can\'t be read.'
        assert self.said(boss, path, query) == said

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ({"sign_in": "staff", "p": "2", "q": "sam", "is_popup": "1"}, "is_popup"),
            ({"_to_field": "password"}, "_to_field"),
            ({f"a{'b' * 99}": "1"}, f"a{'b' * 58}…"),
            ({"a\u202eb\nc": "1"}, "a\ufffdb c"),
        ],
    )
    def test_is_a_filter_that_is_not_declared(self, boss: Client, query: dict[str, str], name: str) -> None:
        assert self.said(boss, "accounts/user", query) == f'This list can\'t be filtered by "{name}".'

    @pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
    def test_is_a_moment_that_only_one_database_takes(self, boss: Client, moment: str) -> None:
        said = self.said(boss, "tracking/pulse", {"completed_at__gte": moment})
        assert said == f'This list can\'t be filtered by "completed_at__gte": its value "{moment}" can\'t be read.'

    def test_may_be_another_than_what_can_be_read_in_the_address(self) -> None:
        query = {"user__exact": "00000000-0000-4000-8000-000000000001", "status__exact": "active", "q": "Sam"}
        request = RequestFactory().get("/", query)
        said = "This list can't be filtered by that."
        assert why_refused(admin.site.get_model_admin(Goal), request) == said

    def test_is_told_to_browsers_as_text(self, boss: Client) -> None:
        page = boss.get("/admin/accounts/user/", {"<b>": "1"}, headers={"Accept": "text/html"}).content.decode()
        assert "&quot;&lt;b&gt;&quot;" in page
        assert "<b>" not in page

    def test_is_a_chosen_row_without_an_id(self, boss: Client) -> None:
        form = {"action": "disable", "_selected_action": "x", "confirmed": "yes", "reason": "asked"}
        answer = boss.post("/admin/accounts/user/", form)
        assert (answer.status_code, answer.content) == (400, b"A chosen row has no id that can be read.\n")

    def test_is_a_choice_cut_to_a_sensible_length(self, boss: Client) -> None:
        said = self.said(boss, "accounts/user", {"sign_in": "x" * 999})
        assert f"has no choice sign_in={'x' * 51}…. Choose" in said
