"""The rules by which a change of a goal is refused."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from fincred.errors import FieldError
from goals import transitions
from goals.errors import GoalLimitExceededError, InvalidGoalDateError, InvalidStatusTransitionError
from goals.kinds import kind_faults
from goals.models import Goal
from goals.vocabulary import Status


def require_future(target_date: date, today: date) -> None:
    """:raises InvalidGoalDateError: `target_date` isn't after `today`."""
    if target_date <= today:
        raise InvalidGoalDateError(target_date=target_date, today=today)


def require_kind(kind: str, type: str, repeat_every_months: int | None) -> None:  # noqa: A002  the field's name
    """:raises FieldError: the kind doesn't go with the type or the months."""
    for field, fault in kind_faults(kind, type, repeat_every_months).items():
        raise FieldError(field=field, message=fault, code=f"invalid_{'kind' if field == 'kind' else 'months'}")


def require_room(active: int) -> None:
    """There is room for another active goal; `active` goals were counted under the lock of the person's row.

    :raises GoalLimitExceededError: no more goals may be active.
    """
    if active >= settings.MAX_ACTIVE_GOALS:
        raise GoalLimitExceededError(current_count=active, max_count=settings.MAX_ACTIVE_GOALS)


def require_transition(goal: Goal, status: str, today: date, *, active: int) -> None:
    """The goal may take this status now.

    Its other changes are made already, and `active` goals were counted under the lock of the person's row.

    :raises InvalidStatusTransitionError: it may not have this status now.
    :raises GoalLimitExceededError: no more goals may be active.
    """
    statuses = {"current_status": goal.status, "requested_status": status}
    allowed = transitions.ALLOWED[goal.status]
    if status not in allowed:
        raise InvalidStatusTransitionError(**statuses, reason="not_allowed", allowed_statuses=list(allowed))
    if goal.status in transitions.CLOSED and goal.is_done:
        amounts = {"current_amount": goal.current_amount, "target_amount": goal.target_amount}
        raise InvalidStatusTransitionError(**statuses, reason="target_reached", **amounts)
    if goal.status in transitions.CLOSED and today > goal.due_on(today):
        raise InvalidStatusTransitionError(
            **statuses, reason="target_date_passed", target_date=goal.target_date, today=today
        )
    if status == Status.ACTIVE:
        require_room(active)
