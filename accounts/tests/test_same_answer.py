"""Neither the words nor the time of an answer tell whether an address is known."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import UserFactory
from accounts.views import base
from accounts.views.base import MAIL_SECONDS, lasting
from fincred.errors import DatabaseUnavailableError

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

AUTH = "/api/v0/auth"


class Watch:
    """A clock on which time passes by sleeping only."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(base, "time", watch)
    return watch


class TestEveryAddress:
    @pytest.mark.parametrize("call", ["resend-verification", "password/reset"])
    def test_gets_the_same_answer(self, api: APIClient, saver: User, call: str) -> None:
        UserFactory.create(email="new@example.com", is_verified=False)
        UserFactory.create(email="off@example.com", is_active=False)
        addresses = [saver.email, "new@example.com", "off@example.com", "nobody@example.com"]
        answers = [api.post(f"{AUTH}/{call}", {"email": email}) for email in addresses]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1

    @pytest.mark.parametrize("call", ["resend-verification", "password/reset"])
    def test_gets_it_after_the_same_time(self, api: APIClient, saver: User, watch: Watch, call: str) -> None:
        """As long as finding the address and queueing a mail takes less than that."""
        for email in (saver.email, "nobody@example.com"):
            began = watch.now
            assert api.post(f"{AUTH}/{call}", {"email": email}).status_code == 200
            assert watch.now - began == MAIL_SECONDS

    @pytest.mark.parametrize(("work", "whole"), [(0.0, 1.0), (0.75, 1.0), (3.0, 3.0)])
    def test_work_counts_as_part_of_that_time(self, watch: Watch, work: float, whole: float) -> None:
        with lasting(1.0):
            watch.now += work
        assert watch.now == whole

    def test_a_failure_takes_that_time_too(self, watch: Watch) -> None:
        with pytest.raises(DatabaseUnavailableError), lasting(1.0):
            raise DatabaseUnavailableError
        assert watch.now == 1.0
