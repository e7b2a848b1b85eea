"""What serializers of creations and updates let through, services take: no field is taken and then forgotten."""

from __future__ import annotations

from inspect import signature
from typing import Any

import pytest

from accounts.serializers import ProfileSerializer
from accounts.services.people import ProfileChanges
from fincred.companion.serializers.notifications import NotificationCreateSerializer, NotificationUpdateSerializer
from fincred.companion.serializers.pulses import PulseCreateSerializer, PulseUpdateSerializer
from fincred.companion.services.notifications import NotificationChanges, create_notification
from goals.changes import GoalChanges
from goals.serializers import GoalCreateSerializer, GoalUpdateSerializer
from goals.services import create_goal
from planning.serializers.action_plans import ActionPlanUpdateSerializer
from planning.services.action_plans import PlanChanges
from tracking.serializers import CheckInCreateSerializer, CheckInUpdateSerializer
from tracking.services import CheckInChanges, PulseChanges, create_check_in, create_pulse

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@pytest.mark.parametrize(
    ("serializer", "changes"),
    [
        (ProfileSerializer, ProfileChanges),
        (GoalUpdateSerializer, GoalChanges),
        (ActionPlanUpdateSerializer, PlanChanges),
        (CheckInUpdateSerializer, CheckInChanges),
        (PulseUpdateSerializer, PulseChanges),
        (NotificationUpdateSerializer, NotificationChanges),
    ],
)
def test_every_field_of_an_update_is_stored(serializer: Any, changes: Any) -> None:
    fields = {name for name, field in serializer().fields.items() if not field.read_only}
    assert fields == set(changes.__annotations__)


@pytest.mark.parametrize(
    ("serializer", "service"),
    [
        (GoalCreateSerializer, create_goal),
        (CheckInCreateSerializer, create_check_in),
        (PulseCreateSerializer, create_pulse),
        (NotificationCreateSerializer, create_notification),
    ],
)
def test_every_field_of_a_creation_is_a_parameter_of_its_service(serializer: Any, service: Any) -> None:
    fields = {name for name, field in serializer().fields.items() if not field.read_only}
    assert fields <= set(signature(service).parameters)
