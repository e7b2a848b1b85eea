"""Every write to check-ins, and what follows from it: the goal's amount and count, milestones, weeks.

Each service locks the person's row first, so that simultaneous requests count one after another.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import User
from accounts.services import lock_user, lock_user_and_read
from fincred.db.queries import Parameter, PreparedQuery, get_or_404
from fincred.db.writes import Update, insert
from fincred.money import ZERO
from goals.models import Goal
from goals.queries import GOAL
from goals.services import record_progress
from goals.vocabulary import GoalType, Status
from tracking import milestones
from tracking.errors import CheckInInFutureError, GoalNotActiveError
from tracking.feedback import feedback
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.queries import WEEKS
from tracking.streaks import Streaks, monday_of, streaks

logger = logging.getLogger(__name__)

_NEWEST: Final = PreparedQuery(CheckIn.objects.of_goal(Parameter("goal")).newest_first())
_REACHED: Final = PreparedQuery(
    Milestone.objects.filter(goal_id=Parameter("goal")).values_list("percent", flat=True)
)
_ONE_MORE: Final = Update(
    CheckInWeek.objects.filter(user_id=Parameter("person"), monday=Parameter("monday")),
    check_ins=F("check_ins") + 1,
)

# What the audit trail may tell of a check-in: never the person's words.
AUDITED: Final = ("goal_id", "current_amount", "check_in_date")


# An amount, and the day that it was told for.
Progress = tuple[Decimal, date | None]


class CheckInChanges(TypedDict, total=False):
    """What can be corrected of a check-in; what is absent stays."""

    current_amount: Decimal
    check_in_date: date
    reflection: str | None


@dataclass(frozen=True, slots=True)
class CheckInOutcome:
    """A new check-in, and what it brought about."""

    check_in: CheckIn
    milestones_reached: tuple[int, ...]
    goal_completed: bool
    streaks: Streaks
    feedback: str


@transaction.atomic
def create_check_in(
    *,
    owner: User,
    goal_id: UUID,
    current_amount: Decimal,
    now: datetime,
    today: date,
    check_in_date: date | None = None,
    reflection: str | None = None,
) -> CheckInOutcome:
    """A check-in of `today` unless dated earlier, which may be before the goal was made.

    The goal's amount follows its latest check-in, so one for a day before that changes only the history.

    :raises CheckInInFutureError: `check_in_date` is after `today`.
    :raises ResourceNotFoundError: the person has no such goal.
    :raises GoalNotActiveError: the goal is paused, completed or cancelled.
    """
    day = check_in_date or today
    _require_past(day, today)
    person, found, newest, weeks, chain = lock_user_and_read(
        owner.id,
        GOAL.bind(owner=owner.id, goal_id=goal_id).one,
        _NEWEST.bind(goal=goal_id).one,
        WEEKS.bind(owner=owner.id),
        audit.last_link(owner.id),
    )
    goal: Goal = get_or_404(found)
    if goal.status != Status.ACTIVE:
        raise GoalNotActiveError(goal_id=goal.id, status=goal.status)
    check_in = CheckIn(
        user_id=owner.id,
        goal_id=goal.id,
        current_amount=current_amount,
        check_in_date=day,
        reflection=reflection,
        created_at=now,
        updated_at=now,
    )
    insert(check_in)
    _count_week(owner.id, day, weeks)
    audit.record(
        person=person,
        action="check_in.created",
        subject=check_in,
        now=now,
        after=audit.fields_of(check_in, AUDITED),
        chain=chain,
    )
    latest = max([check_in, *newest], key=lambda one: (one.check_in_date, one.created_at, one.id))
    progress = latest.current_amount, latest.check_in_date
    reached = _sync_goal(goal, progress, now, today, more_check_ins=1)
    logger.info("Check-in recorded", extra={"goal_id": goal.id, "check_in_id": check_in.id})
    return CheckInOutcome(
        check_in=check_in,
        milestones_reached=reached,
        goal_completed=goal.status == Status.COMPLETED,
        streaks=streaks({*weeks, monday_of(day)}, today),
        feedback=_feedback(goal, owner.profile.currency, today),
    )


@transaction.atomic
def update_check_in(
    *, owner: User, check_in_id: UUID, changes: CheckInChanges, now: datetime, today: date
) -> CheckIn:
    """The check-in, corrected; its goal follows. Values that it has already are no change.

    :raises ResourceNotFoundError: the person has no such check-in.
    :raises CheckInInFutureError: a new `check_in_date` is after `today`.
    :raises GoalLimitExceededError: the goal would have to be active again, and others are.
    """
    person = lock_user(owner.id)
    check_in = CheckIn.objects.select_related("goal").get_owned(person, check_in_id)
    before, day = audit.fields_of(check_in, AUDITED), check_in.check_in_date
    changed = {name for name, value in changes.items() if getattr(check_in, name) != value}
    if not changed:
        return check_in
    if "check_in_date" in changed:
        _require_past(changes["check_in_date"], today)
        _uncount_week(owner.id, day)
        _count_week(owner.id, changes["check_in_date"], WEEKS.bind(owner=owner.id).all())
    for name in changed:
        setattr(check_in, name, changes[name])  # type: ignore[literal-required]
    check_in.updated_at = now
    check_in.save()
    audit.record(
        person=person,
        action="check_in.updated",
        subject=check_in,
        now=now,
        before=before,
        after=audit.fields_of(check_in, AUDITED),
    )
    _sync_goal(check_in.goal, _progress(check_in.goal, max(day, check_in.check_in_date)), now, today)
    logger.info("Check-in corrected", extra={"goal_id": check_in.goal_id, "check_in_id": check_in.id})
    return check_in


@transaction.atomic
def delete_check_in(*, owner: User, check_in_id: UUID, now: datetime, today: date) -> None:
    """The check-in is gone; its goal follows the latest that is left, or starts again from 0.

    :raises ResourceNotFoundError: the person has no such check-in.
    :raises GoalLimitExceededError: the goal would have to be active again, and others are.
    """
    person = lock_user(owner.id)
    check_in = CheckIn.objects.select_related("goal").get_owned(person, check_in_id)
    audit.record(
        person=person,
        action="check_in.deleted",
        subject=check_in,
        now=now,
        before=audit.fields_of(check_in, AUDITED),
    )
    check_in.delete()
    _uncount_week(owner.id, check_in.check_in_date)
    _sync_goal(check_in.goal, _progress(check_in.goal, check_in.check_in_date), now, today, more_check_ins=-1)
    logger.info("Check-in removed", extra={"goal_id": check_in.goal_id, "check_in_id": check_in_id})


def _require_past(day: date, today: date) -> None:
    if day > today:
        raise CheckInInFutureError


def _count_week(user_id: UUID, day: date, weeks: Collection[date]) -> None:
    """One check-in more in the week of `day`; `weeks` are the Mondays of those that have some."""
    monday = monday_of(day)
    if monday in weeks:
        _ONE_MORE.run(person=user_id, monday=monday)
    else:
        insert(CheckInWeek(user_id=user_id, monday=monday, check_ins=1))


def _uncount_week(user_id: UUID, day: date) -> None:
    week = CheckInWeek.objects.filter(user_id=user_id, monday=monday_of(day))
    if not week.filter(check_ins__gt=1).update(check_ins=F("check_ins") - 1):
        week.delete()


def _progress(goal: Goal, day: date) -> Progress:
    """What the latest check-in tells, now that one of `day` was written: nothing new if the goal's is later."""
    if goal.last_check_in_date is not None and day < goal.last_check_in_date:
        return goal.current_amount, goal.last_check_in_date
    latest = _NEWEST.bind(goal=goal.pk).first()
    return (latest.current_amount, latest.check_in_date) if latest else (ZERO, None)


def _sync_goal(
    goal: Goal, progress: Progress, now: datetime, today: date, *, more_check_ins: int = 0
) -> tuple[int, ...]:
    """Bring the goal to its latest check-in and count; the milestones that it reaches with that."""
    current_amount, day = progress
    record_progress(
        goal=goal,
        current_amount=current_amount,
        last_check_in_date=day,
        now=now,
        today=today,
        more_check_ins=more_check_ins,
    )
    return _reach_milestones(goal, day) if day else ()


def _reach_milestones(goal: Goal, day: date) -> tuple[int, ...]:
    passed = milestones.reached(goal.current_amount, goal.target_amount)
    if not passed:
        return ()
    new = sorted(set(passed) - set(_REACHED.bind(goal=goal.pk).all()))
    Milestone.objects.bulk_create(
        Milestone(user_id=goal.user_id, goal=goal, percent=percent, reached_on=day) for percent in new
    )
    return tuple(new)


def _feedback(goal: Goal, currency: str, today: date) -> str:
    return feedback(
        status=goal.progress_status_on(today),
        current_amount=goal.current_amount,
        target_amount=goal.target_amount,
        expected=goal.expected_on(today),
        currency=currency,
        verb="paid off" if goal.type == GoalType.DEBT_PAYOFF else "saved",
    )
