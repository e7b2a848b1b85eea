"""A job as operators read it: how it goes, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from accounts.back_office import Failure, told
from fincred.days_in_words import day_in_words
from fincred.ops.models import JobState
from fincred.ops.own_work import OwnWork

_LOG: Final = 'the log of manage.py work has it, at "Job failed"'
_MAIL: Final = Failure("the mail server is away, or refuses FinCred's sign-in", "check it and EMAIL_URL")
_FOLDER: Final = Failure("the mail folder can't be written", "check EMAIL_URL and the folder's disk")
_EXPO: Final = Failure("Expo, which delivers pushes, is away or refuses them", "it goes on once Expo does")
_DATABASE: Final = Failure("the database was away or too slow", "it goes on once the database does")
_FAULT: Final = Failure("a fault of the program", f"tell its developers: {_LOG}")


def job_state(job: JobState, now: datetime) -> SafeString | str:
    """Whether it goes well; if not, for how long, why, and what to do."""
    if job.is_overdue(now):
        since = f"{day_in_words(job.next_run_at.date())}, {job.next_run_at:%H:%M} UTC"
        command = job.name if job.name in set(OwnWork) else "work"
        return f"overdue since {since}: nothing runs it; start manage.py {command}"
    if not job.failures:
        return "goes well" if job.last_success_at else "hasn't run yet"
    times = "once" if job.failures == 1 else f"{job.failures} times in a row"
    if not job.failure:
        return f"failed {times}: {_LOG}"
    went = "postponed" if job.was_postponed else "failed"
    return told(f"{went} {times}: {{}}", why_it_failed(job.failure), job.failure)


def in_shards(job: JobState, moments: Mapping[str, datetime]) -> str:
    """How far the job has come in shards; `moments` are their last successes by name, such as "2/4"."""
    if not moments:
        return ""
    _, _, count = max(moments, key=moments.__getitem__).partition("/")
    done = [moment for shard, moment in moments.items() if shard.endswith(f"/{count}")]
    if job.last_success_at is None:
        return f": {len(done)} of {count} shards are done"
    if len(done) == int(count):
        return f", in {count} shards"
    newer = sum(moment > job.last_success_at for moment in done)
    return f", and since then {newer} of {count} shards" if newer else ""


def why_it_failed(failure: str) -> Failure:
    """What is kept of the last run, such as "mail server: TimeoutError", in words."""
    if failure in {"OperationalError", "InterfaceError"}:
        return _DATABASE
    return {"mail server": _MAIL, "mail folder": _FOLDER, "Expo": _EXPO}.get(failure.partition(":")[0], _FAULT)
