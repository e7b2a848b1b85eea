"""The action plan of each goal, and the versions of each plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from fincred import clock
from fincred.db.fields import ExactJSONField, MoneyField, choices
from fincred.db.models import RevisedModel, RevisedQuerySet
from fincred.db.privacy import Privacy
from goals.models import Goal
from goals.vocabulary import GoalType, Kind, Status
from planning.engine.cadence import Cadence, Payment, next_action_date
from planning.engine.dates import calendar_on
from planning.engine.explanation import without_payday
from planning.engine.sentences import missing_as_asked
from planning.models.written_once import WrittenOnce
from planning.put_in.as_asked import AsAsked
from planning.put_in.months import Planned, PlannedMonth, Step, amount_on
from planning.put_in.still_asked import (
    PutIn,
    debt_payments_left,
    month_over_on,
    no_more_than,
    of_present_month,
    payments_left,
)
from planning.versions import MOST_PAYMENTS
from planning.vocabulary import ActionPlanType, Feasibility, Frequency, Reason

UPCOMING: Final = 12
"""How many payments a plan shows."""


class ActionPlanQuerySet(RevisedQuerySet["ActionPlan"]):
    def open(self) -> Self:
        """Plans that have not been ended."""
        return self.filter(ended_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class ActionPlan(RevisedModel):
    """What to do for one goal: the decision and the numbers of its newest version.

    `amount` is paid each `frequency`, on `day_of_period` (a day of the month, or an ISO weekday), from
    `starts_on` (None: nothing is paid at present). Biweekly counts from `since`, the person's day of creation.
    When `is_chosen`, the person chose the amount; else the engine did.

    `anchor` is that of the calendar that the person's plans share; plans made before there was one have none.
    `month` is what was counted of its present month (`planning.put_in.months.PlannedMonth`). `instalments` is what
    each month asks for, `payments` are the first payments that were still to be made, on real days.
    `carried` is what all the person's plans keep for each month from those before it. While none of them is
    followed, it is all that the months leave, and then no version has it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="action_plans", db_index=False)
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="action_plans")
    type = models.CharField(max_length=20, choices=choices(ActionPlanType))
    amount = MoneyField()
    frequency = models.CharField(max_length=10, choices=choices(Frequency))
    day_of_period = models.PositiveSmallIntegerField()
    since = models.DateField()
    anchor = models.DateField(null=True)
    month = ExactJSONField(null=True)
    instalments = ExactJSONField(default=list)
    payments = ExactJSONField(default=list)
    carried = ExactJSONField(default=list, db_default=[])
    starts_on = models.DateField(null=True)
    is_chosen = models.BooleanField("chosen by the person", default=False)
    is_confirmed_set_up = models.BooleanField(default=False)
    required_monthly_contribution = MoneyField()
    allocated_monthly_contribution = MoneyField()
    this_month = MoneyField()
    shortfall = MoneyField()
    feasibility = models.CharField(max_length=12, choices=choices(Feasibility))
    explanation = ExactJSONField()
    alternatives = ExactJSONField()
    projected_completion_date = models.DateField(null=True)
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    has_debts: bool | None = None
    """Whether linked debts were planned. Set by queries that don't read `explanation`, which says it otherwise."""
    put_in: PutIn | None = None
    """What was put in since the newest version, once `count_what_was_put_in` has counted it."""
    asked_now: Sequence[Payment] | None = None
    """What is asked for instead of the payments that the newest version stores, where these aren't all."""
    as_asked: AsAsked | None = None
    """What follows from the payments that are still asked for, if `count_what_is_asked` has counted it.

    With None it is as the newest version says.
    """

    objects = ActionPlanQuerySet.as_manager()
    privacy = Privacy(owner="user", section="planning.action_plans", withheld=("revision",))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["goal"], condition=Q(ended_at=None), name="action_plan_one_open_a_goal"
            ),
            models.CheckConstraint(condition=Q(type__in=list(ActionPlanType)), name="action_plan_type_known"),
            models.CheckConstraint(
                condition=Q(feasibility__in=list(Feasibility)), name="action_plan_feasibility_known"
            ),
            models.CheckConstraint(
                condition=Q(frequency=Frequency.MONTHLY, day_of_period__range=(1, 31))
                | Q(frequency__in=[Frequency.BIWEEKLY, Frequency.WEEKLY], day_of_period__range=(1, 7)),
                name="action_plan_day_within_period",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount__gte=0,
                    required_monthly_contribution__gte=0,
                    allocated_monthly_contribution__gte=0,
                    this_month__gte=0,
                    shortfall__gte=0,
                ),
                name="action_plan_amounts_not_negative",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="action_plan_version_from_one"),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at", "-id"], name="action_plan_newest_first")]
        permissions: ClassVar = [("help_actionplan", "Can make a person's action plan again")]

    def __str__(self) -> str:
        return f"{self.amount} {self.frequency}"

    @property
    def planned(self) -> Planned:
        """What the newest version says of the months."""
        month = PlannedMonth.from_json(self.month) if self.month else None
        by = date.fromisoformat(self.explanation["facts"]["target_date"]) if self._plans_debts else None
        return Planned(month, self.this_month, _steps(self.instalments), self._plans_debts, by)

    def carried_into(self, start: date) -> Decimal:
        """What the newest version keeps for the month from `start`, if all is paid as it asks."""
        return amount_on(start, _steps(self.carried))

    def completion_date(self, timezone_name: str) -> date | None:
        """The day on which the goal is reached as planned, or was completed in that zone.

        None if it isn't followed, is full, or isn't reached by what is still asked for.

        Reads `goal`: select it with the plan.
        """
        if self.goal.completed_at is not None:
            return clock.local_day(self.goal.completed_at, timezone_name)
        is_followed = self.ended_at is None and self.goal.status == Status.ACTIVE
        return self.reached_on if is_followed and not self.goal.is_full else None

    @property
    def reached_on(self) -> date | None:
        """The day on which the goal is reached if all is paid that is still asked for; None if it isn't."""
        return self.as_asked.reached_on if self.as_asked else self.projected_completion_date

    @property
    def lacks_earlier_payments(self) -> bool:
        """Whether more will be missing than the newest version says, since what it asked for wasn't all put in."""
        return self.shortfall_now > Decimal(self.shortfall)

    @property
    def shortfall_now(self) -> Decimal:
        """The money missing at the goal's date if all is paid that is still asked for."""
        return self.as_asked.missing if self.as_asked else Decimal(self.shortfall)

    def next_action_date(self, today: date) -> date | None:
        """The next day to pay, today included; None when there is nothing to pay.

        Reads `goal`: select it with the plan.
        """
        if self.month is not None:
            payment = next(self.payments_left(today), None)
            return payment.date if payment else None
        if self.ended_at or self.starts_on is None or self.goal.status != Status.ACTIVE:
            return None
        cadence = Cadence(Frequency(self.frequency), self.day_of_period, self.since)
        return next_action_date(cadence, max(today, self.starts_on))

    def upcoming(self, today: date, *, most: int = UPCOMING) -> list[Payment]:
        """The next payments, today's included; none when nothing is to be paid.

        What was put in since the newest version is paid if it was counted (`count_what_was_put_in`). Reads `goal`:
        select it with the plan.
        """
        return [*islice(self.payments_left(today), most)]

    def payments_left(self, today: date) -> Iterator[Payment]:
        """The payments that are still to come, of those that the version stores or of `asked_now`.

        They end once all that is missing would be paid, and go on with the next cycle of a recurring goal.
        Payments on linked debts don't end then: they pay interest too, which doesn't count for the target.
        """
        goal = self.goal
        if self.ended_at or goal.status != Status.ACTIVE or self.anchor is None:
            return iter(())
        payments = self.stored_payments if self.asked_now is None else self.asked_now
        calendar = calendar_on(today, self.anchor)
        if self.is_of_debts:
            return debt_payments_left(calendar, payments, self.put_in)
        missing = goal.target_amount - goal.current_amount
        next_cycle = goal.target_date if goal.kind == Kind.RECURRING else None
        return no_more_than(missing, payments_left(calendar, payments, self.put_in), until=next_cycle)

    @property
    def stored_payments(self) -> Iterator[Payment]:
        """The first payments of the newest version, which were still to be made, each read as it is asked for."""
        return (Payment(date.fromisoformat(day), Decimal(amount)) for day, amount in self.payments)

    def says_all_until(self, today: date) -> date | None:
        """The first day after `today` on which the newest version, made today, may not say all that is asked for.

        It is the first of these: the goal's date, on which it is overdue if something is missing; the end of the
        month with the last payment; and, since a version stores only the first payments, the day on which the
        last twelve of them are left. An overdue goal asks again in each month of the calendar, also for what was
        asked for before and not put in. None if all is there. Reads `goal`.
        """
        if self.anchor is None or self.goal.is_reached or self.goal.is_cleared:
            return None
        days, payments = [self.goal.due_on(today)], [date.fromisoformat(day) for day, _ in self.payments]
        if payments:
            is_overdue = self.explanation["facts"].get("overdue")
            last = payments[0] if is_overdue else payments[-1]
            days.append(month_over_on(self.anchor, last, of_debts=self.is_of_debts))
            if is_overdue:
                days.append(calendar_on(today, self.anchor).day(1))
        if len(payments) == MOST_PAYMENTS:
            days.append(payments[-UPCOMING])
        return min((day for day in days if day > today), default=None)

    def left_of_month(self, today: date) -> Decimal:
        """What is still to be put in this month of the planning calendar. Reads `goal`."""
        if self.anchor is None:
            return Decimal(self.this_month)
        calendar = calendar_on(today, self.anchor)
        return of_present_month(calendar, self.payments_left(today), of_debts=self.is_of_debts)

    @property
    def is_of_debts(self) -> bool:
        """Whether it is a plan to pay off linked debts. Reads `goal`."""
        return self.goal.type == GoalType.DEBT_PAYOFF and self._plans_debts

    @property
    def _plans_debts(self) -> bool:
        return "debts" in self.explanation["facts"] if self.has_debts is None else self.has_debts

    def explanation_on(self, today: date) -> dict[str, Any]:
        """The newest version's explanation. It names the payday of a payment only while that is the next one.

        Reads `goal`: select it with the plan.
        """
        payday = self.explanation["facts"].get("payday")
        following = self.next_action_date(today) if payday else None
        is_next = following is not None and following.isoformat() == payday["payment"]
        told = dict(self.explanation) if is_next else without_payday(self.explanation)
        if self.shortfall_now != Decimal(self.shortfall):
            due, planned_on = self.goal.due_on(today), told["facts"]["as_of"]
            is_less = self.lacks_earlier_payments
            sentence = missing_as_asked(self.shortfall_now, due, planned_on=planned_on, is_less=is_less)
            told["text"] += f" {sentence}"
        return told


def _steps(stored: Sequence[Sequence[str]]) -> list[Step]:
    return [(date.fromisoformat(day), Decimal(amount)) for day, amount in stored]


class PlanVersion(WrittenOnce):
    """One decision about a plan: `inputs` are all the numbers it was made from, `outputs` the result."""

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=16, choices=choices(Reason))
    engine_version = models.CharField(max_length=20)
    inputs = ExactJSONField()
    outputs = ExactJSONField()
    created_at = models.DateTimeField()

    privacy = Privacy(owner="plan__user", section="planning.plan_versions", order=("plan_id", "number"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="plan_version_number_from_one"),
            models.CheckConstraint(condition=Q(reason__in=list(Reason)), name="plan_version_reason_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="plan_version_newest")]

    def __str__(self) -> str:
        return f"Version {self.number} ({self.reason})"

    @property
    def as_of(self) -> date:
        """The day that this version's numbers were counted from."""
        return date.fromisoformat(self.inputs["plan"]["as_of"])
