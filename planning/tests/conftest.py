"""A goal and its plan, as most of planning's tests need them."""

from __future__ import annotations

import pytest

from accounts.models import User
from goals.models import Goal
from planning.models import ActionPlan
from planning.tests.factories import goal_of, plan_for, snapshot_of


@pytest.fixture
def goal(saver: User) -> Goal:
    """1 200 in a year: 100 a month of the surplus of 1 000."""
    snapshot_of(saver)
    return goal_of(saver)


@pytest.fixture
def plan(goal: Goal) -> ActionPlan:
    return plan_for(goal)
