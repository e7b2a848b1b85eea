"""Writes to check-ins, and what follows from them: the goal's amount and count, milestones, weeks.

Each service locks the person's row first, so that simultaneous requests count one after another.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypedDict
from uuid import UUID

from django.db.models import F

from accounts import audit
from accounts.models import User
from accounts.services import lock_user_and_read
from fincred.counters import CHECK_INS, count_on_commit
from fincred.db.queries import Parameter, PreparedQuery, fetch_all, get_or_404
from fincred.db.retries import repeatable
from fincred.db.writes import Write, insert, update, write_all
from fincred.events import LessIsThere, MilestonesReached, publish
from fincred.money import ZERO
from fincred.preconditions import ANY_REVISION, Precondition
from goals.models import Goal
from goals.queries import GOAL
from goals.services import record_progress
from goals.vocabulary import GoalType, Kind, Status
from tracking import milestones
from tracking.errors import CheckInInFutureError, CycleHasEndedError, GoalTakesNoCheckInsError
from tracking.feedback import feedback
from tracking.models import CheckIn, Milestone
from tracking.queries import WEEKS
from tracking.services.weeks import count_week, uncount_week
from tracking.streaks import Streaks, monday_of, streaks
from tracking.vocabulary import CheckInSource

logger = logging.getLogger(__name__)

_NEWEST: Final = PreparedQuery(CheckIn.objects.of_goal(Parameter("goal")).newest_first()[:1])
# The milestones of the goal's present cycle; a goal that isn't recurring has no other.
_REACHED: Final = PreparedQuery(
    Milestone.objects.filter(goal_id=Parameter("goal"), cycle=F("goal__cycles_ended")).values_list(
        "percent", flat=True
    )
)
_WITH_GOAL: Final = PreparedQuery(
    CheckIn.objects.select_related("goal").owned_by(Parameter("owner")).filter(pk=Parameter("check_in_id"))
)

# What the feedback says of a goal that goes on at its target.
_KEPT: Final = {Kind.RESERVE: "your reserve is full", Kind.RECURRING: "this cycle has all that it needs"}

# What the audit trail may hold of a check-in: never the person's words.
AUDITED: Final = ("goal_id", "current_amount", "check_in_date")


class CheckInChanges(TypedDict, total=False):
    """What can be corrected of a check-in; what is absent stays."""

    current_amount: Decimal
    check_in_date: date
    reflection: str | None


@dataclass(frozen=True, slots=True)
class CheckInOutcome:
    """A new check-in and its consequences."""

    check_in: CheckIn
    milestones_reached: tuple[int, ...]
    goal_completed: bool
    streaks: Streaks
    feedback: str

    @property
    def revision(self) -> int:
        return self.check_in.revision


@repeatable
def create_check_in(
    *,
    owner: User,
    goal_id: UUID,
    current_amount: Decimal,
    now: datetime,
    today: date,
    check_in_date: date | None = None,
    reflection: str | None = None,
    source: CheckInSource = CheckInSource.MANUAL_ENTRY,
) -> CheckInOutcome:
    """A check-in of `check_in_date`, which may be before the goal was made, or of `today` without one.

    The goal's amount follows its latest check-in, so one of an earlier day doesn't change it.

    :raises CheckInInFutureError: `check_in_date` is after `today`.
    :raises ResourceNotFoundError: the person has no such goal.
    :raises GoalTakesNoCheckInsError: the goal is paused, completed or cancelled.
    """
    day = check_in_date or today
    _require_past(day, today)
    person, goals, newest, weeks, reached, links = lock_user_and_read(
        owner.id,
        GOAL.bind(owner=owner.id, goal_id=goal_id),
        _NEWEST.bind(goal=goal_id),
        WEEKS.bind(owner=owner.id),
        _REACHED.bind(goal=goal_id),
        audit.last_link(owner.id),
    )
    goal: Goal = get_or_404(goals)
    if goal.status != Status.ACTIVE:
        raise GoalTakesNoCheckInsError(goal_id=goal.id, status=goal.status)
    stored_at = _after_the_end(newest, day, now)
    check_in = CheckIn(
        user_id=owner.id,
        goal_id=goal.id,
        current_amount=current_amount,
        check_in_date=day,
        reflection=reflection,
        source=source,
        created_at=stored_at,
        updated_at=stored_at,
    )
    latest = max([check_in, *newest], key=lambda one: (one.check_in_date, one.created_at, one.id))
    chain = audit.Chain(person, links)
    after = audit.fields_of(check_in, AUDITED)
    entry = chain.entry(action="check_in.created", subject=check_in, now=now, after=after)
    new_milestones = _sync_goal(
        goal,
        latest,
        reached,
        more_check_ins=1,
        chain=chain,
        now=now,
        today=today,
        writes=[insert(check_in), count_week(owner.id, day, weeks), insert(entry)],
    )
    count_on_commit(CHECK_INS)
    logger.info("Check-in recorded", extra={"goal_id": goal.id, "check_in_id": check_in.id})
    return CheckInOutcome(
        check_in=check_in,
        milestones_reached=tuple(milestone.percent for milestone in new_milestones),
        goal_completed=goal.status == Status.COMPLETED,
        streaks=streaks({*weeks, monday_of(day)}, today),
        feedback=_feedback(goal, owner.profile.currency, today),
    )


def _after_the_end(newest: Sequence[CheckIn], day: date, now: datetime) -> datetime:
    """The moment to store for a check-in of `day`.

    While the request waited for the lock, another one may have stored the end of a cycle on that day, at a later
    moment than `now`. The check-in then comes right after it.
    """
    ends = [one.created_at for one in newest if one.source == CheckInSource.CYCLE_END and one.check_in_date == day]
    return max([now, *(end + timedelta(microseconds=1) for end in ends)])


@repeatable
def update_check_in(
    *,
    owner: User,
    check_in_id: UUID,
    changes: CheckInChanges,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> CheckIn:
    """The check-in, corrected; its goal follows. Values that it has already are no change.

    :raises ResourceNotFoundError: the person has no such check-in.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises CycleHasEndedError: it is the entry that ends a recurring goal's cycle.
    :raises CheckInInFutureError: a new `check_in_date` is after `today`.
    :raises GoalLimitExceededError: the goal would be active again, and there are as many as may be.
    """
    check_in, weeks, chain = _read_under_lock(owner, check_in_id)
    expected.require(check_in.revision)
    _require_told(check_in)
    before, day = audit.fields_of(check_in, AUDITED), check_in.check_in_date
    changed = {name for name, value in changes.items() if getattr(check_in, name) != value}
    if not changed:
        return check_in
    if "check_in_date" in changed:
        _require_past(changes["check_in_date"], today)
    for name in changed:
        setattr(check_in, name, changes[name])  # type: ignore[literal-required]
    check_in.updated_at = now
    after = audit.fields_of(check_in, AUDITED)
    entry = chain.entry(action="check_in.updated", subject=check_in, now=now, before=before, after=after)
    writes = [update(check_in, *CheckInChanges.__annotations__, "updated_at"), insert(entry)]
    moves_week = "check_in_date" in changed
    if moves_week:
        writes.append(count_week(owner.id, check_in.check_in_date, weeks))
    write_all(*writes)
    if moves_week:  # after the new one: both days may be in one week, whose row must stay
        uncount_week(owner.id, day)
    newest, reached = fetch_all(_NEWEST.bind(goal=check_in.goal_id), _REACHED.bind(goal=check_in.goal_id))
    _sync_goal(check_in.goal, next(iter(newest), None), reached, chain=chain, now=now, today=today)
    logger.info("Check-in corrected", extra={"goal_id": check_in.goal_id, "check_in_id": check_in.id})
    return check_in


@repeatable
def delete_check_in(
    *, owner: User, check_in_id: UUID, now: datetime, today: date, expected: Precondition = ANY_REVISION
) -> None:
    """The check-in is gone; its goal follows the latest that is left, or starts again from 0.

    :raises ResourceNotFoundError: the person has no such check-in.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises CycleHasEndedError: it is the entry that ends a recurring goal's cycle.
    :raises GoalLimitExceededError: the goal would be active again, and there are as many as may be.
    """
    check_in, _, chain = _read_under_lock(owner, check_in_id)
    expected.require(check_in.revision)
    _require_told(check_in)
    before = audit.fields_of(check_in, AUDITED)
    write_all(insert(chain.entry(action="check_in.deleted", subject=check_in, now=now, before=before)))
    check_in.delete()
    uncount_week(owner.id, check_in.check_in_date)
    newest, reached = fetch_all(_NEWEST.bind(goal=check_in.goal_id), _REACHED.bind(goal=check_in.goal_id))
    latest = next(iter(newest), None)
    _sync_goal(check_in.goal, latest, reached, more_check_ins=-1, chain=chain, now=now, today=today)
    logger.info("Check-in removed", extra={"goal_id": check_in.goal_id, "check_in_id": check_in_id})


def _require_told(check_in: CheckIn) -> None:
    if check_in.source == CheckInSource.CYCLE_END:
        raise CycleHasEndedError(goal_id=check_in.goal_id)


def _require_past(day: date, today: date) -> None:
    if day > today:
        raise CheckInInFutureError


def _read_under_lock(owner: User, check_in_id: UUID) -> tuple[CheckIn, list[date], audit.Chain]:
    """The check-in with its goal, the Mondays of the weeks that count, and the audit chain."""
    person, check_ins, weeks, links = lock_user_and_read(
        owner.id,
        _WITH_GOAL.bind(owner=owner.id, check_in_id=check_in_id),
        WEEKS.bind(owner=owner.id),
        audit.last_link(owner.id),
    )
    return get_or_404(check_ins), weeks, audit.Chain(person, links)


def _sync_goal(
    goal: Goal,
    latest: CheckIn | None,
    reached: Collection[int],
    *,
    chain: audit.Chain,
    now: datetime,
    today: date,
    more_check_ins: int = 0,
    writes: Sequence[Write] = (),
) -> list[Milestone]:
    """Store the goal as its latest check-in says, and its new milestones, together with `writes`."""
    amount, day = (latest.current_amount, latest.check_in_date) if latest else (ZERO, None)
    new, before = _new_milestones(goal, latest, reached), goal.current_amount
    record_progress(
        goal=goal,
        current_amount=amount,
        last_check_in_date=day,
        more_check_ins=more_check_ins,
        chain=chain,
        now=now,
        today=today,
        writes=[*writes, *map(insert, new)],
    )
    if new:
        publish(MilestonesReached(new, now))
    if amount < before:
        publish(LessIsThere(chain.person, now))
    return new


def _new_milestones(goal: Goal, latest: CheckIn | None, reached: Collection[int]) -> list[Milestone]:
    """Those that the goal reaches with its latest check-in, and had not `reached` before in this cycle.

    What the cycle before left over reaches none by itself, but counts with the first check-in after it.
    """
    if latest is None or latest.source == CheckInSource.CYCLE_END:
        return []
    passed = milestones.reached(latest.current_amount, goal.target_amount)
    return [
        Milestone(
            user_id=goal.user_id,
            goal=goal,
            cycle=goal.cycles_ended,
            percent=percent,
            reached_on=latest.check_in_date,
        )
        for percent in passed
        if percent not in reached
    ]


def _feedback(goal: Goal, currency: str, today: date) -> str:
    return feedback(
        status=goal.progress_status_on(today),
        current_amount=goal.current_amount,
        target_amount=goal.target_amount,
        expected=goal.expected_on(today),
        currency=currency,
        kept=_KEPT.get(Kind(goal.kind), ""),
        verb="paid off" if goal.type == GoalType.DEBT_PAYOFF else "saved",
    )
