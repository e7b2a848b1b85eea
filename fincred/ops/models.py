"""What FinCred keeps about a database itself, apart from the data in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from fincred.db.privacy import NOT_PERSONAL

OVERDUE = timedelta(minutes=10)
"""How late a job is when nothing seems to run it: a worker looks for each at least once a minute."""

LONGEST_FAILURE = 200


class DatabaseState(models.Model):
    """One row that belongs to this database: no backup holds it, no restore brings it."""

    privacy = NOT_PERSONAL
    in_backups = False

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Changed again and again, to see whether the database takes writes.
    probe = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When `restore` filled this database; null once `after_restore` has run.
    restored_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="database_state_one_row")]

    def __str__(self) -> str:
        return "The state of this database"


class JobStateQuerySet(models.QuerySet["JobState"]):
    def whole(self) -> JobStateQuerySet:
        """Without the rows of shards, such as `check_integrity 2/4`."""
        return self.exclude(name__contains="/")

    def of_shards(self, job: str) -> JobStateQuerySet:
        """The rows of this job's shards."""
        return self.filter(name__startswith=f"{job} ", name__contains="/")

    def failing(self, now: datetime) -> JobStateQuerySet:
        """Those whose last run failed by a fault, or that are overdue."""
        is_free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.filter(Q(was_postponed=False, failures__gt=0) | Q(is_free, next_run_at__lte=now - OVERDUE))

    def postponed(self) -> JobStateQuerySet:
        """Those whose last run couldn't reach something."""
        return self.filter(was_postponed=True)


class JobState(models.Model):
    """When a job is due, which worker has it, and how it went; what runs it is `fincred.ops.jobs`."""

    privacy = NOT_PERSONAL
    in_backups = False

    name = models.CharField(max_length=40, primary_key=True)
    next_run_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    owner = models.UUIDField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_seconds = models.FloatField(null=True)
    # In a row, since the last success.
    failures = models.PositiveIntegerField(default=0)
    # Whether the last run couldn't reach something, which is no fault of the job's.
    was_postponed = models.BooleanField(default=False, db_default=False)
    # Why the last run failed: the error's name, or what the job couldn't reach and how. Empty after a success.
    failure = models.CharField(max_length=LONGEST_FAILURE, blank=True, default="", db_default="")
    done = models.PositiveBigIntegerField(default=0)

    objects = JobStateQuerySet.as_manager()

    class Meta:
        verbose_name = "job"

    def __str__(self) -> str:
        return f"Job {self.name}"

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have run a while ago, and nothing runs it."""
        return self.next_run_at <= now - OVERDUE and (self.leased_until is None or self.leased_until <= now)
