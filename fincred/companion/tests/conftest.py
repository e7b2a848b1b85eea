from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.companion.services import (
    plan_for_everybody,
)
from fincred.companion.tests.asking import Ask, answer


@pytest.fixture
def no_delivery_on_commit(settings: Any) -> None:
    settings.DELIVER_MAIL_ON_COMMIT = False


@pytest.fixture
def planned(saver: User, noon: datetime) -> User:
    """A person with reminders on Monday at 18:00 UTC, as all people have at first."""
    assert plan_for_everybody(now=noon) == 1
    return saver


@pytest.fixture
def ask(as_saver: APIClient) -> Ask:
    """The saver's question to the coach, and its answer."""
    return lambda message: answer(as_saver, message)
