"""Keeping score: check-ins and weekly pulses, the weeks that they count for, and milestones."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from fincred.db.fields import MoneyField, choices
from fincred.db.models import OwnedQuerySet, RevisedModel, RevisedQuerySet, UUIDModel
from fincred.db.privacy import Privacy
from fincred.db.queries import Parameter
from goals.models import Goal
from tracking import milestones
from tracking.vocabulary import CheckInSource, PlannedPayments, Spending


class CheckInQuerySet(RevisedQuerySet["CheckIn"]):
    def of_goal(self, goal: Goal | Parameter) -> Self:
        """The check-ins of a goal. The caller checks whose goal it is, so that one index serves."""
        return self.filter(goal=goal)

    def between(self, first: date | Parameter | None, last: date | Parameter | None) -> Self:
        """From `first` to `last`, both included; None means no limit."""
        check_ins = self if first is None else self.filter(check_in_date__gte=first)
        return check_ins if last is None else check_ins.filter(check_in_date__lte=last)

    def newest_first(self) -> Self:
        """By day, then by creation. The goal's amount follows the first one."""
        return self.order_by("-check_in_date", "-created_at", "-id")


class CheckIn(RevisedModel):
    """What is saved (or paid off) for a goal by a day: as the person says, or as the end of a cycle left it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="check_ins", db_index=False)
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="check_ins", db_index=False)
    current_amount = MoneyField()
    check_in_date = models.DateField("check-in date")
    reflection = models.CharField(max_length=1000, null=True)  # noqa: DJ001  the contract's null
    source = models.CharField(
        max_length=12,
        choices=choices(CheckInSource),
        default=CheckInSource.MANUAL_ENTRY,
        db_default=CheckInSource.MANUAL_ENTRY.value,
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = CheckInQuerySet.as_manager()
    privacy = Privacy(
        owner="user",
        section="tracking.check_ins",
        withheld=("revision",),
        order=("-check_in_date", "-created_at", "-id"),
    )

    class Meta:
        verbose_name = "check-in"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(current_amount__gte=0), name="check_in_amount_not_negative"),
            models.CheckConstraint(condition=Q(source__in=list(CheckInSource)), name="check_in_source_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["goal", "-check_in_date", "-created_at", "-id"], name="check_in_newest_of_goal"),
            models.Index(
                fields=["user", "-check_in_date", "-created_at", "-id"], name="check_in_newest_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.current_amount} on {self.check_in_date}"


_NEWEST_PERIOD: Final = ("-monday", "-period_start", "-completed_at", "-id")


class PulseQuerySet(RevisedQuerySet["Pulse"]):
    def newest_first(self) -> Self:
        """By the week that a pulse counts for, then by its period's first day, then by the moment it was told."""
        return self.order_by(*_NEWEST_PERIOD)


class Pulse(RevisedModel):
    """How a week went, as the person says. `monday` begins the week of their streak that it counts for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pulses", db_index=False)
    made_planned_payments = models.CharField("planned payments", max_length=7, choices=choices(PlannedPayments))
    spending_vs_plan = models.CharField("spending against the plan", max_length=5, choices=choices(Spending))
    mood_score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=1000, null=True)  # noqa: DJ001  the contract's null
    period_start = models.DateField()
    period_end = models.DateField()
    monday = models.DateField()
    completed_at = models.DateTimeField()

    objects = PulseQuerySet.as_manager()
    privacy = Privacy(owner="user", section="tracking.pulses", withheld=("revision",), order=_NEWEST_PERIOD)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(made_planned_payments__in=list(PlannedPayments)), name="pulse_payments_known"
            ),
            models.CheckConstraint(condition=Q(spending_vs_plan__in=list(Spending)), name="pulse_spending_known"),
            models.CheckConstraint(condition=Q(mood_score__range=(1, 5)), name="pulse_mood_from_1_to_5"),
            models.CheckConstraint(
                condition=Q(period_end__gte=models.F("period_start")), name="pulse_period_in_order"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", *_NEWEST_PERIOD], name="pulse_newest_period"),
        ]

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}"


class CheckInWeek(models.Model):
    """How many check-ins and pulses a person has in the week from `monday`; a week without any has no row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="check_in_weeks", db_index=False
    )
    monday = models.DateField()
    check_ins = models.PositiveIntegerField()

    privacy = Privacy(owner="user", section="tracking.weeks", order=("monday",))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "monday"], name="check_in_week_once_a_person"),
            models.CheckConstraint(condition=Q(check_ins__gte=1), name="check_in_week_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.check_ins} from {self.monday}"


class Standing(models.Model):
    """How a person stood when the daily job last counted: it follows from their goals, plans and check-ins.

    Only the back office reads it, to find people; nothing that a person sees comes from it. `joined_at` is the
    order of its lists.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="standing"
    )
    joined_at = models.DateTimeField()
    # Of the active goals, those that are off track on the person's day.
    off_track_goals = models.PositiveSmallIntegerField()
    has_plan = models.BooleanField()
    is_off_track = models.BooleanField()
    # With active goals, and no check-in for four weeks.
    is_silent = models.BooleanField()
    # With active goals, and no plan.
    is_unplanned = models.BooleanField()
    # With a check-in today or on the six days before.
    has_checked_in = models.BooleanField(default=False, db_default=False)
    counted_at = models.DateTimeField()

    privacy = Privacy(owner="user")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-joined_at"], condition=Q(is_off_track=True), name="standing_off_track"),
            models.Index(fields=["-joined_at"], condition=Q(is_silent=True), name="standing_silent"),
            models.Index(fields=["-joined_at"], condition=Q(is_unplanned=True), name="standing_unplanned"),
            models.Index(fields=["-joined_at"], condition=Q(has_plan=True), name="standing_planned"),
            models.Index(fields=["-joined_at"], condition=Q(has_checked_in=True), name="standing_checked_in"),
            models.Index(fields=["counted_at"], name="standing_counted_at"),
        ]

    def __str__(self) -> str:
        return f"Standing of {self.user_id}"


class MilestoneQuerySet(OwnedQuerySet["Milestone"]):
    def newest_first(self) -> Self:
        return self.order_by("-reached_on", "-percent", "-id")


class Milestone(UUIDModel):
    """A quarter of the way to a goal. It stays when the check-in that reached it is corrected or removed.

    Each is reached once; `cycle` is how many cycles of the goal had ended before, so it is once a cycle.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="milestones", db_index=False)
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="milestones", db_index=False)
    cycle = models.PositiveIntegerField(default=0, db_default=0)
    percent = models.PositiveSmallIntegerField()
    reached_on = models.DateField()

    objects = MilestoneQuerySet.as_manager()
    privacy = Privacy(owner="user", section="tracking.milestones", order=("-reached_on", "-percent", "-id"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["goal", "cycle", "percent"], name="milestone_once_a_cycle"),
            models.CheckConstraint(condition=Q(percent__in=milestones.PERCENTS), name="milestone_percent_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-reached_on", "-percent", "-id"], name="milestone_newest_of_person")
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return milestones.milestone_text(self.percent, self.goal.name)
