"""A goal and its plan, and a person over HTTP, as most of planning's tests need them."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from goals.models import Goal
from planning.models import ActionPlan
from planning.tests.factories import goal_of, plan_for, snapshot_of
from planning.tests.people import Person


@pytest.fixture
def goal(saver: User) -> Goal:
    """1 200 in a year: 100 a month of the surplus of 1 000."""
    snapshot_of(saver)
    return goal_of(saver)


@pytest.fixture
def plan(goal: Goal) -> ActionPlan:
    return plan_for(goal)


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """On 10 March 2026, with no money told yet."""
    return Person(saver, time_machine)
