from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import override_settings

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


def test_mail_in_files_is_for_their_owner_alone(tmp_path: Path) -> None:
    with override_settings(EMAIL_BACKEND=settings.MAIL_INTO_FILES, EMAIL_FILE_PATH=tmp_path):
        mail.send_mail("A link that works once", "…", None, ["sam@example.com"])
    [file] = tmp_path.iterdir()
    assert "A link that works once" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_open_stays_open(tmp_path: Path) -> None:
    with (
        override_settings(EMAIL_BACKEND=settings.MAIL_INTO_FILES, EMAIL_FILE_PATH=tmp_path),
        mail.get_connection() as files,
    ):
        assert not files.open()
        files.send_messages([mail.EmailMessage("First", "…", None, ["sam@example.com"])])
        files.send_messages([mail.EmailMessage("Second", "…", None, ["sam@example.com"])])
    [file] = tmp_path.iterdir()
    assert "Second" in file.read_text()
