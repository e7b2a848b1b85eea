"""A person's calendar, from the same simulation as their plan, and its private link."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac

from accounts.audit import record
from accounts.managers import person_may_enter
from accounts.models import User
from accounts.opaque_tokens import digest
from accounts.services import lock_user
from fincred.errors import ResourceNotFoundError
from fincred.events import DatabaseRestored, PersonDisabled
from fincred.preconditions import ANY_REVISION, Precondition
from planning.engine.dates import calendar_date
from planning.engine.day_book import Day, Minimum, Names, day_book
from planning.engine.effort import Effort
from planning.engine.freed import minimums_by_month
from planning.engine.model import Plan, PlanInput
from planning.engine.money.cents import exact_money
from planning.engine.plan import make_plan
from planning.icalendar_text import content_of
from planning.models import CalendarLink, CalendarRevision
from planning.services.planning_context import PlanningContext, read_context
from planning.services.put_in import payments_asked_for

logger = logging.getLogger(__name__)

MOST_MONTHS = 24
"""The most months that a calendar shows."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The days with entries, for calendar programs, and the revision of the person's calendar."""

    owner: User
    days: tuple[Day, ...]
    revision: CalendarRevision


def calendar_of(
    *, owner: User, today: date, since: date | None = None, until: date | None = None
) -> tuple[Day, ...]:
    """The person's days with entries from `since` to `until`, from the present month of their calendar on.

    Without these days it is the present month and those after it, 24 months in all. Goals are paid what their
    action plans have `upcoming`. If no active goal has an action plan, only the goals' dates are shown.
    """
    return _Simulation(owner, today).days(since, until)


def feed_of(
    *, owner: User, today: date, now: datetime, since: date | None = None, until: date | None = None
) -> Feed:
    """The same for calendar programs, with its revision.

    The revision rises when the whole calendar (without `since` and `until`) isn't what it was at the last request.
    """
    simulation = _Simulation(owner, today)
    whole = simulation.days()
    days = simulation.days(since, until) if since or until else whole
    return Feed(owner, days, _revision(owner, content_of(whole, currency=owner.profile.currency), now))


def _revision(owner: User, content: str, now: datetime) -> CalendarRevision:
    """The revision of the person's calendar with this content: the next one if the content has changed.

    :raises ResourceNotFoundError: the person has been erased since they were read.
    """
    revisions = CalendarRevision.objects.using(DEFAULT_DB_ALIAS)
    try:
        revision, _ = revisions.get_or_create(user=owner, defaults={"content": content, "changed_at": now})
        if revision.content != content:
            # Two requests at once raise it twice, which does no harm. Clocks of servers may differ.
            changed_at = Greatest("changed_at", Value(now, output_field=DateTimeField()))
            revisions.filter(pk=revision.pk).update(content=content, number=F("number") + 1, changed_at=changed_at)
            revision.refresh_from_db(using=DEFAULT_DB_ALIAS)
    except (IntegrityError, CalendarRevision.DoesNotExist):  # its owner's row, or its own, is gone
        raise ResourceNotFoundError from None
    return revision


class _Simulation:
    """All that a person's calendar is made from on a day."""

    def __init__(self, owner: User, today: date) -> None:
        self._context = read_context(owner=owner, today=today)
        self._inputs = self._context.plan_input()
        is_planned = any(goal.id in self._context.plans for goal in self._context.goals)
        planned = self._inputs if is_planned else replace(self._inputs, goals=())
        self._plan = make_plan(planned, with_alternatives=False)
        self._asked = payments_asked_for(self._context, self._inputs, self._plan) if is_planned else ()

    def days(self, since: date | None = None, until: date | None = None) -> tuple[Day, ...]:
        """The days from `since` (by default the present month's first day) to `until` (24 months later)."""
        calendar = self._context.calendar
        since = since or calendar.start
        until = until or calendar_date(since, MOST_MONTHS)
        minimums = list(_minimums(self._context, self._inputs, self._plan, calendar.payments(until)))
        names = _names(self._context)
        told = day_book(
            self._inputs, self._plan, minimums, asked=self._asked, since=since, until=until, names=names
        )
        return tuple(told)


def _names(context: PlanningContext) -> Names:
    names, incomes = context.entry_names, context.contents.incomes
    dated = [name for name, income in zip(names["incomes"], incomes, strict=True) if income.next_date]
    return Names(dated, names["planned"], names["debts"])


def _minimums(context: PlanningContext, inputs: PlanInput, plan: Plan, last: int) -> Iterator[Minimum]:
    """The minimum payments of each debt on the first days of the months up to month `last`.

    They end when the debt is paid off. For debts that a goal pays off, they are what the plan keeps for them.
    """
    alone = context.debts.paid_alone
    debts = [each.debt for each in alone]
    later = minimums_by_month(debts, context.calendar, last, Effort())
    amounts = ([each.last_payment, *map(exact_money, paid)] for each, paid in zip(alone, later, strict=True))
    by_goal = zip(inputs.goals, plan.kept_for_debts(last), strict=False)  # empty if goals aren't planned
    kept = {goal.id: iter(each) for goal, each in by_goal}
    before = {str(goal.id): iter(context.debts.kept_last_month(goal.id)) for goal in context.goals}
    for debt in context.debts.entries:
        label = debt.label or debt.type.replace("_", " ").capitalize()
        goal_id = str(debt.goal_id)
        if not context.debts.is_paid_off_by_a_goal(debt):
            yield Minimum(label, next(amounts))
        elif goal_id in kept:
            yield Minimum(label, [next(before[goal_id]), *next(kept[goal_id])])
        else:
            yield Minimum(label, [debt.min_payment] * (last + 1))


@transaction.atomic
def make_calendar_link(*, owner: User, now: datetime) -> CalendarLink:
    """A new link for the person. The one before opens nothing any more."""
    person = lock_user(owner.pk)
    CalendarLink.objects.owned_by(person).delete()
    link = CalendarLink(user=person, created_at=now)
    link.secret_hash = digest(secret_of_calendar(link.pk))
    link.save(force_insert=True)
    record(person=person, action="calendar.linked", subject=link, now=now)
    logger.info("Calendar linked", extra={"user_id": str(person.pk)})
    return link


def secret_of_calendar(link_id: UUID) -> str:
    """The secret of the link with this id, which can't be computed without SECRET_KEY."""
    code = salted_hmac("fincred.calendar_link", link_id.hex, algorithm="sha256").digest()
    return urlsafe_b64encode(code).decode().rstrip("=")


def tell_secret_again(*, owner: User, link_id: UUID) -> str:
    """The secret of the person's link. It opens the link even if that was made with another SECRET_KEY."""
    secret = secret_of_calendar(link_id)
    CalendarLink.objects.owned_by(owner).filter(pk=link_id).update(secret_hash=digest(secret))
    return secret


@transaction.atomic
def revoke_calendar_link(*, owner: User, now: datetime, expected: Precondition = ANY_REVISION) -> None:
    """The link opens nothing any more.

    :raises ResourceNotFoundError: the person has no link.
    :raises PreconditionFailedError: `expected` names a tag; a link is shown only once, so it has none.
    """
    person = lock_user(owner.pk)
    if not _revoke(person, now, expected):
        raise ResourceNotFoundError


def owner_of_calendar(secret: str) -> User | None:
    """The person whose calendar the link with this secret opens; None without one, or if they may not enter."""
    # Read from the primary: a revoked link opens nothing from that moment on.
    links = CalendarLink.objects.using(DEFAULT_DB_ALIAS).filter(
        person_may_enter("user__"), user__is_verified=True, secret_hash=digest(secret)
    )
    link = links.select_related("user__profile").first()
    return link.user if link else None


def on_person_disabled(event: PersonDisabled) -> None:
    """Revoke the link for good: enabling the person again doesn't bring it back."""
    _revoke(event.person, event.now)


def on_database_restored(event: DatabaseRestored) -> None:
    """Delete all links: those that were revoked since the backup are there again."""
    CalendarLink.objects.all().delete()


def _revoke(person: User, now: datetime, expected: Precondition = ANY_REVISION) -> bool:
    """Delete the person's link; whether there was one."""
    link = CalendarLink.objects.owned_by(person).first()
    if link is None:
        return False
    expected.require_untagged()
    record(person=person, action="calendar.unlinked", subject=link, now=now)
    link.delete()
    logger.info("Calendar link revoked", extra={"user_id": str(person.pk)})
    return True
