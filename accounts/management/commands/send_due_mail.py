"""Empty the outbox."""

from __future__ import annotations

import logging
from argparse import ArgumentTypeError
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts.mail import MailServerAwayError, count_given_up_mail, retry_given_up_mail, send_due_mail
from fincred import clock
from fincred.ops.jobs import count_done, leave_leases_to_others
from fincred.ops.stop_signals import on_stop, stop_when_asked

logger = logging.getLogger(__name__)

MOST_SECONDS = 86_400


class Command(BaseCommand):
    help = (
        "Send the mails that are due; one that fails is tried again later, and given up after eight attempts. "
        "Several may run at once. Example, as a worker: manage.py send_due_mail --watch 10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", type=_seconds, metavar="SECONDS", help="stay, and look again every SECONDS")
        parser.add_argument("--retry-given-up", action="store_true", help="first make mail due that was given up")

    def handle(self, *args: Any, watch: float | None, retry_given_up: bool, **options: Any) -> None:
        if retry_given_up:
            self.stdout.write(f"{retry_given_up_mail(now=clock.now())} mails are tried again.")
        if watch is None:
            self._once()
        else:
            self._watch(watch)

    def _once(self) -> None:
        try:
            with stop_when_asked() as stop:
                sent, failed = send_due_mail(clock=clock.now, stop=stop)
        except MailServerAwayError as error:
            raise CommandError(f"The {error.place} can't be used ({error}); what is due waits.") from error
        count_done("mail", sent, now=clock.now())
        if stop():
            raise KeyboardInterrupt
        if given_up := count_given_up_mail(now=clock.now()):
            self.stderr.write(f"{given_up} mails were given up; --retry-given-up makes them due again.")
        if failed:
            raise CommandError(f"{sent} mails are sent; {failed} could not be and will be tried again.")
        self.stdout.write(self.style.SUCCESS(f"{sent} mails are sent."))

    def _watch(self, seconds: float) -> None:
        """Until it is told to stop; a mail that is being sent then is finished first."""
        signals: SimpleQueue[int] = SimpleQueue()  # unlike an Event, safe in the handler of a signal
        on_stop(lambda number, _: signals.put(number))
        is_away = False
        while True:
            close_old_connections()
            try:
                if is_away:
                    if leave_leases_to_others(partial(_arrives, signals)):
                        return
                    is_away = False
                sent, _ = send_due_mail(clock=clock.now, stop=lambda: not signals.empty())
                count_done("mail", sent, now=clock.now())
            except (OperationalError, InterfaceError) as error:
                # Without its database there is nothing to do but to look again.
                is_away = True
                logger.warning("Mail waits for the database", extra={"reason": type(error).__name__})
            except MailServerAwayError as error:
                logger.warning(f"Mail waits for the {error.place}", extra={"reason": str(error)})
            if _arrives(signals, seconds):
                return


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= MOST_SECONDS:
        raise ArgumentTypeError(f"write a number of seconds: more than 0, and at most {MOST_SECONDS}")
    return seconds


def _arrives(signals: SimpleQueue[int], within: float) -> bool:
    try:
        signals.get(timeout=within)
    except Empty:
        return False
    return True
