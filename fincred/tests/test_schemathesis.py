"""Every operation of the OpenAPI document, with what a generator makes of it: the answers are as described."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django import Settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from accounts.services import open_session
from fincred.companion.models import Snippet
from fincred.companion.services import create_notification
from fincred.companion.tests.education import write_texts
from fincred.companion.tests.factories import ChatSessionFactory, PhoneFactory
from fincred.companion.unsubscribing import token_for
from fincred.companion.vocabulary import Channel, MessageKind, NotificationType
from fincred.wsgi import application
from goals.tests.factories import GoalFactory
from planning.services.calendars import make_calendar_link, secret_of_calendar
from planning.tests.factories import plan_for, snapshot_of
from tracking.tests.factories import CheckInFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.platform]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

DAY = timedelta(days=1)

schema = schemathesis.openapi.from_wsgi("/openapi.json", application)


@dataclass(frozen=True, slots=True)
class Person:
    """Whose goal, plan and check-in the generated requests are about."""

    headers: dict[str, str]
    ids: dict[str, str]


@pytest.fixture
def open_transaction(db: None) -> Iterator[None]:
    """Requests leave the test's transaction alone, as they do under Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def person(open_transaction: None, noon: datetime, settings: Settings, saver: User) -> Person:
    settings.RATE_LIMIT_ENABLED = False
    snapshot_of(saver)
    goal = GoalFactory.create(user=saver)
    ids: dict[str, Any] = {"goal_id": goal.id, "plan_id": plan_for(goal).id}
    ids["check_in_id"] = CheckInFactory.create(goal=goal).id
    write_texts()
    notification = create_notification(
        owner=saver,
        type=NotificationType.WEEKLY_SUMMARY,
        channel=Channel.PUSH,
        next_send_at=noon + DAY,
        now=noon,
    )
    ids |= {
        "session_id": ChatSessionFactory.create(user=saver).pk,
        "pulse_id": PulseFactory.create(user=saver).id,
        "notification_id": notification.pk,
        "device_id": PhoneFactory.create(user=saver).pk,
        "secret": secret_of_calendar(make_calendar_link(owner=saver, now=noon).pk),
        "snippet_id": Snippet.objects.values_list("pk", flat=True)[0],
    }
    token = open_session(user=saver, now=noon).access_token
    texts = {name: str(value) for name, value in ids.items()} | {"token": token_for(saver.pk, MessageKind.DRIFT)}
    return Person({"Authorization": f"Bearer {token}"}, texts)


@schema.parametrize()
@hypothesis.settings(
    max_examples=20,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_answers_as_described(case: schemathesis.Case[Any], person: Person) -> None:
    case.path_parameters = {name: person.ids[name] for name in case.path_parameters}
    with transaction.atomic():  # so that each request meets the same world
        case.call_and_validate(headers=person.headers, checks=CHECKS)
        transaction.set_rollback(True)
