"""Make a restored database fit to serve."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.services import NotFromThenError, finish_restore
from fincred import clock
from fincred.db.names import named
from fincred.ops.argument_types import moment
from fincred.ops.erasure_log import ErasureLogError
from fincred.ops.progress_bar import ProgressBar


class Command(BaseCommand):
    help = (
        "Run this after `restore` or a point-in-time recovery, before the service serves. It ends all sessions, "
        "deletes one-time tokens and idempotency keys, holds queued mail (see held_mail), drops pushes that wait, "
        "skips reminders that were due meanwhile, and erases all people on the erasure list (ERASURE_LOG) again. "
        "It refuses a database in which jobs have run more than five minutes after the moment, or within the last "
        "five minutes, and which `restore` hasn't filled: that is most likely the one that serves. "
        "Example: manage.py after_restore --since 2026-03-10T03:00:00Z"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            required=True,
            type=moment,
            metavar="MOMENT",
            help="the moment that the database is from, with its zone",
        )

        parser.add_argument(
            "--although-it-serves",
            metavar="DATABASE",
            help="act also where jobs have run; the words by which the command calls the database, in quotes",
        )

    def handle(self, *args: Any, since: datetime, although_it_serves: str | None, **options: Any) -> None:
        now = clock.now()
        told = f"{since:%Y-%m-%dT%H:%M:%SZ}"
        if since > now:
            raise CommandError(f"{told} is still to come.")
        database = named(connection)
        if although_it_serves not in (None, database):
            raise CommandError(f"This is {database}, and not {although_it_serves}. Nothing was changed.")
        self.stdout.write(f"{database}: ending what the restore brought back.")
        try:
            outcome = finish_restore(
                since=since,
                now=now,
                is_meant=although_it_serves is not None,
                start=lambda people: ProgressBar(people, self.stderr).advance,
            )
        except NotFromThenError as error:
            raise CommandError(
                f"{database} isn't as it was at {told}: {error}. Is it the one that serves? Nothing was changed. "
                "To end all its sessions, or if it is a copy from a moment ago: "
                f"--although-it-serves '{database}'"
            ) from error
        except ErasureLogError as error:
            raise CommandError(f"{error}. Nothing was changed.") from error
        self.stdout.write(
            f"Sessions ended: {outcome.sessions_ended}. One-time tokens deleted: {outcome.tokens_deleted}. "
            f"Idempotency keys deleted: {outcome.keys_deleted}.\n"
            f"People who had come back and are erased again: {outcome.people_erased}.\n"
            f"Mail that is held (manage.py held_mail): {outcome.mail_held}."
        )
        for person_id in outcome.unconfirmed:
            self.stderr.write(
                f"The erasure of {person_id} began and was never confirmed, so this person is still there. "
                f"If they are to go: manage.py erase_user {person_id}"
            )
        self.stdout.write(self.style.SUCCESS("The service may serve."))
