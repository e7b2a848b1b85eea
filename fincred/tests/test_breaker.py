from __future__ import annotations

import pytest

from fincred.breaker import Breaker

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def a_breaker() -> Breaker:
    return Breaker(failing="It fails", again="It works again")


class TestBreaker:
    def test_lets_one_caller_at_a_time_through_until_one_comes_back(self) -> None:
        breaker = a_breaker()
        assert breaker.allows(100)
        breaker.failed(100)
        assert [breaker.allows(now) for now in (100, 104.9, 105, 105.1)] == [False, False, True, False]
        breaker.failed(106)
        assert [breaker.allows(now) for now in (110, 111)] == [False, True]
        breaker.succeeded()
        assert breaker.allows(111.1)
        assert breaker.allows(111.2)

    def test_says_once_that_it_began_and_that_it_ended(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO")
        breaker = a_breaker()
        breaker.succeeded()
        breaker.failed(100)
        breaker.failed(105)
        breaker.succeeded()
        breaker.succeeded()
        assert caplog.messages == ["It fails", "It works again"]
