"""What a serializer of a partial update lets through, its service stores: no field is taken and then forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.serializers import ProfileSerializer
from accounts.services.people import ProfileChanges
from fincred.companion.serializers.pulses import PulseUpdateSerializer
from goals.changes import GoalChanges
from goals.serializers import GoalUpdateSerializer
from planning.serializers.action_plans import ActionPlanUpdateSerializer
from planning.services.action_plans import PlanChanges
from tracking.serializers import CheckInUpdateSerializer
from tracking.services import CheckInChanges, PulseChanges

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@pytest.mark.parametrize(
    ("serializer", "changes"),
    [
        (ProfileSerializer, ProfileChanges),
        (GoalUpdateSerializer, GoalChanges),
        (ActionPlanUpdateSerializer, PlanChanges),
        (CheckInUpdateSerializer, CheckInChanges),
        (PulseUpdateSerializer, PulseChanges),
    ],
)
def test_every_field_of_an_update_is_stored(serializer: Any, changes: Any) -> None:
    fields = {name for name, field in serializer().fields.items() if not field.read_only}
    assert fields == set(changes.__annotations__)
