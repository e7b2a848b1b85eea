"""The errors of planning."""

from __future__ import annotations

from fincred.errors import ConflictError, ValidationError


class SnapshotRequiredError(ValidationError):
    """A plan needs the person's income and expenses; facts: `missing`, the sections that aren't there."""

    code = "SNAPSHOT_REQUIRED"
    message = "A snapshot with income and expenses is required"


class ActionPlanExistsError(ConflictError):
    """The goal has a plan already; facts: `action_plan_id`."""

    code = "ACTION_PLAN_EXISTS"
    message = "This goal already has an action plan"


class GoalNotActiveError(ConflictError):
    """Only active goals are planned; facts: `goal_id`, `status`."""

    message = "The goal is not active"


class NothingToAcceptError(ConflictError):
    """The goal has not drifted from its plan, so there is no proposal; facts: `action_plan_id`."""

    message = "There is no proposal to accept"


class ImmutableError(TypeError):
    """A programming error: snapshots and plan versions are written once."""
