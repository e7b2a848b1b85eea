"""Every write to goals.

What a person asks for locks their row first, so that simultaneous requests count one after another. The others
(`set_paces`, `move_target_date`, `end_cycles` and `record_progress`) are called under that lock.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Subquery

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.services import lock_user_and_read
from fincred.db.queries import get_or_404
from fincred.db.retries import repeatable
from fincred.db.writes import Write, insert, update, update_each, write_all
from fincred.events import GoalsChanged, publish
from fincred.preconditions import ANY_REVISION, Precondition
from goals import transitions
from goals.changes import GoalChanges, follow_reserve, make_changes, move_date, what_changes
from goals.models import NO_RATE, Goal
from goals.pace import Pace
from goals.queries import ACTIVE_GOALS, GOAL_AND_ACTIVE_GOALS
from goals.requirements import require_future, require_kind, require_room, require_transition
from goals.vocabulary import Kind, Status

logger = logging.getLogger(__name__)

# What plans are computed from: a change to any of these may change every plan of the person.
PLANNED: Final = frozenset(
    {
        "type",
        "target_amount",
        "target_date",
        "priority",
        "primary_flag",
        "annual_rate",
        "status",
        "kind",
        "repeat_every_months",
    }
)

# What the audit trail may hold of a goal: figures and states, never the person's words.
AUDITED: Final = PLANNED | {"current_amount"}

# The columns that are stored when a person changes a goal.
_CHANGEABLE: Final = (*GoalChanges.__annotations__, "drained_on", "first_date", "completed_at", "updated_at")
# The columns that are stored when a check-in moves it.
_FOLLOWS_CHECK_INS: Final = (
    "current_amount",
    "last_check_in_date",
    "check_in_count",
    "status",
    "drained_on",
    "completed_at",
    "updated_at",
)


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
    kind: str = Kind.ONCE,
    repeat_every_months: int | None = None,
) -> Goal:
    """A new active goal; as the primary one it takes the flag from the goal that had it.

    :raises FieldError: its type can't have this kind, or `repeat_every_months` doesn't fit it.
    :raises InvalidGoalDateError: `target_date` is not after `today`.
    :raises GoalLimitExceededError: the person has as many active goals as may be.
    """
    require_kind(kind, type, repeat_every_months)
    require_future(target_date, today)
    goal = Goal(
        user=owner,
        type=type,
        name=name,
        target_amount=target_amount,
        target_date=target_date,
        priority=priority,
        primary_flag=primary_flag,
        why_text=why_text,
        annual_rate=annual_rate,
        kind=kind,
        repeat_every_months=repeat_every_months,
        first_date=target_date if kind == Kind.RECURRING else None,
        started_on=today,
        created_at=now,
        updated_at=now,
    )
    return _store_new(goal, now=now, today=today)


@repeatable
def _store_new(goal: Goal, *, now: datetime, today: date) -> Goal:
    """Each attempt stores the same goal with the same id, so that a plan computed for one serves the next."""
    person, [active], links = lock_user_and_read(
        goal.user_id, ACTIVE_GOALS.bind(owner=goal.user_id).count_query(), audit.last_link(goal.user_id)
    )
    require_room(active)
    if goal.primary_flag:
        _take_primary_flag(person.id, now)
    goal.user = person
    after = audit.fields_of(goal, sorted(AUDITED))
    chain = audit.Chain(person, links)
    write_all(insert(goal), insert(chain.entry(action="goal.created", subject=goal, now=now, after=after)))
    if goal.kind == Kind.RECURRING:
        _note_next_end(person.id)
    logger.info("Goal created", extra={"goal_id": goal.id})
    publish(GoalsChanged(goal=goal, chain=chain, now=now, today=today))
    return goal


@repeatable
def update_goal(
    *,
    owner: User,
    goal_id: UUID,
    changes: GoalChanges,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> Goal:
    """The goal with `changes` made. Values that it has already are no change.

    A target at or below the current amount completes an active or paused goal of kind `once`, for any requested
    status. A full reserve that isn't full with its new numbers was drained today, unless it gets a new date.

    :raises ResourceNotFoundError: the person has no such goal.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises FieldError: its type can't have its kind, or `repeat_every_months` doesn't fit it.
    :raises InvalidGoalDateError: a new `target_date` is not after `today`.
    :raises InvalidStatusTransitionError: the status can't follow the present one, or the goal is already at
        its target, or its date is past.
    :raises GoalLimitExceededError: there are as many active goals as may be already.
    """
    goal, active, chain = _read_under_lock(owner, goal_id)
    expected.require(goal.revision)
    before = audit.fields_of(goal, AUDITED)
    changed = what_changes(goal, changes)
    if not changed:
        return goal
    require_kind(
        changes.get("kind", goal.kind),
        changes.get("type", goal.type),
        changes.get("repeat_every_months", goal.repeat_every_months),
    )
    has_cycles = goal.kind == Kind.RECURRING
    if "target_date" in changed:
        require_future(changes["target_date"], today)
    if "primary_flag" in changed and changes["primary_flag"]:
        _take_primary_flag(owner.id, now)
    make_changes(goal, changes, today=today)
    if "status" in changed:
        require_transition(goal, changes["status"], today, active=active)
        _set_status(goal, changes["status"], now)
    if goal.status in transitions.OPEN and goal.is_done:
        _set_status(goal, Status.COMPLETED, now)
        changed.add("status")
    goal.updated_at = now
    entry = _entry(chain, goal, "goal.updated", {name: before[name] for name in sorted(changed & AUDITED)}, now)
    write_all(update(goal, *_CHANGEABLE), insert(entry))
    if has_cycles or goal.kind == Kind.RECURRING:
        _note_next_end(owner.id)
    logger.info("Goal updated", extra={"goal_id": goal.id, "fields": sorted(changed)})
    if changed & PLANNED:
        publish(GoalsChanged(goal=goal, chain=chain, now=now, today=today))
    return goal


@repeatable
def cancel_goal(
    *, owner: User, goal_id: UUID, now: datetime, today: date, expected: Precondition = ANY_REVISION
) -> Goal:
    """The goal, cancelled from any status; its history stays. Cancelling it again changes nothing.

    :raises ResourceNotFoundError: the person has no such goal.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    goal, _, chain = _read_under_lock(owner, goal_id)
    expected.require(goal.revision)
    if goal.status != Status.CANCELLED:
        before = {"status": goal.status}
        _set_status(goal, Status.CANCELLED, now)
        goal.updated_at = now
        entry = _entry(chain, goal, "goal.cancelled", before, now)
        write_all(update(goal, "status", "completed_at", "updated_at"), insert(entry))
        if goal.kind == Kind.RECURRING:
            _note_next_end(owner.id)
        logger.info("Goal cancelled", extra={"goal_id": goal.id})
        publish(GoalsChanged(goal=goal, chain=chain, now=now, today=today))
    return goal


def set_paces(paces: Sequence[tuple[Goal, Pace | None]]) -> Write:
    """From now on, measure each goal against its pace; None is the straight line.

    `updated_at` stays, because the person changed nothing.
    """
    for goal, pace in paces:
        goal.pace = pace.to_json() if pace else None
    return update_each([goal for goal, _ in paces], "pace")


def move_target_date(*, goal: Goal, target_date: date, chain: audit.Chain, now: datetime) -> None:
    """Move the date as the goal's plan proposes. No event is published: the caller holds the lock and replans."""
    before = {"target_date": goal.target_date}
    move_date(goal, target_date)
    goal.updated_at = now
    entry = _entry(chain, goal, "goal.updated", before, now)
    write_all(update(goal, "target_date", "drained_on", "first_date", "updated_at"), insert(entry))
    if goal.kind == Kind.RECURRING:
        _note_next_end(goal.user_id)


@dataclass(frozen=True, slots=True)
class CycleEnd:
    """What becomes of a recurring goal when `cycles` of its cycles have ended.

    The present one ends on `target_date`, and begins with the `current_amount` that those before it left over.
    `writes` store a check-in for each cycle that has ended; the last one is of the day `told_on`.
    """

    goal: Goal
    target_date: date
    current_amount: Decimal
    told_on: date
    cycles: int
    writes: Sequence[Write]


def end_cycles(ends: Sequence[CycleEnd], *, chain: audit.Chain, now: datetime, today: date) -> None:
    """Store the ends of cycles of one person's goals, and have plans follow once for all of them.

    The caller is `repeatable`, holds the lock of the person's row and has read the goals, and `chain`, under it.
    """
    for end in ends:
        goal = end.goal
        before = audit.fields_of(goal, ("target_date", "current_amount"))
        goal.target_date, goal.current_amount = end.target_date, end.current_amount
        goal.last_check_in_date = end.told_on
        goal.check_in_count += end.cycles
        goal.cycles_ended += end.cycles
        goal.updated_at = now
        entry = _entry(chain, goal, "goal.cycle_ended", before, now)
        write_all(*end.writes, update(goal, "target_date", "cycles_ended", *_FOLLOWS_CHECK_INS), insert(entry))
        logger.info("Cycle ended", extra={"goal_id": goal.id})
    if ends:
        _note_next_end(chain.person.id)
        publish(GoalsChanged(goal=ends[-1].goal, chain=chain, now=now, today=today))


@transaction.atomic(savepoint=False)
def record_progress(
    *,
    goal: Goal,
    current_amount: Decimal,
    last_check_in_date: date | None,
    now: datetime,
    today: date,
    chain: audit.Chain,
    more_check_ins: int = 0,
    writes: Sequence[Write] = (),
) -> None:
    """Store a goal's amount and day of its latest check-in (0 and None without one), together with `writes`.

    `more_check_ins` is how many were added, less than 0 when some were removed.

    At the target an active or paused goal is completed, and a completed one that falls below it is active again.
    A reserve or a recurring goal stays active. Plans follow a change of status, and also when

    - a reserve or a recurring goal reaches its target or falls below it,
    - something is taken out of a reserve, or a check-in of it is corrected or removed,
    - debts that were paid off are owed again.

    The caller holds the lock of the person's row, and has read `goal` and `chain` under it.

    :raises GoalLimitExceededError: it would be active again, and there are as many active goals as may be.
    """
    before, was_reached = audit.fields_of(goal, ("status", "current_amount")), goal.is_reached
    was_cleared, more = goal.is_cleared, current_amount - goal.current_amount
    is_no_payment = goal.kind == Kind.RESERVE and bool(more) and not (more > 0 and more_check_ins > 0)
    moved = (goal.current_amount, goal.last_check_in_date) != (current_amount, last_check_in_date)
    goal.current_amount, goal.last_check_in_date = current_amount, last_check_in_date
    goal.check_in_count += more_check_ins
    follow_reserve(goal, was_full=was_reached, day=last_check_in_date or today)
    if moved:
        goal.updated_at = now
    if goal.is_done and goal.status in transitions.OPEN:
        _set_status(goal, Status.COMPLETED, now)
    elif goal.status == Status.COMPLETED and was_reached and not goal.is_reached:
        require_room(ACTIVE_GOALS.bind(owner=goal.user_id).count())
        _set_status(goal, Status.ACTIVE, now)
    own = [update(goal, *_FOLLOWS_CHECK_INS)] if moved or more_check_ins else []
    if goal.status == before["status"]:
        write_all(*writes, *own)
        is_turned = goal.kind != Kind.ONCE and goal.is_reached != was_reached
        if is_turned or is_no_payment or (was_cleared and not goal.is_cleared):
            publish(GoalsChanged(goal=goal, chain=chain, now=now, today=today))
        return
    action = "goal.completed" if goal.status == Status.COMPLETED else "goal.reopened"
    write_all(*writes, *own, insert(_entry(chain, goal, action, before, now)))
    logger.info("Goal moved by a check-in", extra={"goal_id": goal.id, "status": goal.status})
    publish(GoalsChanged(goal=goal, chain=chain, now=now, today=today))


def _read_under_lock(owner: User, goal_id: UUID) -> tuple[Goal, int, audit.Chain]:
    """The goal, the number of the person's active goals, and the audit chain."""
    person, goals, links = lock_user_and_read(
        owner.id, GOAL_AND_ACTIVE_GOALS.bind(owner=owner.id, goal_id=goal_id), audit.last_link(owner.id)
    )
    goal: Goal = get_or_404([goal for goal in goals if goal.id == goal_id])
    goal.user = person
    return goal, sum(goal.status == Status.ACTIVE for goal in goals), audit.Chain(person, links)


def _entry(chain: audit.Chain, goal: Goal, action: str, before: dict[str, Any], now: datetime) -> AuditEntry:
    """The audit entry of a change: the fields that `before` names, with their values then and now."""
    return chain.entry(action=action, subject=goal, now=now, before=before, after=audit.fields_of(goal, before))


def _note_next_end(user_id: UUID) -> None:
    """Store with the person when the next cycle of an active goal ends: a request from then on ends it."""
    goals = Goal.objects.filter(user_id=user_id, kind=Kind.RECURRING, status=Status.ACTIVE)
    next_end = goals.order_by("target_date").values("target_date")[:1]
    User.objects.filter(pk=user_id).update(cycle_ends_on=Subquery(next_end))


def _set_status(goal: Goal, status: str, now: datetime) -> None:
    goal.status = status
    goal.completed_at = now if status == Status.COMPLETED else None


def _take_primary_flag(user_id: UUID, now: datetime) -> None:
    """Take the flag from the goal that has it, before another gets it: the database allows one."""
    Goal.objects.filter(user_id=user_id, primary_flag=True).update(primary_flag=False, updated_at=now)
