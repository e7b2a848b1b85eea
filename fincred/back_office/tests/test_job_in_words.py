"""How a job goes, in words: what keeps it, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fincred.back_office.job_in_words import job_state
from fincred.ops.models import JobState

pytestmark = [pytest.mark.unit, pytest.mark.platform]

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JobState(), "hasn't run yet"),
        (JobState(last_success_at=NOON), "goes well"),
        (JobState(failures=1), "failed once: the log"),
        (
            JobState(failures=3, failure="mail server: TimeoutError"),
            "postponed 3 times in a row: the mail server is",
        ),
        (JobState(failures=1, failure="Expo: 502"), "postponed once: Expo, which delivers pushes"),
        (JobState(failures=1, failure="OperationalError"), "postponed once: the database was away"),
        (JobState(failures=1, failure="ZeroDivisionError"), "failed once: a fault of the program"),
    ],
)
def test_each_state_has_its_words(job: JobState, words: str) -> None:
    assert words in job_state(job)
    assert job.failure in job_state(job)
