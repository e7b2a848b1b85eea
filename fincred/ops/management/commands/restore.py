"""Load a backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from fincred.db import backup as archive
from fincred.db.names import named
from fincred.ops.progress_bar import ProgressBar


class Command(BaseCommand):
    help = (
        "Load a backup into a migrated database without people, after its signature and every line are checked, "
        "and compare the hashes of every table. The service isn't ready until after_restore has run. "
        "Example: manage.py migrate && manage.py restore /backups/2026-03-10.fincred.gz"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        self.stdout.write(f"{named(connection)}: restoring {file}.")
        try:
            restored = archive.restore(file, start=lambda rows: ProgressBar(rows, self.stderr).advance)
        except archive.ArchiveError as error:
            raise CommandError(f"{file}: {error.reason}. Nothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}. Nothing was changed.") from error
        if not restored.signed:
            self.stderr.write("BACKUP_KEY isn't set: damage would have been detected, but not forgery.")
        moment = restored.made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.stdout.write(
            self.style.SUCCESS(f"{restored.rows} rows restored; every table has the hash of the backup.")
        )
        self.stdout.write(f"The service isn't ready until you run: manage.py after_restore --since {moment}")
