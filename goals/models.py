"""A goal: an amount by a date, and how far it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When

from fincred.db.fields import ExactJSONField, FoldedField, MoneyField, RateField, choices
from fincred.db.models import RevisedModel, RevisedQuerySet
from fincred.db.privacy import Privacy
from fincred.money import MAX_RATE, ZERO
from fincred.text import fold
from goals.cycles import cycle_start
from goals.kinds import MOST_MONTHS
from goals.pace import Pace, expected_after, expected_by, last_day, straight_line
from goals.progress import ProgressStatus, progress_percentage, progress_status
from goals.reserves import last_due, planned_for
from goals.vocabulary import GoalType, Kind, Priority, Status

NO_RATE: Final = Decimal("0.0000")


class GoalQuerySet(RevisedQuerySet["Goal"]):
    def active(self) -> Self:
        return self.filter(status=Status.ACTIVE)

    def chosen(
        self,
        *,
        status: Collection[str] | None = None,
        type: Collection[str] | None = None,  # noqa: A002  the field's name
        priority: Collection[str] | None = None,
        search: str | None = None,
    ) -> Self:
        """Goals that match each argument given: one of its values, or `search` in the name, ignoring case."""
        one_of = {"status__in": status, "type__in": type, "priority__in": priority}
        goals = self.filter(**{name: values for name, values in one_of.items() if values is not None})
        return goals.filter(name_folded__contains=fold(search)) if search else goals

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def most_urgent_first(self) -> Self:
        """High priority before Medium before Low, then the earlier date."""
        return self.order_by("priority_rank", "target_date", "id")


class Goal(RevisedModel):
    """What a person wants to have saved (or paid off) by a date.

    `current_amount` and `last_check_in_date` are those of the latest check-in. `check_in_count` is the number of
    check-ins, and `cycles_ended` the number of those that ended a cycle: it is also the number of the present
    cycle, counted from 0. A recurring goal's `target_date` is that of its present cycle, and `first_date` that of
    its first. `started_on` is the day of creation where the person lived. `pace` is what the plan expects by when;
    without a plan it is None, and a straight line counts. `drained_on` is the day on which a full reserve fell
    below its target; None again once the reserve is full or gets another date.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="goals", db_index=False)
    type = models.CharField(max_length=20, choices=choices(GoalType))
    kind = models.CharField(max_length=9, choices=choices(Kind), default=Kind.ONCE, db_default=Kind.ONCE.value)
    repeat_every_months = models.PositiveSmallIntegerField(null=True)
    first_date = models.DateField(null=True)
    name = models.CharField(max_length=100)
    name_folded = FoldedField(source="name", max_length=300, db_default="")
    target_amount = MoneyField(verbose_name="target")
    target_date = models.DateField()
    priority = models.CharField(max_length=6, choices=choices(Priority))
    # The database derives the rank from the word, so "High" before "Low" is a plain ORDER BY.
    priority_rank = models.GeneratedField(
        expression=Case(
            *(When(priority=word, then=Value(rank)) for rank, word in enumerate(Priority, start=1)),
            output_field=models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    primary_flag = models.BooleanField(default=False)
    why_text = models.CharField("why they want it", max_length=500, null=True)  # noqa: DJ001  the contract's null
    annual_rate = RateField(default=NO_RATE)
    status = models.CharField(max_length=9, choices=choices(Status), default=Status.ACTIVE)
    current_amount = MoneyField(verbose_name="there now", default=ZERO)
    last_check_in_date = models.DateField("last check-in", null=True)
    check_in_count = models.PositiveIntegerField("check-ins", default=0, db_default=0)
    cycles_ended = models.PositiveIntegerField(default=0, db_default=0)
    started_on = models.DateField()
    drained_on = models.DateField("below its target since", null=True)
    pace = ExactJSONField(null=True)
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = GoalQuerySet.as_manager()
    privacy = Privacy(
        owner="user", section="goals", withheld=("name_folded", "revision"), order=("-created_at", "-id")
    )

    class Meta:
        permissions: ClassVar = [("help_goal", "Can pause, cancel and reopen a person's goals")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(type__in=list(GoalType)), name="goal_type_known"),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="goal_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    kind=Kind.RECURRING, repeat_every_months__range=(1, MOST_MONTHS), first_date__isnull=False
                )
                | (~Q(kind=Kind.RECURRING) & Q(repeat_every_months=None, first_date=None)),
                name="goal_repeats_if_recurring",
            ),
            models.CheckConstraint(
                condition=Q(drained_on=None) | Q(kind=Kind.RESERVE), name="goal_drained_if_a_reserve"
            ),
            models.CheckConstraint(condition=Q(priority__in=list(Priority)), name="goal_priority_known"),
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="goal_status_known"),
            models.CheckConstraint(condition=~Q(name=""), name="goal_name_not_empty"),
            models.CheckConstraint(condition=Q(target_amount__gt=0), name="goal_target_amount_positive"),
            models.CheckConstraint(condition=Q(current_amount__gte=0), name="goal_current_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0, annual_rate__lte=MAX_RATE), name="goal_annual_rate_in_range"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.COMPLETED, completed_at__isnull=False)
                | (~Q(status=Status.COMPLETED) & Q(completed_at=None)),
                name="goal_completed_at_when_completed",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(primary_flag=True), name="goal_one_primary_a_person"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at", "-id"], name="goal_newest_first")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reached(self) -> bool:
        return bool(self.current_amount >= self.target_amount)

    @property
    def is_done(self) -> bool:
        """Whether it is reached for good: a recurring goal has its next cycle, and a reserve stays active."""
        return self.is_reached and self.kind == Kind.ONCE

    @property
    def cycle_began_on(self) -> date | None:
        """The end of the cycle before the present one; None in the first, and if the goal isn't recurring."""
        if self.first_date is None or self.repeat_every_months is None:
            return None
        return cycle_start(self.first_date, self.repeat_every_months, self.target_date)

    @property
    def is_full(self) -> bool:
        """Whether it goes on although it is reached: a reserve, or a recurring goal until its next cycle."""
        return self.is_reached and self.kind != Kind.ONCE

    @property
    def is_cleared(self) -> bool:
        """Whether all debts that are linked to it are paid off, also where its target is more than they were."""
        cleared = self.pace.get("cleared") if self.pace else None
        return cleared is not None and self.current_amount >= Decimal(cleared)

    def due_on(self, today: date) -> date:
        """The day by which it is planned: its date; of a reserve the day that `planned_for` finds."""
        if self.kind == Kind.RESERVE:
            return planned_for(self.target_date, self.drained_on, today)
        return self.target_date

    @property
    def progress_percentage(self) -> Decimal:
        return progress_percentage(self.current_amount, self.target_amount)

    def expected_on(self, day: date) -> Decimal:
        """What the plan, or the straight line where there is none, expects to be there on `day`."""
        if self.pace is not None and not self._begins_again(day):
            return expected_by(self.pace, day)
        return self.line_on(day).expected_on(day)

    def line_on(self, day: date) -> Pace:
        """The straight line to the date that counts on `day`.

        It begins when the goal was made. A reserve's begins when it was last to be full, or when it was drained, a
        recurring goal's with its present cycle.
        """
        since = self._begins_again(day) or self.drained_on or self.cycle_began_on or self.started_on
        return straight_line(since, self.due_on(day), self.target_amount)

    def expected_after(self, day: date) -> Decimal:
        """What is expected once the payments due by `day` are made; without a plan, the same as `expected_on`."""
        if self.pace is None or self._begins_again(day):
            return self.expected_on(day)
        return expected_after(self.pace, day)

    def _begins_again(self, day: date) -> date | None:
        """The day by which the reserve was to be full and isn't.

        None if it hasn't come, or the pace goes beyond `day`.
        """
        if self.kind != Kind.RESERVE or self.is_full:
            return None
        due = last_due(self.target_date, self.drained_on, day)
        if due is None or (self.pace is not None and date.fromisoformat(last_day(self.pace)) > day):
            return None
        return due

    def progress_status_on(self, today: date) -> ProgressStatus:
        """Where the goal stands; one that the person declared completed is completed."""
        if self.status == Status.COMPLETED:
            return ProgressStatus.COMPLETED
        if self.is_full or (self.is_cleared and not self.is_reached):
            return ProgressStatus.ON_TRACK
        return progress_status(
            current_amount=self.current_amount,
            target_amount=self.target_amount,
            target_date=self.due_on(today),
            last_check_in_date=self.last_check_in_date,
            expected=self.expected_on(today),
            today=today,
        )
