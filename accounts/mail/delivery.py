"""Sending what is due: a lease for each mail, one connection for many of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from types import TracebackType
from typing import Self
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.db import Error, close_old_connections, connection, transaction

from accounts.mail.templates import MailMessage, message_for, registered_purposes
from accounts.managers import MAX_MAIL_ATTEMPTS, OutgoingMailQuerySet
from accounts.models import OneTimeToken, OutgoingMail
from fincred.ops.heartbeat import heartbeat

logger = logging.getLogger(__name__)

# A mail that is claimed isn't due for so long; while it is being sent, its lease is prolonged.
LEASE = timedelta(minutes=2)
HEARTBEAT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=4)
MAILS_A_CONNECTION = 100

Clock = Callable[[], datetime]
Due = OutgoingMailQuerySet[OutgoingMail]


class MailServerAwayError(Exception):
    """No connection to the mail server. What is due stays due, and loses no attempt."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this process is to send, with the token made for it."""

    mail_id: UUID
    attempt: int
    message: MailMessage
    address: str = field(repr=False)
    token: str = field(repr=False)


class MailServer:
    """A connection to the mail server: opened when a mail needs it, and kept for many."""

    def __init__(self) -> None:
        self._backend = get_connection()
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        return self._left > 0

    def open(self) -> None:
        """:raises MailServerAwayError: it doesn't answer, or doesn't let us in."""
        self.close()
        try:
            self._backend.open()
        except OSError as error:
            raise MailServerAwayError(type(error).__name__) from error
        self._left = MAILS_A_CONNECTION

    def send(self, message: EmailMessage) -> None:
        self._left -= 1
        self._backend.send_messages([message])

    def close(self) -> None:
        self._left = 0
        with suppress(OSError):
            self._backend.close()


def send_due_mail(*, clock: Clock, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Send what is due, also what is queued meanwhile, until `stop()`; how many were sent, and how many failed.

    Several processes may do this at once. A mail is sent at least once: a crash between sending it and storing
    that it is sent sends it again. A mail that fails is tried again by a later run.

    :raises MailServerAwayError: there is mail, and no server to send it.
    """
    sent = failed = 0
    # A process sends only what it has the words for: a newer version may have queued other messages already.
    known = OutgoingMail.objects.filter(purpose__in=registered_purposes())
    with MailServer() as server:
        while not stop() and (success := _send_first(known, server, clock, stop)) is not None:
            sent += success
            failed += not success
    return sent, failed


def send_now(mails: Due, *, now: datetime) -> None:
    """Send the first of these mails, if it is due, at the end of the transaction that queued it."""
    with MailServer() as server:
        _send_first(mails, server, lambda: now, lambda: True)


def _send_first(mails: Due, server: MailServer, clock: Clock, stop: Callable[[], bool]) -> bool | None:
    """Whether the first of the due mails could be sent; None when there is none."""
    # The clock is read for each mail: a lease counts from its claim, however long the run takes.
    now = clock()
    due = mails.due(now)
    if not server.is_open:
        if not due.exists():
            return None
        server.open()
    claim = _claim(due, now)
    return None if claim is None else _send(claim, server, clock, stop)


@transaction.atomic
def _claim(due: Due, now: datetime) -> _Claim | None:
    """Take a mail and its lease: until that ends no other process sends it, even if this one crashes."""
    mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.next_attempt_at = now + LEASE
    mail.save(update_fields=["attempts", "next_attempt_at"])
    message = message_for(mail.purpose)
    token = OneTimeToken.objects.issue(user=mail.user, purpose=message.token, now=now) if message.token else ""
    # SMTP wants the domain in ASCII, and Django would write it by the rules of IDNA 2003, where ß is ss.
    return _Claim(mail.pk, mail.attempts, message, mail.user.mailbox or mail.user.email, token)


def _send(claim: _Claim, server: MailServer, clock: Clock, stop: Callable[[], bool]) -> bool:
    """No transaction is open here: a slow mail server must not hold rows locked."""
    facts = {"mail_id": str(claim.mail_id), "purpose": str(claim.message.purpose), "attempt": claim.attempt}
    with heartbeat(partial(_prolong, claim, clock), every=HEARTBEAT):
        try:
            server.send(claim.message.compose(mail_id=claim.mail_id, address=claim.address, token=claim.token))
        except Exception as error:  # mail servers, their library and templates fail in many ways
            server.close()  # its state isn't known
            failure = _name(error)
            wait = min(timedelta(minutes=2**claim.attempt), LONGEST_WAIT)
            _leased(claim).update(next_attempt_at=clock() + wait, failure=failure)
            given_up = claim.attempt >= MAX_MAIL_ATTEMPTS
            logger.warning("Mail given up" if given_up else "Mail not sent", extra={**facts, "reason": failure})
            return False
        _store_sent(claim, clock, stop)
    logger.info("Mail sent", extra=facts)
    return True


def _leased(claim: _Claim) -> Due:
    """The claimed mail, unless another process has claimed it since."""
    return OutgoingMail.objects.filter(pk=claim.mail_id, attempts=claim.attempt, sent_at=None)


def _prolong(claim: _Claim, clock: Clock) -> None:
    _leased(claim).update(next_attempt_at=clock() + LEASE)


def _store_sent(claim: _Claim, clock: Clock, stop: Callable[[], bool]) -> None:
    """Note that it is sent, or it would be sent again: a database that is away gets some time to come back."""
    moment = clock()
    while True:
        try:
            OutgoingMail.objects.filter(pk=claim.mail_id).update(sent_at=moment, failure="")
        except Error:
            if stop() or connection.in_atomic_block or clock() >= moment + LEASE:
                raise
            time.sleep(0.2)
            close_old_connections()
        else:
            return


def _name(error: Exception) -> str:
    """What failed, without the texts of servers, which quote addresses."""
    codes = {error.smtp_code} if isinstance(error, SMTPResponseException) else set()
    if isinstance(error, SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
    return " ".join([type(error).__name__, *map(str, sorted(codes))])[:60]
