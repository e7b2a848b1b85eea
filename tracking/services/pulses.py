"""Every write to weekly pulses. A pulse counts for the person's streak, as a check-in does.

Each service locks the person's row first, so that simultaneous requests count one after another.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.services import lock_user_and_read
from fincred.db.queries import get_or_404
from fincred.db.writes import insert, update, write_all
from fincred.preconditions import ANY_REVISION, Precondition
from tracking.errors import PulsePeriodError
from tracking.models import Pulse
from tracking.queries import PULSE, WEEKS
from tracking.services.weeks import count_week, uncount_week
from tracking.streaks import monday_of
from tracking.vocabulary import PlannedPayments, Spending

logger = logging.getLogger(__name__)

_SIX_DAYS: Final = timedelta(days=6)

# What the audit trail may hold of a pulse: neither the person's words nor their mood.
AUDITED: Final = ("made_planned_payments", "spending_vs_plan", "period_start", "period_end")


class PulseChanges(TypedDict, total=False):
    """What can be corrected of a pulse; what is absent stays."""

    made_planned_payments: PlannedPayments
    spending_vs_plan: Spending
    mood_score: int
    comment: str | None
    period_start: date
    period_end: date


@transaction.atomic
def create_pulse(
    *,
    owner: User,
    made_planned_payments: PlannedPayments,
    spending_vs_plan: Spending,
    mood_score: int,
    now: datetime,
    today: date,
    comment: str | None = None,
    period_start: date | None = None,
    period_end: date | None = None,
) -> Pulse:
    """A pulse of the person's present week, or of another period of at most a year.

    If only one end of the period is given, it has seven days. It counts for the week of its last day, or of
    `today` while the period isn't over.

    :raises PulsePeriodError: the period begins after `today`, ends before it begins, or is longer than a year.
    """
    if period_start is None:
        period_start = period_end - _SIX_DAYS if period_end else monday_of(today)
    if period_end is None:
        period_end = period_start + _SIX_DAYS
    _require_period(period_start, period_end, today)
    person, weeks, links = lock_user_and_read(owner.id, WEEKS.bind(owner=owner.id), audit.last_link(owner.id))
    pulse = Pulse(
        user_id=owner.id,
        made_planned_payments=made_planned_payments,
        spending_vs_plan=spending_vs_plan,
        mood_score=mood_score,
        comment=comment,
        period_start=period_start,
        period_end=period_end,
        monday=_counts_for(period_end, today),
        completed_at=now,
    )
    after = audit.fields_of(pulse, AUDITED)
    entry = audit.Chain(person, links).entry(action="pulse.created", subject=pulse, now=now, after=after)
    write_all(insert(pulse), count_week(owner.id, pulse.monday, weeks), insert(entry))
    logger.info("Pulse recorded", extra={"pulse_id": pulse.id})
    return pulse


@transaction.atomic
def update_pulse(
    *,
    owner: User,
    pulse_id: UUID,
    changes: PulseChanges,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> Pulse:
    """The pulse, corrected. Values that it has already are no change. With another period, another week may count.

    :raises ResourceNotFoundError: the person has no such pulse.
    :raises PreconditionFailedError: it isn't as `expected`.
    :raises PulsePeriodError: the new period begins after `today`, ends before it begins, or is longer than a year.
    """
    pulse, weeks, chain = _read_under_lock(owner, pulse_id)
    expected.require(pulse.revision)
    before, counted = audit.fields_of(pulse, AUDITED), pulse.monday
    changed = {name for name, value in changes.items() if getattr(pulse, name) != value}
    if not changed:
        return pulse
    for name in changed:
        setattr(pulse, name, changes[name])  # type: ignore[literal-required]
    if changed & {"period_start", "period_end"}:
        _require_period(pulse.period_start, pulse.period_end, today)
        pulse.monday = _counts_for(pulse.period_end, today)
    after = audit.fields_of(pulse, AUDITED)
    entry = chain.entry(action="pulse.updated", subject=pulse, now=now, before=before, after=after)
    writes = [update(pulse, *PulseChanges.__annotations__, "monday"), insert(entry)]
    if pulse.monday != counted:
        uncount_week(owner.id, counted)
        writes.append(count_week(owner.id, pulse.monday, weeks))
    write_all(*writes)
    logger.info("Pulse corrected", extra={"pulse_id": pulse.id})
    return pulse


@transaction.atomic
def delete_pulse(*, owner: User, pulse_id: UUID, now: datetime, expected: Precondition = ANY_REVISION) -> None:
    """The pulse is gone, and counts no more.

    :raises ResourceNotFoundError: the person has no such pulse.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    pulse, _, chain = _read_under_lock(owner, pulse_id)
    expected.require(pulse.revision)
    before = audit.fields_of(pulse, AUDITED)
    write_all(insert(chain.entry(action="pulse.deleted", subject=pulse, now=now, before=before)))
    pulse.delete()
    uncount_week(owner.id, pulse.monday)
    logger.info("Pulse removed", extra={"pulse_id": pulse_id})


def _counts_for(period_end: date, today: date) -> date:
    return monday_of(min(period_end, today))


def _require_period(first: date, last: date, today: date) -> None:
    if first > today:
        raise PulsePeriodError(field="period_start", message="Must not be after today.", code="max_value")
    if last < first:
        raise PulsePeriodError(field="period_end", message="Must not be before period_start.", code="min_value")
    if (last - first).days > 366:
        raise PulsePeriodError(field="period_end", message="Must be within a year.", code="max_value")


def _read_under_lock(owner: User, pulse_id: UUID) -> tuple[Pulse, list[date], audit.Chain]:
    """The pulse, the Mondays of the person's weeks that count, and the audit chain."""
    person, pulses, weeks, links = lock_user_and_read(
        owner.id,
        PULSE.bind(owner=owner.id, pulse_id=pulse_id),
        WEEKS.bind(owner=owner.id),
        audit.last_link(owner.id),
    )
    return get_or_404(pulses), weeks, audit.Chain(person, links)
