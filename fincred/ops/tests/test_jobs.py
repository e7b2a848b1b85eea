from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from fincred import clock
from fincred.ops import jobs
from fincred.ops.heartbeat import SOON
from fincred.ops.jobs import (
    AfterRestoreNeededError,
    Job,
    JobPostponedError,
    register_job,
    registered_jobs,
    run_if_due,
)
from fincred.ops.models import DatabaseState, JobState
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def at(moment: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: moment


def three(clock: jobs.Clock, stop: jobs.Stop) -> int:
    return 3


HOURLY = Job(name="hourly", every=HOUR, run=three)


def row() -> JobState:
    return JobState.objects.get(name="hourly")


class TestRunIfDue:
    def test_runs_at_once_and_then_when_its_interval_has_passed(self, noon: datetime) -> None:
        assert run_if_due(HOURLY, clock=at(noon))
        assert not run_if_due(HOURLY, clock=at(noon + HOUR - MINUTE))
        assert run_if_due(HOURLY, clock=at(noon + HOUR))
        assert (row().done, row().last_success_at, row().next_run_at) == (6, noon + HOUR, noon + 2 * HOUR)

    def test_is_not_run_by_two_workers_at_once(self, noon: datetime) -> None:
        others: list[bool] = []

        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            others.append(run_if_due(replace(HOURLY, run=three), clock=clock))
            return 1

        assert run_if_due(replace(HOURLY, run=run), clock=at(noon))
        assert (others, row().done) == ([False], 1)

    def test_a_parallel_job_is_run_by_several_workers(self, noon: datetime) -> None:
        others: list[bool] = []

        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            others.append(run_if_due(replace(HOURLY, parallel=True), clock=at(noon + HOUR)))
            return 1

        assert run_if_due(replace(HOURLY, run=run, parallel=True), clock=at(noon))
        assert (others, row().done) == ([True], 4)

    def test_of_a_worker_that_crashed_is_due_when_its_lease_has_ended(self, noon: datetime) -> None:
        JobState.objects.create(name="hourly", next_run_at=noon, leased_until=noon + MINUTE)
        assert not run_if_due(HOURLY, clock=at(noon))
        assert run_if_due(HOURLY, clock=at(noon + MINUTE))

    def test_goes_on_after_the_clock_went_back(self, noon: datetime) -> None:
        assert run_if_due(HOURLY, clock=at(noon + 3 * HOUR))
        assert run_if_due(HOURLY, clock=at(noon))
        JobState.objects.update(next_run_at=noon, leased_until=noon + 2 * HOUR)  # of one that crashed before
        assert run_if_due(HOURLY, clock=at(noon))

    def test_is_left_to_a_worker_whose_clock_is_a_little_ahead(self, noon: datetime) -> None:
        assert run_if_due(HOURLY, clock=at(noon + 5 * MINUTE))
        assert not run_if_due(HOURLY, clock=at(noon))
        JobState.objects.update(next_run_at=noon, leased_until=noon + 6 * MINUTE)
        assert not run_if_due(HOURLY, clock=at(noon))

    def test_that_was_taken_over_says_nothing_about_the_run_of_the_other(self, noon: datetime) -> None:
        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            JobState.objects.update(leased_until=noon)
            assert run_if_due(HOURLY, clock=at(noon + MINUTE))
            return 1

        run_if_due(replace(HOURLY, run=run), clock=at(noon))
        assert row().done == 3
        assert row().next_run_at == noon + MINUTE + HOUR

    def test_fails_visibly_and_is_tried_again_a_minute_later(
        self, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            raise ZeroDivisionError

        assert not run_if_due(replace(HOURLY, run=run), clock=at(noon))
        [record] = [record for record in caplog.records if record.message == "Job failed"]
        assert record.exc_info is not None
        assert (row().failures, row().next_run_at, row().last_success_at) == (1, noon + MINUTE, None)
        assert not row().was_postponed
        assert run_if_due(HOURLY, clock=at(noon + MINUTE))
        assert (row().failures, row().failure) == (0, "")

    def test_keeps_the_name_of_its_error_and_no_text(self, noon: datetime) -> None:
        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            raise ValueError("dana@example.com")

        run_if_due(replace(HOURLY, run=run), clock=at(noon))
        assert row().failure == "ValueError"

    def test_what_is_away_is_named_without_a_traceback(
        self, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            raise JobPostponedError("mail server: ConnectionRefusedError")

        run_if_due(replace(HOURLY, run=run), clock=at(noon))
        [record] = [record for record in caplog.records if record.message == "Job postponed"]
        assert vars(record)["reason"] == row().failure == "mail server: ConnectionRefusedError"
        assert record.exc_info is None
        assert row().was_postponed
        run_if_due(HOURLY, clock=at(noon + MINUTE))
        assert (row().failures, row().was_postponed) == (0, False)

    def test_that_was_postponed_by_the_version_before_is_known_by_its_text(self, noon: datetime) -> None:
        mark: Any = import_module("fincred.ops.migrations.0006_job_postponed").mark
        told = {"mail": "mail server: gaierror", "goal_cycles": "OperationalError", "pushes": "KeyError"}
        for name, failure in told.items():
            JobState.objects.create(name=name, failures=1, failure=failure, next_run_at=noon)
        mark(apps, None)
        assert {row.name for row in JobState.objects.postponed()} == {"mail", "goal_cycles"}

    @pytest.mark.parametrize(
        ("reason", "kept"),
        [
            ("mail folder: " + 18 * "Permission " + "denied", "mail folder:" + 16 * " Permission" + " …"),
            ("mail folder: /" + 300 * "x", "mail folder: /" + 185 * "x" + "…"),
        ],
    )
    def test_keeps_two_hundred_characters_of_a_long_reason(self, noon: datetime, reason: str, kept: str) -> None:
        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            raise JobPostponedError(reason)

        run_if_due(replace(HOURLY, run=run), clock=at(noon))
        assert row().failure == kept
        assert len(kept) <= 200

    def test_that_is_stopped_stays_due(self, noon: datetime) -> None:
        assert not run_if_due(HOURLY, clock=at(noon), stop=lambda: True)
        assert (row().done, row().last_success_at) == (3, None)
        assert run_if_due(HOURLY, clock=at(noon))

    def test_waits_in_a_restored_database(self, noon: datetime) -> None:
        DatabaseState.objects.update_or_create(pk=1, defaults={"restored_at": noon})
        with pytest.raises(AfterRestoreNeededError):
            run_if_due(HOURLY, clock=at(noon))
        assert row().owner is None
        DatabaseState.objects.update(restored_at=None)
        assert run_if_due(HOURLY, clock=at(noon))


@pytest.mark.django_db(transaction=True)
class TestLease:
    def test_is_prolonged_while_the_job_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "HEARTBEAT", timedelta(seconds=0.05))

        def run(clock: jobs.Clock, stop: jobs.Stop) -> int:
            taken_until = row().leased_until
            wait_until(lambda: row().leased_until != taken_until)
            return 1

        assert run_if_due(replace(HOURLY, run=run), clock=clock.now)
        assert row().leased_until is None


class TestWait:
    @pytest.mark.parametrize(("every", "seconds"), [(5, 1), (10, 1), (60, 6), (300, 30), (3600, 60), (86400, 60)])
    def test_is_a_tenth_of_the_interval_between_a_second_and_a_minute(self, every: int, seconds: int) -> None:
        assert replace(HOURLY, every=timedelta(seconds=every)).wait == timedelta(seconds=seconds)

    def test_after_an_outage_is_long_enough_for_others_to_prolong_their_leases(self) -> None:
        assert jobs.AFTER_OUTAGE > 2 * SOON


class TestRegisterJob:
    @pytest.fixture(autouse=True)
    def own_registry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "_registered", {})

    def test_the_same_twice_is_once(self) -> None:
        register_job(HOURLY)
        register_job(replace(HOURLY))
        assert registered_jobs() == [HOURLY]

    def test_refuses_another_job_of_that_name(self) -> None:
        register_job(HOURLY)
        with pytest.raises(ValueError, match="hourly"):
            register_job(replace(HOURLY, every=MINUTE))
