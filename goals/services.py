"""Every write to goals.

Each service locks the person's row first, so that simultaneous requests count one after another.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypedDict
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.services import lock_user
from fincred.db.writes import update
from fincred.events import GoalsChanged, publish
from goals import transitions
from goals.errors import GoalLimitExceededError, InvalidGoalDateError, InvalidStatusTransitionError
from goals.models import NO_RATE, Goal
from goals.pace import Pace
from goals.vocabulary import Status

logger = logging.getLogger(__name__)

# What plans are made from: a change to any of these moves every plan of the person.
PLANNED: Final = frozenset(
    {"type", "target_amount", "target_date", "priority", "primary_flag", "annual_rate", "status"}
)

# What the audit trail may tell of a goal: figures and states, never the person's words.
AUDITED: Final = PLANNED | {"current_amount"}


class GoalChanges(TypedDict, total=False):
    """What a person can change of a goal; what is absent stays."""

    type: str
    name: str
    target_amount: Decimal
    target_date: date
    priority: str
    primary_flag: bool
    why_text: str | None
    annual_rate: Decimal
    status: str


@transaction.atomic
def create_goal(
    *,
    owner: User,
    type: str,  # noqa: A002  the field's name
    name: str,
    target_amount: Decimal,
    target_date: date,
    priority: str,
    now: datetime,
    today: date,
    primary_flag: bool = False,
    why_text: str | None = None,
    annual_rate: Decimal = NO_RATE,
) -> Goal:
    """A new active goal; as the primary one it takes the flag from the goal that had it.

    :raises InvalidGoalDateError: `target_date` is not after `today`.
    :raises GoalLimitExceededError: the person has as many active goals as may be.
    """
    _require_future(target_date, today)
    person = lock_user(owner.id)
    _require_room(person.id)
    if primary_flag:
        _take_primary_flag(person.id, now)
    goal = Goal.objects.create(
        user=person,
        type=type,
        name=name,
        target_amount=target_amount,
        target_date=target_date,
        priority=priority,
        primary_flag=primary_flag,
        why_text=why_text,
        annual_rate=annual_rate,
        started_on=today,
        created_at=now,
        updated_at=now,
    )
    audit.record(
        person=person, action="goal.created", subject=goal, now=now, after=audit.fields_of(goal, sorted(AUDITED))
    )
    logger.info("Goal created", extra={"goal_id": goal.id})
    _publish_change(goal, now, today)
    return goal


@transaction.atomic
def update_goal(*, owner: User, goal_id: UUID, changes: GoalChanges, now: datetime, today: date) -> Goal:
    """The goal with `changes` made. Values that it has already are no change.

    A target at or below what is there completes an active or paused goal, whatever else is asked.

    :raises ResourceNotFoundError: the person has no such goal.
    :raises InvalidGoalDateError: a new `target_date` is not after `today`.
    :raises InvalidStatusTransitionError: the status can't follow the present one, or the goal is already at
        its target, or its date is past.
    :raises GoalLimitExceededError: it would be one active goal too many.
    """
    goal = _read_under_lock(owner, goal_id)
    before = audit.fields_of(goal, AUDITED)
    changed = {name for name, value in changes.items() if getattr(goal, name) != value}
    if not changed:
        return goal
    if "target_date" in changed:
        _require_future(changes["target_date"], today)
    if "primary_flag" in changed and changes["primary_flag"]:
        _take_primary_flag(owner.id, now)
    for name in changed - {"status"}:
        setattr(goal, name, changes[name])  # type: ignore[literal-required]
    if "status" in changed:
        _require_transition(goal, changes["status"], today)
        _set_status(goal, changes["status"], now)
    if goal.status in transitions.OPEN and goal.is_reached:
        _set_status(goal, Status.COMPLETED, now)
        changed.add("status")
    goal.updated_at = now
    goal.save()
    _audit(goal, "goal.updated", {name: before[name] for name in sorted(changed & AUDITED)}, now)
    logger.info("Goal updated", extra={"goal_id": goal.id, "fields": sorted(changed)})
    if changed & PLANNED:
        _publish_change(goal, now, today)
    return goal


@transaction.atomic
def cancel_goal(*, owner: User, goal_id: UUID, now: datetime, today: date) -> Goal:
    """The goal, cancelled from whatever status; its history stays. Cancelling twice is once.

    :raises ResourceNotFoundError: the person has no such goal.
    """
    goal = _read_under_lock(owner, goal_id)
    if goal.status != Status.CANCELLED:
        before = {"status": goal.status}
        _set_status(goal, Status.CANCELLED, now)
        goal.updated_at = now
        goal.save()
        _audit(goal, "goal.cancelled", before, now)
        logger.info("Goal cancelled", extra={"goal_id": goal.id})
        _publish_change(goal, now, today)
    return goal


@transaction.atomic(savepoint=False)
def set_pace(*, goal: Goal, pace: Pace | None) -> None:
    """Measure the goal against this pace from now on; None is the straight line. The person changed nothing."""
    goal.pace = None if pace is None else pace.to_json()
    goal.save(update_fields=["pace"])


@transaction.atomic(savepoint=False)
def record_progress(
    *,
    goal: Goal,
    current_amount: Decimal,
    last_check_in_date: date | None,
    now: datetime,
    today: date,
    more_check_ins: int = 0,
) -> None:
    """What is there by now, as the latest check-in tells (0 and None when there is none).

    `more_check_ins` is how many were added, less than 0 when some were removed.

    At the target an active or paused goal is completed; a completed one that falls from its target below it is
    active again. The caller holds the lock of the person's row and has read `goal` under it.

    :raises GoalLimitExceededError: it can't be active again, others are.
    """
    moved = (goal.current_amount, goal.last_check_in_date) != (current_amount, last_check_in_date)
    if not moved and not more_check_ins:
        return
    before, was_reached = audit.fields_of(goal, ("status", "current_amount")), goal.is_reached
    goal.current_amount, goal.last_check_in_date = current_amount, last_check_in_date
    goal.check_in_count += more_check_ins
    if goal.is_reached and goal.status in transitions.OPEN:
        _set_status(goal, Status.COMPLETED, now)
    elif goal.status == Status.COMPLETED and was_reached and not goal.is_reached:
        _require_room(goal.user_id)
        _set_status(goal, Status.ACTIVE, now)
    if moved:
        goal.updated_at = now
    update(
        goal,
        "current_amount",
        "last_check_in_date",
        "check_in_count",
        "status",
        "completed_at",
        "updated_at",
    )
    if goal.status != before["status"]:
        _audit(goal, "goal.completed" if goal.status == Status.COMPLETED else "goal.reopened", before, now)
        logger.info("Goal moved by a check-in", extra={"goal_id": goal.id, "status": goal.status})
        _publish_change(goal, now, today)


def _read_under_lock(owner: User, goal_id: UUID) -> Goal:
    person = lock_user(owner.id)
    goal = Goal.objects.get_owned(person, goal_id)
    goal.user = person
    return goal


def _audit(goal: Goal, action: str, before: dict[str, Any], now: datetime) -> None:
    """What was and what is, of the fields that `before` names."""
    after = audit.fields_of(goal, before)
    audit.record(person=goal.user, action=action, subject=goal, now=now, before=before, after=after)


def _require_future(target_date: date, today: date) -> None:
    if target_date <= today:
        raise InvalidGoalDateError(target_date=target_date, today=today)


def _require_room(user_id: UUID) -> None:
    """True only for as long as the lock of the person's row is held."""
    count = Goal.objects.filter(user_id=user_id).active().count()
    if count >= settings.MAX_ACTIVE_GOALS:
        raise GoalLimitExceededError(current_count=count, max_count=settings.MAX_ACTIVE_GOALS)


def _require_transition(goal: Goal, status: str, today: date) -> None:
    """Judges the goal as it is after its other changes."""
    asked = {"current_status": goal.status, "requested_status": status}
    allowed = transitions.ALLOWED[goal.status]
    if status not in allowed:
        raise InvalidStatusTransitionError(**asked, reason="not_allowed", allowed_statuses=list(allowed))
    if goal.status in transitions.CLOSED and goal.is_reached:
        amounts = {"current_amount": goal.current_amount, "target_amount": goal.target_amount}
        raise InvalidStatusTransitionError(**asked, reason="target_reached", **amounts)
    if goal.status in transitions.CLOSED and today > goal.target_date:
        raise InvalidStatusTransitionError(
            **asked, reason="target_date_passed", target_date=goal.target_date, today=today
        )
    if status == Status.ACTIVE:
        _require_room(goal.user_id)


def _set_status(goal: Goal, status: str, now: datetime) -> None:
    goal.status = status
    goal.completed_at = now if status == Status.COMPLETED else None


def _take_primary_flag(user_id: UUID, now: datetime) -> None:
    """Whichever goal has the flag gives it up before another gets it: the database allows one."""
    Goal.objects.filter(user_id=user_id, primary_flag=True).update(primary_flag=False, updated_at=now)


def _publish_change(goal: Goal, now: datetime, today: date) -> None:
    publish(GoalsChanged(user_id=goal.user_id, now=now, today=today))
    goal.refresh_from_db(fields=["pace"])  # whoever plans may just have set another one
