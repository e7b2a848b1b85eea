"""Write the whole database into one file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from fincred.db import backup as archive
from fincred.db.limits import patient
from fincred.ops.own_work import OwnWork, note_success
from fincred.ops.progress_bar import ProgressBar
from fincred.ops.stop_signals import stop_as_sigint


class Command(BaseCommand):
    help = (
        "Write every row, as of one moment, into a file that either engine can restore, signed with BACKUP_KEY. "
        "It holds personal data. Example: manage.py backup /backups/2026-03-10.fincred.gz"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        with patient(connection):
            self._write(file)

    def _write(self, file: Path) -> None:
        began = time.monotonic()
        bar = ProgressBar(archive.row_count(), self.stderr)
        try:
            with stop_as_sigint():
                rows = archive.backup(file, progress=bar.advance)
        except KeyboardInterrupt:
            bar.stop()
            raise CommandError("Stopped. No file was written.") from None
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        if not settings.BACKUP_KEY:
            self.stderr.write("BACKUP_KEY isn't set: a restore will detect damage, but not forgery.")
        note_success(OwnWork.BACKUP, seconds=time.monotonic() - began, stderr=self.stderr)
        self.stdout.write(self.style.SUCCESS(f"{rows} rows in {file}"))
