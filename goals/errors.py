"""Errors of goals."""

from __future__ import annotations

from fincred.errors import ConflictError, ValidationError


class InvalidGoalDateError(ValidationError):
    """The target date is not after the person's today; facts: `target_date`, `today`."""

    code = "INVALID_GOAL_DATE"
    message = "The target date must be after today"
    field = "target_date"


class GoalLimitExceededError(ConflictError):
    """The person has as many active goals as may be; facts: `current_count`, `max_count`."""

    code = "GOAL_LIMIT_EXCEEDED"
    message = "Goal limit exceeded"


class InvalidStatusTransitionError(ConflictError):
    """The goal can't go from its status to the requested one.

    Facts: `current_status`, `requested_status`, `reason` (not_allowed, target_reached, target_date_passed) and
    the reason's own values.
    """

    code = "INVALID_STATUS_TRANSITION"
    message = "The goal cannot take this status"
