"""Mail into files, as by default, where no file can be made: what was committed is answered as ever."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.back_office import mail_state
from accounts.jobs import JOBS
from accounts.mail import MailServerAwayError, send_due_mail
from accounts.mail.files import EmailBackend
from accounts.models import OutgoingMail, User
from accounts.tests.factories import PASSWORD
from conftest import client_of
from fincred import clock
from fincred.ops.jobs import run_if_due
from fincred.ops.models import JobState

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db(transaction=True)]

AUTH = "/api/v0/auth"
NEW_PASSWORD = "ninety-nine-kangaroos"
LONGEST_PATH = 4095


class BrokenServer(BaseEmailBackend):
    """A library of mail that fails in a way of its own."""

    def open(self) -> Never:
        raise RuntimeError("out of tune")


class FullDisk(EmailBackend):
    """Its file opens, and can't be written."""

    def open(self) -> bool:
        is_new = super().open()
        self.stream.close()
        full: Any = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115  as Django keeps it open
        self.stream = full
        return is_new


def deep(folder: Path) -> Path:
    """A folder whose path is so long that no file's fits."""
    while (left := LONGEST_PATH - 10 - len(str(folder))) > 0:
        folder /= "x" * min(left, 200)
    return folder


@pytest.fixture(params=["a file", "below a file", "deep"])
def unusable(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Path:
    file = tmp_path / "mail"
    file.touch()
    folder: Path = {"a file": file, "below a file": file / "box", "deep": deep(tmp_path / "deep")}[request.param]
    settings.DELIVER_MAIL_ON_COMMIT = True
    settings.EMAIL_BACKEND = settings.MAIL_INTO_FILES
    settings.EMAIL_FILE_PATH = folder
    return folder


def register(saver: User) -> Any:
    return APIClient().post(f"{AUTH}/register", {"email": "new@example.com", "password": NEW_PASSWORD})


def ask_for_reset(saver: User) -> Any:
    return APIClient().post(f"{AUTH}/password/reset", {"email": saver.email})


def change_password(saver: User) -> Any:
    passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    return client_of(saver).post(f"{AUTH}/password/change", passwords)


def erase(saver: User) -> Any:
    return client_of(saver).delete("/api/v0/users/me", {"password": PASSWORD})


CALLS = pytest.mark.parametrize(
    ("call", "status"), [(register, 201), (ask_for_reset, 200), (change_password, 200), (erase, 204)]
)


class TestRequest:
    @CALLS
    def test_is_answered_as_ever_and_its_mail_waits(
        self,
        unusable: Path,
        saver: User,
        call: Callable[[User], Any],
        status: int,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        assert call(saver).status_code == status
        assert OutgoingMail.objects.get(sent_at=None).attempts == 0
        [record] = [each for each in caplog.records if each.levelname == "WARNING" and "Mail" in each.message]
        assert record.message == "Mail waits for the mail folder"
        assert str(unusable) in vars(record)["reason"]
        assert record.exc_info is None

    @CALLS
    def test_is_so_with_any_other_failure(
        self,
        settings: Any,
        saver: User,
        call: Callable[[User], Any],
        status: int,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = True
        with override_settings(EMAIL_BACKEND=f"{__name__}.BrokenServer"):
            assert call(saver).status_code == status
        assert OutgoingMail.objects.get(sent_at=None).attempts == 0
        [record] = [each for each in caplog.records if each.levelname == "ERROR"]
        assert "out of tune" in record.message


class TestWorker:
    def test_says_why_mail_waits_and_sends_it_once_it_can(
        self, unusable: Path, saver: User, tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        ask_for_reset(saver)
        with pytest.raises(MailServerAwayError, match=re.escape(str(unusable))):
            send_due_mail(clock=clock.now)
        [job] = [job for job in JOBS if job.name == "mail"]
        assert not run_if_due(job, clock=clock.now)
        [record] = [each for each in caplog.records if each.message == "Job postponed"]
        assert vars(record)["reason"].startswith("mail folder: ")
        assert str(unusable) in vars(record)["reason"]
        assert record.exc_info is None
        assert JobState.objects.get(name="mail").failure.startswith("mail folder: ")
        with pytest.raises(CommandError, match="The mail folder can't be used"):
            call_command("send_due_mail")
        settings.EMAIL_FILE_PATH = tmp_path / "usable"
        assert send_due_mail(clock=clock.now) == (1, 0)

    def test_names_the_folder_when_its_disk_is_full(self, saver: User, settings: Any, tmp_path: Path) -> None:
        settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = f"{__name__}.FullDisk", tmp_path
        settings.DELIVER_MAIL_ON_COMMIT = False
        ask_for_reset(saver)
        assert send_due_mail(clock=clock.now) == (0, 1)
        mail = OutgoingMail.objects.get(sent_at=None)
        assert mail.failure == "MailFolderError"
        assert "the mail folder can&#x27;t be written" in mail_state(mail)
