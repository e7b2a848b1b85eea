"""Commands that operators run regularly themselves: metrics tell their last success, and alerts follow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.core.management.base import OutputWrapper
from django.db import Error
from django.db.models import Count, Min, Sum

from fincred import clock
from fincred.ops.models import JobState


class OwnWork(StrEnum):
    """Such a command, by its name among the jobs."""

    BACKUP = "backup"
    COPY = "backup_copied"
    CHECK = "check_integrity"


_EVERY = {OwnWork.BACKUP: timedelta(days=1), OwnWork.COPY: timedelta(days=1), OwnWork.CHECK: timedelta(days=7)}
_ALERTS = {
    OwnWork.BACKUP: "FinCredBackupLate",
    OwnWork.COPY: "FinCredCopyLate",
    OwnWork.CHECK: "FinCredCheckLate",
}


def note_success(
    work: OwnWork, *, seconds: float, stderr: OutputWrapper, shard: str = "", at: datetime | None = None
) -> bool:
    """Note that a command succeeded: metrics and back office show it as a job.

    A `shard`, such as `2/4`, is noted by itself; once all of them are, the whole is as old as the oldest. Returns
    whether it was noted: a standby or a full disk takes no notes, which `stderr` is told.
    """
    now = at or clock.now()
    told = {"last_success_at": now, "last_seconds": seconds, "next_run_at": now + _EVERY[work]}
    try:
        JobState.objects.update_or_create(name=f"{work} {shard}" if shard else work, defaults=told)
        if shard:
            JobState.objects.get_or_create(name=work, defaults={"next_run_at": now})
            _note_whole(work, int(shard.partition("/")[2]))
    except Error as error:
        name = type(error.__cause__ or error).__name__
        stderr.write(f"Not noted in the database ({name}): {_ALERTS[work]} doesn't know of it.")
        return False
    return True


def _note_whole(work: OwnWork, count: int) -> None:
    shards = JobState.objects.filter(name__in=[f"{work} {number}/{count}" for number in range(1, count + 1)])
    found = shards.aggregate(count=Count("pk"), oldest=Min("last_success_at"), seconds=Sum("last_seconds"))
    whole = JobState.objects.filter(name=work, last_success_at__gte=found["oldest"])
    if found["count"] == count and not whole.exists():
        oldest, seconds = found["oldest"], found["seconds"]
        told = {"last_success_at": oldest, "last_seconds": seconds, "next_run_at": oldest + _EVERY[work]}
        JobState.objects.update_or_create(name=work, defaults=told)
