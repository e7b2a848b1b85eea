"""What operators run themselves again and again, and whose last success the metrics tell: alerts go by it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.core.management.base import OutputWrapper
from django.db import Error

from fincred import clock
from fincred.ops.models import JobState


class OwnWork(StrEnum):
    """Its name as a job, beside those of workers."""

    BACKUP = "backup"
    COPY = "backup_copied"
    CHECK = "check_integrity"


_EVERY = {OwnWork.BACKUP: timedelta(days=1), OwnWork.COPY: timedelta(days=1), OwnWork.CHECK: timedelta(days=7)}
_ALERTS = {
    OwnWork.BACKUP: "FinCredBackupLate",
    OwnWork.COPY: "FinCredCopyLate",
    OwnWork.CHECK: "FinCredCheckLate",
}


def note_success(work: OwnWork, *, seconds: float, stderr: OutputWrapper) -> None:
    """Have the metrics and the back office tell of it as of a job. A standby can't note it: no failure."""
    now = clock.now()
    told = {"last_success_at": now, "last_seconds": seconds, "next_run_at": now + _EVERY[work]}
    try:
        JobState.objects.update_or_create(name=work, defaults=told)
    except Error as error:
        name = type(error.__cause__ or error).__name__
        stderr.write(f"Not noted in the database ({name}): {_ALERTS[work]} doesn't know of it.")
