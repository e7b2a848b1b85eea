from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from goals.tests.factories import GoalFactory
from goals.tests.faults import faults_undone
from tracking import services
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.tracking]

TODAY = date(2026, 3, 10)
PULSE: dict[str, Any] = {
    "made_planned_payments": PlannedPayments.YES,
    "spending_vs_plan": Spending.ON,
    "mood_score": 4,
}


@pytest.fixture
def writes(saver: User, noon: datetime) -> dict[str, Callable[[], Any]]:
    """Each service, at its busiest: a goal is completed by a check-in, or opened again."""
    on: dict[str, Any] = {"owner": saver, "now": noon, "today": TODAY}
    new, old = GoalFactory.create_batch(2, user=saver)
    made = services.create_check_in(**on, goal_id=old.id, current_amount=Decimal(1000)).check_in
    changes: services.CheckInChanges = {
        "current_amount": Decimal(10),
        "check_in_date": TODAY - timedelta(weeks=1),
    }
    pulse = services.create_pulse(**on, **PULSE)
    moved: services.PulseChanges = {
        "period_start": changes["check_in_date"],
        "period_end": changes["check_in_date"],
    }
    return {
        "create": partial(services.create_check_in, **on, goal_id=new.id, current_amount=Decimal(1000)),
        "update": partial(services.update_check_in, **on, check_in_id=made.id, changes=changes),
        "delete": partial(services.delete_check_in, **on, check_in_id=made.id),
        "create a pulse": partial(services.create_pulse, **on, **PULSE),
        "update a pulse": partial(services.update_pulse, **on, pulse_id=pulse.id, changes=moved),
        "delete a pulse": partial(services.delete_pulse, owner=saver, now=noon, pulse_id=pulse.id),
    }


class TestEveryWrite:
    @pytest.mark.parametrize(
        "service", ["create", "update", "delete", "create a pulse", "update a pulse", "delete a pulse"]
    )
    def test_leaves_nothing_half_done_when_it_fails(
        self, writes: dict[str, Callable[[], Any]], service: str
    ) -> None:
        assert faults_undone(writes[service]) >= 3
