"""How often a person may ask the coach, and what that leaves of other calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from accounts.rate_limits import Policy, policies
from accounts.services import purge_expired
from conftest import client_of
from fincred import clock
from fincred.companion.models import ChatMessage, ChatSession
from fincred.companion.views.coach import ChatMessages, ChatStart
from planning.tests.factories import snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.platform]

CHAT = "/api/v0/chat"


@pytest.fixture(autouse=True, params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def limited(request: pytest.FixtureRequest, noon: datetime, settings: Any) -> None:
    """Counted in both homes of the counters."""
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
    if request.param == "redis":
        request.getfixturevalue("redis")


@pytest.fixture
def four_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    few = (policies.COACH_BY_MINUTE, Policy("coach-day", 4, policies.DAY))
    monkeypatch.setattr(ChatMessages, "own_limits", few)
    monkeypatch.setattr(ChatStart, "own_limits", few)


def ask(client: APIClient, message: str = "Hi") -> Any:
    return client.post(f"{CHAT}/message", {"message": message})


def test_twenty_a_minute(as_saver: APIClient, as_stranger: APIClient) -> None:
    assert [ask(as_saver).status_code for _ in range(21)] == [200] * 20 + [429]
    assert ask(as_stranger).status_code == 200


def test_a_talk_with_the_coach_leaves_the_planning_alone(as_saver: APIClient, saver: User) -> None:
    snapshot_of(saver)
    while ask(as_saver).status_code == 200:
        pass
    for path in ("plan", "what-if", "debt-payoff"):
        answer = as_saver.post(f"/api/v0/planning/{path}", {})
        assert answer.status_code == 200, answer.content
    assert '"cost";r=51;' in answer.headers["RateLimit"]


def test_planning_leaves_the_coach_alone(as_saver: APIClient, saver: User) -> None:
    snapshot_of(saver)
    while as_saver.post("/api/v0/planning/what-if", {}).status_code == 200:
        pass
    assert ask(as_saver).status_code == 200


@pytest.mark.usefixtures("four_a_day")
class TestOfADay:
    def test_what_is_above_the_cap_is_refused_and_not_kept(self, as_saver: APIClient) -> None:
        assert as_saver.post(f"{CHAT}/start", {}).status_code == 201
        assert [ask(as_saver).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert as_saver.post(f"{CHAT}/start", {}).status_code == 429
        assert (ChatMessage.objects.count(), ChatSession.objects.count()) == (3, 4)

    def test_the_refusal_says_when_the_next_day_begins(self, as_saver: APIClient) -> None:
        [*_, refused] = [ask(as_saver) for _ in range(5)]
        assert refused.json()["error_code"] == "RATE_LIMIT_EXCEEDED"
        assert refused.json()["details"]["limit"] == 4
        assert refused.headers["Retry-After"] == str(12 * 3600)
        assert '"coach-day";q=4;w=86400' in refused.headers["RateLimit-Policy"]

    def test_minutes_and_a_purge_do_not_begin_it_again(
        self, as_saver: APIClient, saver: User, noon: datetime
    ) -> None:
        for minute in count(1):
            with time_machine.travel(noon + timedelta(hours=2 * minute), tick=False):
                assert purge_expired(now=clock.now())
                if ask(client_of(saver)).status_code == 429:
                    break
        assert minute == 5

    def test_it_begins_again_with_the_next_day(self, as_saver: APIClient, saver: User, noon: datetime) -> None:
        assert [ask(as_saver).status_code for _ in range(5)][-1] == 429
        with time_machine.travel(noon + timedelta(hours=12), tick=False):
            assert ask(client_of(saver)).status_code == 200

    def test_others_have_their_own(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        assert [ask(as_saver).status_code for _ in range(5)][-1] == 429
        assert ask(as_stranger).status_code == 200


def test_the_cap_of_a_day_is_what_the_documents_say() -> None:
    assert (policies.COACH_BY_MINUTE.quota, policies.COACH_BY_DAY.quota) == (20, 200)
    assert ChatMessages.own_limits == ChatStart.own_limits == (policies.COACH_BY_MINUTE, policies.COACH_BY_DAY)
