"""Empty the outbox."""

from __future__ import annotations

import signal
from queue import Empty, SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from accounts.services import send_due_mail
from fincred import clock


class Command(BaseCommand):
    help = (
        "Send the mails that are due; one that fails is tried again later. Several may run at once. "
        "Example, as a worker: manage.py send_due_mail --watch 10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="stay, and look again every SECONDS")

    def handle(self, *args: Any, watch: float | None, **options: Any) -> None:
        if watch is None:
            self._once()
        else:
            self._watch(watch)

    def _once(self) -> None:
        sent, failed = send_due_mail(now=clock.now())
        if failed:
            raise CommandError(f"{sent} mails are sent; {failed} could not be and will be tried again.")
        self.stdout.write(self.style.SUCCESS(f"{sent} mails are sent."))

    def _watch(self, seconds: float) -> None:
        """Until it is told to stop; the mails being sent then are finished first."""
        told: SimpleQueue[int] = SimpleQueue()  # unlike an Event, safe in the handler of a signal
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: told.put(number))
        send_due_mail(now=clock.now())
        while not _arrives(told, within=seconds):
            close_old_connections()
            send_due_mail(now=clock.now())


def _arrives(told: SimpleQueue[int], *, within: float) -> bool:
    try:
        told.get(timeout=within)
    except Empty:
        return False
    return True
