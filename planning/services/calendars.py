"""A person's calendar, from the same simulation as their plan, and its private link."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.crypto import salted_hmac

from accounts.audit import record
from accounts.managers import person_may_enter
from accounts.models import User
from accounts.opaque_tokens import digest
from accounts.services import lock_user
from fincred.errors import ResourceNotFoundError
from fincred.events import DatabaseRestored, PersonDisabled
from fincred.preconditions import ANY_VERSION, Precondition
from planning.engine.dates import calendar_date
from planning.engine.day_book import Day, Minimum, day_book
from planning.engine.effort import Effort
from planning.engine.freed import minimums_by_month
from planning.engine.model import Plan, PlanInput
from planning.engine.money.cents import exact_money
from planning.engine.plan import make_plan
from planning.models import CalendarLink
from planning.services.planning_context import PlanningContext, read_context

logger = logging.getLogger(__name__)

MOST_MONTHS = 24
"""How many months a calendar tells at most."""


@dataclass(frozen=True, slots=True)
class PersonalCalendar:
    """The days with entries; `changed_at` is when anything that they follow from was stored last."""

    owner: User
    days: tuple[Day, ...]
    changed_at: datetime


def calendar_of(
    *, owner: User, today: date, since: date | None = None, until: date | None = None
) -> PersonalCalendar:
    """The person's days from `since` to `until`, from the present month of their planning calendar on.

    Without them it is the present month and all after it, 24 months in all. Goals are paid as in the plan that
    would be made today; where no active goal has an action plan, none is paid, and only their dates are told.
    """
    context = read_context(owner=owner, today=today)
    inputs = context.plan_input()
    is_planned = any(goal.id in context.plans for goal in context.goals)
    plan = make_plan(inputs if is_planned else replace(inputs, goals=()), with_alternatives=False)
    since = since or context.calendar.start
    until = until or calendar_date(since, MOST_MONTHS)
    minimums = list(_minimums(context, inputs, plan, context.calendar.payments(until)))
    days = tuple(day_book(inputs, plan, minimums, since=since, until=until))
    return PersonalCalendar(owner, days, max(_stored(context), default=owner.created_at))


def _minimums(context: PlanningContext, inputs: PlanInput, plan: Plan, last: int) -> Iterator[Minimum]:
    """What is due for each debt on the first days of the months up to this one: nothing after it is paid off.

    For debts that a goal pays off, it is what the plan keeps for them.
    """
    alone = context.paid_alone
    debts = [each.debt for each in alone]
    later = minimums_by_month(debts, context.calendar, last, Effort())
    amounts = ([each.last_payment, *map(exact_money, paid)] for each, paid in zip(alone, later, strict=True))
    by_goal = zip(inputs.goals, plan.kept_for_debts(last), strict=False)  # without any, if none is planned
    kept = {goal.id: iter(each) for goal, each in by_goal}
    before = {str(goal.id): iter(context.kept_last_month(goal)) for goal in context.goals}
    for debt in context.contents.debts:
        label = debt.label or debt.type.replace("_", " ").capitalize()
        goal_id = str(debt.goal_id)
        if not context.is_paid_off_by_a_goal(debt):
            yield Minimum(label, next(amounts))
        elif goal_id in kept:
            yield Minimum(label, [next(before[goal_id]), *next(kept[goal_id])])
        else:
            yield Minimum(label, [debt.min_payment] * (last + 1))


def _stored(context: PlanningContext) -> Iterator[datetime]:
    """When what a calendar follows from was stored."""
    yield from (goal.updated_at for goal in context.goals)
    yield from (plan.updated_at for plan in context.plans.values())
    if context.snapshot:
        yield context.snapshot.created_at


@transaction.atomic
def make_calendar_link(*, owner: User, now: datetime) -> CalendarLink:
    """The person's new link. The one before opens nothing any more."""
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
    """The secret of the person's link. It opens the link, also one that was made under another SECRET_KEY."""
    secret = secret_of_calendar(link_id)
    CalendarLink.objects.owned_by(owner).filter(pk=link_id).update(secret_hash=digest(secret))
    return secret


@transaction.atomic
def revoke_calendar_link(*, owner: User, now: datetime, expected: Precondition = ANY_VERSION) -> None:
    """:raises ResourceNotFoundError: the person has no link.

    :raises PreconditionFailedError: `expected` names a tag; a link, which is told once, has none.
    """
    person = lock_user(owner.pk)
    if not _revoke(person, now, expected):
        raise ResourceNotFoundError


def owner_of_calendar(secret: str) -> User | None:
    """Whose calendar the link with this secret opens; None if nobody's, or of a person who may not enter."""
    # On the primary: what is revoked is revoked at once.
    links = CalendarLink.objects.using(DEFAULT_DB_ALIAS).filter(
        person_may_enter("user__"), user__is_verified=True, secret_hash=digest(secret)
    )
    link = links.select_related("user__profile").first()
    return link.user if link else None


def on_person_disabled(event: PersonDisabled) -> None:
    """A link that was given away isn't revived with its person."""
    _revoke(event.person, event.now)


def on_database_restored(event: DatabaseRestored) -> None:
    """Links that have been revoked since the backup are there again, so all of them go."""
    CalendarLink.objects.all().delete()


def _revoke(person: User, now: datetime, expected: Precondition = ANY_VERSION) -> bool:
    """Whether there was a link to revoke."""
    link = CalendarLink.objects.owned_by(person).first()
    if link is None:
        return False
    expected.require_untagged()
    record(person=person, action="calendar.unlinked", subject=link, now=now)
    link.delete()
    logger.info("Calendar link revoked", extra={"user_id": str(person.pk)})
    return True
