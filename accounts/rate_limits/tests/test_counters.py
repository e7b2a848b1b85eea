from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import RateCounter
from accounts.rate_limits import Policy, count, enforce, policies, sign_in_blocked_until
from fincred.context import Caller, quotas, set_caller
from fincred.errors import RateLimitExceededError
from fincred.ops.middleware import rate_limit_headers
from fincred.redis_server import redis_server

pytestmark = [pytest.mark.integration, pytest.mark.accounts]

THREE = Policy("three", 3)
NOON = datetime(2026, 3, 10, 12, 0, 15, tzinfo=UTC)


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def counters(request: pytest.FixtureRequest, settings: Any) -> None:
    """Both homes of the counters must count alike."""
    settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
    if request.param == "redis":
        request.getfixturevalue("redis")


@pytest.mark.django_db
@pytest.mark.usefixtures("counters")
class TestCount:
    def test_refuses_beyond_the_quota_and_says_when_it_starts_again(self) -> None:
        for _ in range(3):
            enforce(THREE, "sam", now=NOON)
        with pytest.raises(RateLimitExceededError) as refused:
            enforce(THREE, "sam", now=NOON)
        assert refused.value.facts == {"limit": 3, "retry_after": 45}

    def test_starts_again_with_the_next_minute(self) -> None:
        for _ in range(4):
            count(THREE, "sam", now=NOON)
        usage = count(THREE, "sam", now=NOON + timedelta(seconds=45))
        assert usage is not None
        assert (usage.used, usage.resets_in) == (1, 60)

    def test_counts_points_as_so_many_requests(self) -> None:
        enforce(THREE, "sam", now=NOON, points=2)
        enforce(THREE, "sam", now=NOON)
        with pytest.raises(RateLimitExceededError):
            enforce(THREE, "sam", now=NOON, points=2)
        enforce(THREE, "sam", now=NOON + timedelta(seconds=45), points=3)

    def test_subjects_and_policies_do_not_share(self) -> None:
        count(THREE, "sam", now=NOON)
        for policy, subject in ((THREE, "kim"), (Policy("other", 3), "sam")):
            usage = count(policy, subject, now=NOON)
            assert usage is not None
            assert usage.used == 1

    def test_the_headers_tell_what_is_left(self) -> None:
        set_caller(Caller())
        count(THREE, "sam", now=NOON)
        count(Policy("two", 2), "sam", now=NOON)
        assert rate_limit_headers(quotas()) == {
            "RateLimit-Policy": '"three";q=3;w=60, "two";q=2;w=60',
            "RateLimit": '"three";r=2;t=45, "two";r=1;t=45',
        }

    def test_a_window_may_be_a_day(self) -> None:
        daily = Policy("daily", 3, policies.DAY)
        for hours in range(3):
            enforce(daily, "sam", now=NOON + timedelta(hours=hours))
        with pytest.raises(RateLimitExceededError) as refused:
            enforce(daily, "sam", now=NOON + timedelta(hours=11))
        assert refused.value.facts == {"limit": 3, "retry_after": 3600 - 15}
        enforce(daily, "sam", now=NOON + timedelta(hours=12))

    def test_can_be_switched_off(self, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = False
        assert count(THREE, "sam", now=NOON) is None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("counters")
class TestParallel:
    def test_two_hundred_at_once_are_counted_exactly(self) -> None:
        def hit(_: int) -> int:
            try:
                usage = count(THREE, "sam", now=NOON)
                assert usage is not None
                return usage.used
            finally:
                connections.close_all()

        with ThreadPoolExecutor(12) as pool:
            assert sorted(pool.map(hit, range(200))) == list(range(1, 201))


@pytest.mark.django_db
class TestWithoutRedis:
    def test_a_redis_that_fails_leaves_the_counting_to_the_database(self, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = True
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        redis_server.cache_clear()
        usage = count(THREE, "sam", now=NOON)
        redis_server.cache_clear()
        assert usage is not None
        assert usage.used == 1
        assert RateCounter.objects.count() == 1

    def test_what_is_used_up_is_read_there_too(self, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED = True
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        redis_server.cache_clear()
        assert sign_in_blocked_until("sam@example.com", now=NOON) is None
        for _ in range(policies.SIGN_IN_BY_ACCOUNT.quota):
            count(policies.SIGN_IN_BY_ACCOUNT, "sam@example.com", now=NOON)
        blocked_until = sign_in_blocked_until("sam@example.com", now=NOON)
        redis_server.cache_clear()
        assert blocked_until == datetime(2026, 3, 10, 12, 1, tzinfo=UTC)
        settings.RATE_LIMIT_ENABLED = False
        assert sign_in_blocked_until("sam@example.com", now=NOON) is None

    def test_the_table_holds_no_address(self, settings: Any) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        count(THREE, "sam@example.com", now=NOON)
        assert "sam" not in RateCounter.objects.get().key


@pytest.mark.django_db
class TestOverHTTP:
    def test_reads_and_writes_have_quotas_of_their_own(
        self, noon: Any, as_saver: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        monkeypatch.setattr(policies, "READS", Policy("reads", 2))
        answers = [as_saver.get("/api/v0/dashboard") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer.headers["RateLimit"] for answer in answers] == [
            '"reads";r=1;t=60',
            '"reads";r=0;t=60',
            '"reads";r=0;t=60',
        ]
        assert answers[2].headers["Retry-After"] == "60"
        assert answers[2].json()["error_code"] == "RATE_LIMIT_EXCEEDED"
        assert as_saver.patch("/api/v0/users/me/profile", {"country": "SE"}).status_code == 200

    def test_a_counter_that_fails_otherwise_is_not_passed_over(self, as_saver: APIClient, settings: Any) -> None:
        """Only while the database takes no writes are reads not counted."""
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        as_saver.raise_request_exception = False
        with connections["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_ratecounter RENAME TO gone")
        assert as_saver.get("/api/v0/users/me").status_code >= 500
