"""The private link of a person's calendar: who makes it, whom it opens for, and where its secret is."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from prometheus_client import REGISTRY
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import services
from accounts.models import AuditEntry, IdempotencyKey, User
from accounts.opaque_tokens import digest
from accounts.services.after_restore import finish_restore
from accounts.tests.factories import PASSWORD
from conftest import client_of
from fincred import clock
from fincred.errors import ResourceNotFoundError
from fincred.ops.logs import JSONFormatter
from planning.models import CalendarLink
from planning.services.calendars import feed_of, secret_of_calendar
from planning.tests.factories import goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]

LINK = "/api/v0/planning/calendar/link"


@pytest.fixture
def owner(saver: User, noon: datetime) -> APIClient:
    snapshot_of(saver)
    plan_for(goal_of(saver, name="Bicycle"))
    return client_of(saver)


def made(owner: APIClient) -> str:
    """The path of a new link."""
    response = owner.post(LINK)
    assert response.status_code == 201, response.content
    assert set(response.json()) == {"url"}
    path: str = response.headers["Location"]
    assert response.json()["url"] == f"http://testserver{path}"
    return path


def opened(path: str, **headers: str) -> int:
    return Client().get(path, headers=headers).status_code


class TestLink:
    def test_opens_the_calendar_without_a_token(self, owner: APIClient) -> None:
        response = Client().get(made(owner))
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Cache-Control"] == "private, no-cache"
        said = [str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).events]
        assert said == ["Bicycle: put in 100.00 USD"] * 12 + ["Bicycle: the day of the goal, 1,200.00 USD"]

    def test_opens_what_the_person_sees(self, owner: APIClient) -> None:
        query = "from=2026-03-10&to=2028-03-10"
        mine = owner.get(f"/api/v0/planning/calendar?{query}", headers={"Accept": "text/calendar"})
        assert Client().get(made(owner)).content == mine.content

    @pytest.mark.parametrize("accept", ["application/json", "text/html", "image/*;q=0.1", "*/*"])
    def test_opens_for_any_program(self, owner: APIClient, accept: str) -> None:
        assert opened(made(owner), Accept=accept) == 200

    def test_is_read_again_only_when_it_has_changed(self, owner: APIClient, saver: User) -> None:
        path = made(owner)
        headers = {"If-None-Match": Client().get(path).headers["ETag"]}
        assert Client().get(path, headers=headers).status_code == 304
        goal_of(saver, name="Boat")
        assert Client().get(path, headers=headers).status_code == 200

    def test_is_of_the_persons_day(self, owner: APIClient, saver: User, time_machine: Any) -> None:
        """At noon in UTC it is the next day already in Kiritimati."""
        path = made(owner)
        owner.patch("/api/v0/users/me/profile", {"timezone": "Pacific/Kiritimati"})
        first = Calendar.from_ical(Client().get(path).content).events[0]
        assert first.decoded("DTSTART").isoformat() == "2026-03-11"

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_takes_no_writes(self, owner: APIClient, method: str) -> None:
        assert getattr(Client(), method)(made(owner)).status_code == 405

    def test_answers_head(self, owner: APIClient) -> None:
        response = Client().head(made(owner))
        assert (response.status_code, response.content) == (200, b"")


class TestRepeat:
    def test_is_answered_with_the_same_link(self, owner: APIClient) -> None:
        first, again = (owner.post(LINK, headers={"Idempotency-Key": "k"}) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
        assert again.headers["Idempotent-Replayed"] == "true"
        assert "Idempotent-Replayed" not in first.headers
        assert opened(first.headers["Location"]) == 200
        assert AuditEntry.objects.filter(action="calendar.linked").count() == 1

    def test_tells_a_link_that_opens_also_under_another_secret_key(
        self, owner: APIClient, settings: Settings
    ) -> None:
        first = owner.post(LINK, headers={"Idempotency-Key": "k"})
        settings.SECRET_KEY = "another" * 6
        again, third = (owner.post(LINK, headers={"Idempotency-Key": "k"}) for _ in range(2))
        assert again.headers["Idempotent-Replayed"] == "true"
        assert third.content == again.content
        assert (opened(first.headers["Location"]), opened(again.headers["Location"])) == (404, 200)
        assert CalendarLink.objects.count() == 1
        owner.delete(LINK)
        assert opened(owner.post(LINK, headers={"Idempotency-Key": "k"}).headers["Location"]) == 404

    def test_with_another_key_makes_another_link(self, owner: APIClient) -> None:
        answers = [owner.post(LINK, headers={"Idempotency-Key": key}) for key in "kl"]
        assert [opened(answer.headers["Location"]) for answer in answers] == [404, 200]

    def test_revives_no_link_that_was_revoked(self, owner: APIClient) -> None:
        first = owner.post(LINK, headers={"Idempotency-Key": "k"})
        owner.delete(LINK)
        assert owner.post(LINK, headers={"Idempotency-Key": "k"}).content == first.content
        assert opened(first.headers["Location"]) == 404

    def test_keeps_no_secret(self, owner: APIClient) -> None:
        path = owner.post(LINK, headers={"Idempotency-Key": "k"}).headers["Location"]
        [kept] = IdempotencyKey.objects.values()
        assert bytes(kept["answer"]) == f'{{"id":"{CalendarLink.objects.get().pk}"}}'.encode()
        assert path.split("/")[-1].removesuffix(".ics") not in str(kept)

    def test_with_a_key_that_is_none_is_refused(self, owner: APIClient) -> None:
        assert owner.post(LINK, headers={"Idempotency-Key": "k k"}).status_code == 400
        assert not CalendarLink.objects.exists()


class TestEnd:
    def test_is_when_it_is_revoked(self, owner: APIClient) -> None:
        path = made(owner)
        assert owner.delete(LINK).status_code == 204
        assert opened(path) == 404
        assert owner.delete(LINK).status_code == 404

    def test_is_when_another_is_made(self, owner: APIClient) -> None:
        first, second = made(owner), made(owner)
        assert (opened(first), opened(second)) == (404, 200)
        assert CalendarLink.objects.count() == 1

    @pytest.mark.parametrize("field", ["is_active", "is_verified"])
    def test_is_while_the_person_may_not_enter(self, owner: APIClient, field: str) -> None:
        path = made(owner)
        User.objects.update(**{field: False})
        assert opened(path) == 404

    def test_of_a_person_who_was_disabled_is_for_good(self, owner: APIClient, saver: User) -> None:
        path = made(owner)
        services.set_active(user=saver, is_active=False, now=clock.now())
        assert opened(path) == 404
        services.set_active(user=saver, is_active=True, now=clock.now())
        assert opened(path) == 404
        assert AuditEntry.objects.filter(action="calendar.unlinked").count() == 1

    def test_is_with_the_account(self, owner: APIClient) -> None:
        path = made(owner)
        assert owner.delete("/api/v0/users/me", {"password": PASSWORD}).status_code == 204
        assert opened(path) == 404
        assert not CalendarLink.objects.exists()

    def test_is_after_a_restore(self, owner: APIClient, settings: Any, tmp_path: Any) -> None:
        """What was revoked after the backup would be open again."""
        settings.ERASURE_LOG = tmp_path / "erased"
        settings.ERASURE_LOG.touch()
        path = made(owner)
        finish_restore(since=clock.now(), now=clock.now())
        assert opened(path) == 404

    def test_of_another_person_is_left_alone(self, owner: APIClient, stranger: User) -> None:
        path, other = made(owner), client_of(stranger)
        assert other.delete(LINK).status_code == 404
        theirs = made(other)
        assert other.delete(LINK).status_code == 204
        assert (opened(path), opened(theirs)) == (200, 404)


class TestSecret:
    def test_is_stored_as_a_hash_alone(self, owner: APIClient) -> None:
        secret = made(owner).removeprefix("/api/v0/calendar/").removesuffix(".ics")
        [link] = CalendarLink.objects.values()
        assert link["secret_hash"] == digest(secret)
        assert secret not in str(link)
        assert len(secret) == 43

    def test_is_another_with_another_key_of_the_service(self, owner: APIClient, settings: Any) -> None:
        """The ids alone aren't enough to compute it."""
        link = CalendarLink.objects.get(secret_hash=digest(made(owner)[-47:-4]))
        before = secret_of_calendar(link.pk)
        settings.SECRET_KEY = "x" * 50
        assert secret_of_calendar(link.pk) != before

    def test_opens_also_after_the_key_of_the_service_was_exchanged(self, owner: APIClient, settings: Any) -> None:
        path = made(owner)
        settings.SECRET_KEY = "x" * 50
        assert opened(path) == 200

    @pytest.mark.parametrize(
        "path", ["x.ics", f"{'a' * 43}.ics", "%00.ics", "%F0%9F%98%80.ics", "x", ".ics", "x.ICS"]
    )
    def test_that_is_unknown_opens_nothing(self, owner: APIClient, path: str) -> None:
        made(owner)
        response = Client().get(f"/api/v0/calendar/{path}")
        assert (response.status_code, response.json()["error_code"]) == (404, "RESOURCE_NOT_FOUND")

    def test_is_the_hash_of_no_other(self, owner: APIClient) -> None:
        """What the database holds opens nothing."""
        made(owner)
        assert opened(f"/api/v0/calendar/{CalendarLink.objects.get().secret_hash}.ics") == 404

    def test_is_in_the_trail_neither_in_words_nor_as_a_hash(self, owner: APIClient, saver: User) -> None:
        path = made(owner)
        owner.delete(LINK)
        entries = AuditEntry.objects.filter(object_type="calendarlink").order_by("sequence")
        assert [(entry.action, entry.person_id, entry.before, entry.after) for entry in entries] == [
            ("calendar.linked", saver.pk, None, None),
            ("calendar.unlinked", saver.pk, None, None),
        ]
        assert path.split("/")[-1].removesuffix(".ics") not in str(list(AuditEntry.objects.values()))

    def test_is_in_no_log_and_no_metric(self, owner: APIClient, caplog: Any) -> None:
        caplog.set_level(logging.DEBUG)
        path = made(owner)
        secret = path.split("/")[-1].removesuffix(".ics")
        for each in (path, f"{path}?a=b", f"{path}x", f"{path}/", path.upper()):
            Client().get(each)
        owner.delete(LINK)
        Client().get(path)
        lines = "".join(JSONFormatter().format(record) for record in caplog.records)
        assert "/api/v0/calendar/{secret}.ics" in lines
        assert secret.lower() not in lines.lower()
        labels = {sample.labels.get("route") for metric in REGISTRY.collect() for sample in metric.samples}
        assert not [label for label in labels if secret.lower() in str(label).lower()]

    def test_is_not_in_the_export(self, owner: APIClient) -> None:
        path = made(owner)
        exported = owner.get("/api/v0/users/me/export")
        [link] = exported.json()["planning"]["calendar_links"]
        assert set(link) == {"id", "user_id", "created_at"}
        assert path.split("/")[-1].removesuffix(".ics").encode() not in exported.content
        assert CalendarLink.objects.get().secret_hash.encode() not in exported.content


class TestLimits:
    @pytest.fixture(autouse=True)
    def limited(self, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""

    def test_a_link_opens_20_times_a_minute(self, owner: APIClient, stranger: User, noon: datetime) -> None:
        path, other = made(owner), made(client_of(stranger))
        assert [opened(path) for _ in range(21)] == [200] * 20 + [429]
        assert opened(other) == 200

    def test_unknown_secrets_are_counted_by_network(self, owner: APIClient, noon: datetime) -> None:
        path = made(owner)
        assert {opened("/api/v0/calendar/x.ics") for _ in range(60)} == {404}
        assert opened("/api/v0/calendar/y.ics") == 429
        assert opened(path) == 200

    def test_making_one_takes_points_of_costly_calls(self, owner: APIClient) -> None:
        assert '"cost"' in owner.post(LINK).headers["RateLimit-Policy"]


class TestDoor:
    def test_is_for_people_who_are_signed_in(self, db: None) -> None:
        assert APIClient().post(LINK).status_code == 401
        assert APIClient().delete(LINK).status_code == 401

    def test_has_no_get(self, owner: APIClient) -> None:
        assert owner.get(LINK).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_of_a_person_who_is_erased_meanwhile_there_is_none(saver: User, noon: datetime) -> None:
    today = clock.local_day(noon, saver.profile.timezone)
    User.objects.filter(pk=saver.pk).delete()
    with pytest.raises(ResourceNotFoundError):
        feed_of(owner=saver, today=today, now=noon)
