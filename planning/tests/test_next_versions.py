"""The POSTs that make a plan's next version: two devices don't overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.tests.factories import UserFactory
from conftest import client_of
from fincred import clock
from fincred.db.backup import digests
from fincred.tests.test_preconditions import STALE, V0, Device, assert_failed

pytestmark = [pytest.mark.integration, pytest.mark.planning]

# Each with its body.
NEXT_VERSIONS = {"proposal/accept": {"choice": "same_date"}, "regenerate": {}}


@pytest.mark.parametrize("deed", NEXT_VERSIONS)
class TestNextVersionOfAPlan:
    @pytest.fixture
    def device(self, noon: datetime, db: None) -> Device:
        return Device(UserFactory.create())

    @pytest.fixture
    def plan(self, device: Device) -> Iterator[str]:
        """Of a goal that has drifted."""
        with time_machine.travel(clock.now() + timedelta(days=90), tick=False):
            device.client = client_of(device.owner)
            device.client.post(f"{V0}/goals/{device.ids['goal_id']}/check-ins", {"current_amount": 1})
            yield f"{V0}/action-plans/{device.ids['plan_id']}"

    def send(self, device: Device, plan: str, deed: str, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return device.client.post(f"{plan}/{deed}", NEXT_VERSIONS[deed], headers=sent)

    def test_of_another_version_is_refused_and_changes_nothing(self, device: Device, plan: str, deed: str) -> None:
        before = digests()
        assert_failed(self.send(device, plan, deed, If_Match=STALE))
        assert_failed(self.send(device, plan, deed, If_None_Match="*"))
        assert self.send(device, plan, deed, If_Match="1-unquoted").status_code == 400
        assert digests() == before

    def test_of_the_present_version_is_made(self, device: Device, plan: str, deed: str) -> None:
        answer = self.send(device, plan, deed, If_Match=device.tag(plan))
        assert answer.status_code == 200
        assert answer.headers["ETag"] == device.tag(plan)

    def test_that_is_repeated_with_its_key_is_answered_as_the_first(
        self, device: Device, plan: str, deed: str
    ) -> None:
        tag = device.tag(plan)
        assert_failed(self.send(device, plan, deed, If_Match=STALE, Idempotency_Key="k"))
        answers = [self.send(device, plan, deed, If_Match=tag, Idempotency_Key="k") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content

    def test_of_a_strangers_plan_is_not_found(self, device: Device, plan: str, deed: str) -> None:
        device.client = client_of(UserFactory.create())
        assert self.send(device, plan, deed, If_Match=STALE).status_code == 404
