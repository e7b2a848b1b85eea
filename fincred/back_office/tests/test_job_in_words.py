"""How a job goes, in words: what keeps it, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management.base import OutputWrapper
from django.test import Client

from fincred.back_office.job_in_words import in_shards, job_state
from fincred.ops.models import JobState
from fincred.ops.own_work import OwnWork, note_success

pytestmark = [pytest.mark.unit, pytest.mark.platform]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JobState(), "hasn't run yet"),
        (JobState(last_success_at=NOON), "goes well"),
        (JobState(last_success_at=NOON, next_run_at=NOON - timedelta(minutes=9)), "goes well"),
        (
            JobState(name="mail", last_success_at=NOON, next_run_at=NOON - timedelta(days=42)),
            "overdue since 27 Jan 2026, 12:00 UTC: nothing runs it; start manage.py work",
        ),
        (JobState(name="backup", next_run_at=NOON - timedelta(days=1)), "start manage.py backup"),
        (
            JobState(failures=2, leased_until=NOON + timedelta(seconds=1), next_run_at=NOON - timedelta(days=1)),
            "fail",
        ),
        (JobState(failures=1), "failed once: the log"),
        (
            JobState(failures=3, was_postponed=True, failure="mail server: TimeoutError"),
            "postponed 3 times in a row: the mail server is",
        ),
        (
            JobState(failures=1, was_postponed=True, failure="mail folder: Permission denied: /var/mail"),
            "postponed once: the mail folder can&#x27;t be written",
        ),
        (
            JobState(failures=1, was_postponed=True, failure="Expo: 502"),
            "postponed once: Expo, which delivers pushes",
        ),
        (
            JobState(failures=1, was_postponed=True, failure="OperationalError"),
            "postponed once: the database was away",
        ),
        (JobState(failures=1, failure="ZeroDivisionError"), "failed once: a fault of the program"),
    ],
)
def test_each_state_has_its_words(job: JobState, words: str) -> None:
    job.next_run_at = job.next_run_at or NOON
    assert words in job_state(job, NOON)
    assert job.failure in job_state(job, NOON)


@pytest.mark.parametrize(
    ("whole", "days", "words"),
    [
        (None, {}, ""),
        (None, {"1/4": 2, "3/4": 1}, ": 2 of 4 shards are done"),
        (NOON, {"1/2": 0, "2/2": 1}, ", in 2 shards"),
        (NOON, {"1/4": 1, "1/2": -9, "2/2": -8}, ", and since then 1 of 4 shards"),
        (NOON, {"1/4": -1}, ""),
    ],
)
def test_how_far_it_has_come_in_shards(whole: datetime | None, days: dict[str, int], words: str) -> None:
    moments = {shard: NOON + timedelta(days=number) for shard, number in days.items()}
    assert in_shards(JobState(last_success_at=whole), moments) == words


@pytest.mark.integration
@pytest.mark.django_db
def test_a_job_in_shards_is_one_row(boss: Client) -> None:
    for shard in ("1/3", "3/3"):
        note_success(OwnWork.CHECK, seconds=1, stderr=OutputWrapper(StringIO()), shard=shard)
    page = boss.get("/admin/ops/jobstate/").content.decode()
    assert page.count("check integrity") == 1
    assert "yet: 2 of 3 shards are done" in page.replace("&#x27;", "'")
