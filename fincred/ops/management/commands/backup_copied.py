"""Note that the backups were copied elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fincred.ops.own_work import OwnWork, note_success


class Command(BaseCommand):
    help = (
        "Note that backups, archive and erasure list were copied to another machine just now; "
        "FinCredCopyLate fires when that is too long ago. "
        "Example, at the end of what copies them: manage.py backup_copied"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not note_success(OwnWork.COPY, seconds=0, stderr=self.stderr):
            raise CommandError("Run this again once the database takes writes.")
        self.stdout.write(self.style.SUCCESS("Noted."))
