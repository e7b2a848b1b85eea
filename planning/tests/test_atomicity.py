"""A service that fails at any of its writes leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.audit import chain_of
from accounts.models import User
from goals.models import Goal
from goals.services import record_progress, update_goal
from goals.tests.faults import faults_undone
from planning.services.action_plans import (
    create_action_plan,
    end_action_plan,
    regenerate_action_plan,
    update_action_plan,
)
from planning.services.plans import plan_everything
from planning.services.proposals import Choice, accept_proposal
from planning.services.upkeep import plan_again
from planning.tests.factories import NOON, TODAY, contents, goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]

LATER = TODAY + timedelta(days=184)


@pytest.fixture
def writes(saver: User) -> dict[str, Callable[[], Any]]:
    """Each service, at its busiest: another plan moves as well."""
    on: dict[str, Any] = {"owner": saver, "now": NOON, "today": TODAY}
    snapshot_of(saver)
    ahead, behind = goal_of(saver), goal_of(saver, target_amount=Decimal("12000.00"), priority="Low")
    without = goal_of(saver, priority="Low")
    plan, _ = plan_for(ahead), plan_for(behind)
    record_progress(
        goal=Goal.objects.get(pk=ahead.pk),
        current_amount=Decimal("1.00"),
        last_check_in_date=LATER,
        now=NOON,
        today=LATER,
        chain=chain_of(ahead.user),
    )
    changes: Any = {"amount": Decimal("900.00"), "is_confirmed_set_up": True}
    return {
        "snapshot": partial(snapshot_of, saver, contents(income="2100.00")),
        "plan everything": partial(plan_everything, **on),
        "create": partial(create_action_plan, **on, goal_id=without.id, terms=None),
        "update": partial(update_action_plan, **on, plan_id=plan.id, changes=changes),
        "regenerate": partial(regenerate_action_plan, **on, plan_id=plan.id),
        "again": partial(plan_again, saver, NOON, ahead.target_date),
        "end": partial(end_action_plan, **on, plan_id=plan.id),
        "accept": partial(
            accept_proposal, **on | {"today": LATER}, plan_id=plan.id, choice=Choice.SAME_CONTRIBUTION
        ),
        "goal": partial(update_goal, **on, goal_id=ahead.id, changes={"target_amount": Decimal("6000.00")}),
    }


class TestEveryWrite:
    @pytest.mark.parametrize(
        "service",
        ["snapshot", "plan everything", "create", "update", "regenerate", "again", "end", "accept", "goal"],
    )
    def test_leaves_nothing_half_done_when_it_fails(
        self, writes: dict[str, Callable[[], Any]], service: str
    ) -> None:
        assert faults_undone(writes[service]) >= 3
