"""A restored database answers no request before `after_restore`: its sessions may have ended, people be erased."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.test import APIClient

from fincred.ops import probe as looks
from fincred.ops.models import DatabaseState
from fincred.ops.probe import VALID, CachedProbe, Check, Condition
from fincred.ops.restored import LOOK_SECONDS, RestoredMiddleware

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

FINE = Condition(Check.OK, Check.OK, Check.OK)
RESTORED = Condition(Check.OK, Check.OK, Check.OK, restored=True)
AWAY = Condition()


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the database of the test, each time."""
    monkeypatch.setattr(looks, "FRESH", 0)
    monkeypatch.setattr("fincred.ops.restored.probe", CachedProbe(looks.look))


class Node:
    """The middleware before a view, a clock, and what its looks find."""

    def __init__(self, found: Condition) -> None:
        self.now, self.found, self.looks, self.status = 1000.0, found, 0, 200
        self._middleware = RestoredMiddleware(self._view, CachedProbe(self._look, lambda: self.now))

    def _look(self) -> Condition:
        self.looks += 1
        return self.found

    def _view(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=self.status)

    def ask(self, path: str = "/api/v0/goals") -> int:
        request = HttpRequest()
        request.path_info = path
        return self._middleware(request).status_code


class TestARestoredDatabase:
    def test_serves_nobody_until_after_restore_has_run(self, real: None, as_saver: APIClient) -> None:
        DatabaseState.objects.update_or_create(id=1, defaults={"restored_at": datetime(2026, 3, 10, tzinfo=UTC)})
        credentials = {"email": "saver@example.com", "password": "none"}
        for answer in (
            as_saver.get("/api/v0/goals"),
            as_saver.post("/api/v0/auth/login", credentials),
            as_saver.get("/admin/login/"),
        ):
            assert (answer.status_code, answer.json()["error_code"]) == (503, "NOT_READY")
            assert answer.headers["Retry-After"].isdecimal()
            assert answer.headers["X-Request-ID"]
        assert as_saver.get("/api/v0/health/live").status_code == 200
        DatabaseState.objects.update(restored_at=None)
        assert as_saver.get("/api/v0/goals").status_code == 200

    def test_is_no_line_of_an_error_for_each_request(
        self, real: None, api: APIClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        DatabaseState.objects.update_or_create(id=1, defaults={"restored_at": datetime(2026, 3, 10, tzinfo=UTC)})
        assert api.get("/api/v0/goals").status_code == 503
        assert [line for line in caplog.records if line.levelname == "ERROR"] == []

    def test_is_seen_before_the_first_answer(self) -> None:
        assert Node(RESTORED).ask() == 503

    def test_is_seen_within_a_minute_where_nobody_asks_a_running_process_for_its_health(self) -> None:
        node = Node(FINE)
        assert node.ask() == 200
        node.found = RESTORED
        node.now += LOOK_SECONDS + 1
        assert (node.ask(), node.ask()) == (200, 503)
        node.now += VALID
        node.found = FINE
        assert node.ask() == 200

    @pytest.mark.parametrize("path", ["/metrics", "/api/v0/health/ready", "/docs", "/openapi.json"])
    def test_answers_what_reads_nothing_of_it_without_a_look(self, path: str) -> None:
        node = Node(RESTORED)
        assert (node.ask(path), node.looks) == (200, 0)


class TestLooks:
    def test_are_once_a_minute_and_none_while_requests_fail(self) -> None:
        node = Node(FINE)
        for _ in range(3):
            node.ask()
        assert node.looks == 1
        node.now += LOOK_SECONDS + 1
        node.status = 503
        node.ask()
        assert node.looks == 1
        node.status = 404
        node.ask()
        assert node.looks == 2

    def test_that_find_no_database_leave_the_answer_to_the_view(self) -> None:
        assert Node(AWAY).ask() == 200


def test_it_stands_before_whatever_reads_the_database() -> None:
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert names.index("RestoredMiddleware") < names.index("BrowserMiddleware")
    assert names.index("RequestContextMiddleware") < names.index("RestoredMiddleware")
