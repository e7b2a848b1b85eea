from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client

from accounts.mail import queue_mail
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail, User
from accounts.vocabulary import MailPurpose
from fincred import clock
from fincred.ops.jobs import Clock, Job, JobPostponedError, Stop, registered_jobs, run_if_due

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


def metrics() -> dict[str, float]:
    lines = Client().get("/metrics").content.decode().splitlines()
    figures = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in figures}


class TestMetrics:
    def test_tell_when_each_job_succeeded_and_how_much_it_did(self, saver: User) -> None:
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        before = clock.now().timestamp()
        for job in registered_jobs():
            assert run_if_due(job, clock=clock.now)
        seen = metrics()
        for name in ("mail", "purge_expired"):
            assert before <= seen[f'fincred_job_last_success_timestamp_seconds{{job="{name}"}}']
            assert 0 < seen[f'fincred_job_last_seconds{{job="{name}"}}'] < 60
            assert seen[f'fincred_job_failures{{job="{name}"}}'] == 0
        assert seen['fincred_job_done_total{job="mail"}'] == 1

    def test_count_mail_that_a_command_sends_as_that_of_workers(self, saver: User, stranger: User) -> None:
        queue_mail(user=saver, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        call_command("send_due_mail", stdout=StringIO())
        assert metrics()['fincred_job_done_total{job="mail"}'] == 1
        queue_mail(user=stranger, purpose=MailPurpose.RESET_PASSWORD, now=clock.now())
        for job in registered_jobs():
            run_if_due(job, clock=clock.now)
        assert metrics()['fincred_job_done_total{job="mail"}'] == 2
        call_command("send_due_mail", stdout=StringIO())
        assert metrics()['fincred_job_done_total{job="mail"}'] == 2

    def test_tell_that_a_worker_lives_whose_job_is_postponed_and_count_no_failure(self) -> None:
        def away(clock: Clock, stop: Stop) -> int:
            raise JobPostponedError("mail server: ConnectionRefusedError")

        def fails(clock: Clock, stop: Stop) -> int:
            raise ZeroDivisionError

        now = clock.now()
        for name, run in (("away", away), ("fails", fails)):
            job = Job(name=name, every=timedelta(minutes=1), run=run)
            assert not run_if_due(job, clock=lambda: now)
        seen = metrics()
        for name, failures in (("away", 0), ("fails", 1)):
            assert seen[f'fincred_job_failures{{job="{name}"}}'] == failures
            assert seen[f'fincred_job_next_run_timestamp_seconds{{job="{name}"}}'] == now.timestamp() + 60

    def test_tell_what_the_outbox_holds(self, saver: User, stranger: User) -> None:
        hour_ago = clock.now() - timedelta(hours=1)
        for purpose in (MailPurpose.VERIFY_EMAIL, MailPurpose.RESET_PASSWORD):
            queue_mail(user=saver, purpose=purpose, now=hour_ago)
            queue_mail(user=stranger, purpose=purpose, now=hour_ago - timedelta(hours=1))
        OutgoingMail.objects.filter(user=stranger).update(attempts=MAX_MAIL_ATTEMPTS)
        OutgoingMail.objects.filter(user=saver, purpose=MailPurpose.VERIFY_EMAIL).update(sent_at=hour_ago)
        seen = metrics()
        states = {state: seen[f'fincred_outbox_mails{{state="{state}"}}'] for state in ("due", "dead")}
        assert states == {"due": 1, "dead": 2}
        assert 3600 <= seen["fincred_outbox_oldest_seconds"] < 3700

    def test_count_how_late_mail_is_from_when_it_was_due(self, saver: User, stranger: User) -> None:
        """Until then it waits on purpose: for the end of quiet hours, or of a mail server's greylisting."""
        now = clock.now()
        for person in (saver, stranger):
            queue_mail(user=person, purpose=MailPurpose.RESET_PASSWORD, now=now - timedelta(hours=9))
        OutgoingMail.objects.filter(user=saver).update(next_attempt_at=now + timedelta(hours=1))
        OutgoingMail.objects.filter(user=stranger).update(next_attempt_at=now - timedelta(minutes=1))
        assert 60 <= metrics()["fincred_outbox_oldest_seconds"] < 3600
        OutgoingMail.objects.filter(user=stranger).delete()
        assert metrics()["fincred_outbox_oldest_seconds"] == 0

    def test_say_that_all_stored_figures_are_there(self) -> None:
        seen = metrics()
        assert [seen[f'fincred_figures_read{{figures="{name}"}}'] for name in ("jobs", "server", "outbox")] == [
            1, 1, 1
        ]  # fmt: skip

    def test_leave_out_those_of_one_kind_that_fails(self) -> None:
        def away(execute: Any, sql: str, *others: Any) -> Any:
            if "accounts_outgoingmail" in sql:
                raise OperationalError
            return execute(sql, *others)

        with connection.execute_wrapper(away):
            seen = metrics()
        assert seen['fincred_figures_read{figures="jobs"}'] == 1
        assert seen['fincred_figures_read{figures="outbox"}'] == 0

    def test_show_the_others_without_a_database(self) -> None:
        def away(*_: object) -> None:
            raise OperationalError

        with connection.execute_wrapper(away):
            seen = metrics()
        assert "fincred_outbox_oldest_seconds" not in seen
        assert {name: value for name, value in seen.items() if name.startswith("fincred_figures_read")} == {
            f'fincred_figures_read{{figures="{figures}"}}': 0 for figures in ("jobs", "server", "outbox")
        }
        assert any(name.startswith("fincred_http_requests_total") for name in seen)
