"""A backup into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fincred.db import backup as archive


class Command(BaseCommand):
    help = (
        "Load a backup into a migrated database that holds nobody yet, and compare the hashes of every table. "
        "Example: manage.py migrate && manage.py restore /backups/2026-03-10.fincred.gz"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            rows = archive.restore(file)
        except archive.ArchiveError as error:
            raise CommandError(f"{file}: {error.reason}. Nothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from error
        self.stdout.write(self.style.SUCCESS(f"{rows} rows restored; every table has the hash of the backup."))
