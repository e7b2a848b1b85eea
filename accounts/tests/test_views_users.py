"""/users/me* over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Profile, User
from accounts.tests.factories import PASSWORD

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

ME = "/api/v0/users/me"
PROFILE = f"{ME}/profile"


def errors(answer: Any) -> set[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return {(error["field"], error["code"]) for error in answer.json()["details"]["errors"]}


class TestMe:
    def test_shows_the_person_and_the_profile(self, as_saver: APIClient, saver: User) -> None:
        body = as_saver.get(ME).json()
        assert body.keys() == {"id", "email", "is_active", "is_verified", "created_at", "profile"}
        assert (body["id"], body["email"]) == (str(saver.pk), "saver@example.com")
        assert body["created_at"].endswith("Z")
        assert body["profile"] == as_saver.get(PROFILE).json()

    @pytest.mark.parametrize("path", [ME, PROFILE, f"{ME}/export"])
    def test_needs_a_token(self, api: APIClient, path: str) -> None:
        answer = api.get(path)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "NOT_AUTHENTICATED")


class TestProfile:
    def test_shows_what_the_contract_names(self, as_saver: APIClient, saver: User) -> None:
        assert as_saver.get(PROFILE).json() == {
            "id": str(saver.profile.pk),
            "user_id": str(saver.pk),
            "full_name": "Sam Saver",
            "country": None,
            "currency": "USD",
            "timezone": "UTC",
            "age_range": None,
            "employment_status": None,
            "reminder_frequency": "weekly",
            "preferred_checkin_day_of_week": None,
            "reminder_hour": 18,
            "persona_hint": None,
        }

    @pytest.mark.parametrize("method", ["patch", "put"])
    def test_changes_what_is_named(self, as_saver: APIClient, method: str) -> None:
        answer = getattr(as_saver, method)(PROFILE, {"timezone": "Europe/Berlin", "country": "DE"})
        assert answer.status_code == 200
        shown = as_saver.get(PROFILE).json()
        assert answer.json() == shown
        assert (shown["timezone"], shown["country"], shown["full_name"]) == ("Europe/Berlin", "DE", "Sam Saver")

    @pytest.mark.parametrize(
        ("change", "shown"),
        [
            ({"full_name": "  Zoë  "}, {"full_name": "Zoë"}),
            ({"full_name": ""}, {"full_name": None}),
            ({"full_name": None}, {"full_name": None}),
            ({"country": "Germany"}, {"country": "Germany"}),
            ({"age_range": "25-34"}, {"age_range": "25-34"}),
            ({"preferred_checkin_day_of_week": 7}, {"preferred_checkin_day_of_week": 7}),
            ({"preferred_checkin_day_of_week": None}, {"preferred_checkin_day_of_week": None}),
            ({"reminder_frequency": "off"}, {"reminder_frequency": "off"}),
        ],
    )
    def test_takes(self, as_saver: APIClient, change: dict[str, Any], shown: dict[str, Any]) -> None:
        body = as_saver.patch(PROFILE, change).json()
        assert {name: body[name] for name in shown} == shown

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"currency": "eur"}, ("currency", "unknown")),
            ({"currency": "XYZ"}, ("currency", "unknown")),
            ({"currency": "EURO"}, ("currency", "max_length")),
            ({"currency": None}, ("currency", "null")),
            ({"currency": 978}, ("currency", "invalid")),
            ({"country": "XX"}, ("country", "unknown")),
            ({"country": "deu"}, ("country", "unknown")),
            ({"country": "x" * 101}, ("country", "max_length")),
            ({"timezone": "Mars/Olympus"}, ("timezone", "unknown")),
            ({"timezone": ""}, ("timezone", "blank")),
            ({"full_name": "x" * 5000}, ("full_name", "max_length")),
            ({"full_name": "Sam\nSaver"}, ("full_name", "control")),
            ({"full_name": True}, ("full_name", "invalid")),
            ({"age_range": "x" * 51}, ("age_range", "max_length")),
            ({"reminder_frequency": "daily"}, ("reminder_frequency", "invalid_choice")),
            ({"preferred_checkin_day_of_week": 0}, ("preferred_checkin_day_of_week", "min_value")),
            ({"preferred_checkin_day_of_week": 8}, ("preferred_checkin_day_of_week", "max_value")),
            ({"preferred_checkin_day_of_week": "1"}, ("preferred_checkin_day_of_week", "invalid")),
        ],
    )
    def test_refuses(self, as_saver: APIClient, change: dict[str, Any], error: tuple[str, str]) -> None:
        before = as_saver.get(PROFILE).json()
        assert error in errors(as_saver.patch(PROFILE, change))
        assert as_saver.get(PROFILE).json() == before

    def test_takes_what_is_stored_though_it_would_refuse_it_now(self, as_saver: APIClient, saver: User) -> None:
        old = {"country": "USA", "currency": "XXX", "timezone": "Factory"}
        Profile.objects.filter(user=saver).update(**old)
        assert as_saver.put(PROFILE, old | {"persona_hint": "planner"}).status_code == 200
        assert as_saver.get(PROFILE).json().items() >= (old | {"persona_hint": "planner"}).items()
        refused = as_saver.put(PROFILE, {"country": "DEU", "currency": "XTS", "timezone": "localtime"})
        assert errors(refused) == {(name, "unknown") for name in old}

    @pytest.mark.parametrize("change", [{}, {"id": "x", "user_id": "y"}, {"favourite_colour": "green"}])
    def test_an_update_of_nothing_is_refused(self, as_saver: APIClient, change: dict[str, Any]) -> None:
        answer = as_saver.patch(PROFILE, change)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "NO_FIELDS_TO_UPDATE")

    def test_is_one_s_own(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        as_saver.patch(PROFILE, {"persona_hint": "planner"})
        assert as_stranger.get(PROFILE).json()["persona_hint"] is None


class TestExport:
    def test_is_an_attachment_with_a_section_for_each_part(self, as_saver: APIClient, noon: object) -> None:
        answer = as_saver.get(f"{ME}/export")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="fincred-export-2026-03-10.json"'
        assert {"account", "profile", "sessions", "mails", "goals"} <= answer.json().keys()


class TestErase:
    def test_takes_the_password_and_leaves_nothing(self, as_saver: APIClient, saver: User) -> None:
        answer = as_saver.delete(ME, {"password": PASSWORD})
        assert (answer.status_code, answer.content) == (204, b"")
        assert not User.objects.exists()
        assert as_saver.get(ME).json()["error_code"] == "TOKEN_INVALID"

    @pytest.mark.parametrize("held", ["is_staff", "is_superuser"])
    def test_refuses_who_has_a_role_in_the_back_office(self, as_saver: APIClient, held: str) -> None:
        User.objects.update(**{held: True})
        answer = as_saver.delete(ME, {"password": PASSWORD})
        assert (answer.status_code, answer.json()["error_code"]) == (409, "CONFLICT")
        assert "a superuser has taken it away" in answer.json()["error"]
        User.objects.update(**{held: False})
        assert as_saver.delete(ME, {"password": PASSWORD}).status_code == 204

    @pytest.mark.parametrize(
        ("body", "error"),
        [
            ({"password": "wrong"}, ("password", "wrong_password")),
            ({}, ("password", "required")),
            ({"password": None}, ("password", "null")),
        ],
    )
    def test_refuses_without_it(self, as_saver: APIClient, body: dict[str, Any], error: tuple[str, str]) -> None:
        assert errors(as_saver.delete(ME, body)) == {error}
        assert User.objects.exists()
