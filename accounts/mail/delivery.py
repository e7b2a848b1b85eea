"""Sending what is due: a lease for each mail, one connection for many of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage
from django.db import transaction

from accounts.audit import record
from accounts.mail.server import MailServer, MailServerAwayError, StoppedError
from accounts.mail.templates import MailMessage, message_for, registered_purposes
from accounts.managers import MAX_MAIL_ATTEMPTS, UNFINISHED, OutgoingMailQuerySet
from accounts.models import AuditEntry, OneTimeToken, OutgoingMail, User
from accounts.vocabulary import MailPriority
from fincred.context import as_system
from fincred.db.retries import write_when_back
from fincred.ops.heartbeat import MESSAGE_HEARTBEAT, MESSAGE_LEASE, heartbeat

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=4)

Clock = Callable[[], datetime]
Due = OutgoingMailQuerySet[OutgoingMail]


class _Outcome(Enum):
    SENT = auto()
    FAILED = auto()
    DROPPED = auto()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that this process is to send, with the token made for it."""

    mail: OutgoingMail
    at: datetime
    attempt: int
    message: MailMessage
    address: str = field(repr=False)
    token: str = field(repr=False)


def send_due_mail(*, clock: Clock, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Send what is due, also what is queued meanwhile, until `stop()`; returns how many were sent and failed.

    Several processes may do this at once. A mail is sent at least once: a crash between sending it and storing
    that it is sent sends it again. A mail that fails is tried again by a later run.

    :raises accounts.mail.server.MailServerAwayError: there is mail, and no server to send it.
    """
    count: Counter[_Outcome] = Counter()
    # A process sends only what it has the words for: a newer version may have queued other messages already.
    known = OutgoingMail.objects.filter(purpose__in=registered_purposes())
    known.put_back(clock())
    with MailServer(stop) as server:
        while not stop() and (outcome := _send_first(known, server, clock, stop)) is not None:
            count[outcome] += 1
    return count[_Outcome.SENT], count[_Outcome.FAILED]


def send_now(mails: Due, *, now: datetime) -> None:
    """Send the first of these mails, if it is due, at the end of the transaction that queued it.

    Where mail can't be sent it stays due.
    """
    try:
        with MailServer(lambda: True) as server:
            _send_first(mails, server, lambda: now, lambda: True)
    except MailServerAwayError as error:
        logger.warning(f"Mail waits for the {error.place}", extra={"reason": str(error)})


def _send_first(mails: Due, server: MailServer, clock: Clock, stop: Callable[[], bool]) -> _Outcome | None:
    """What became of the first of the due mails; None when there is none."""
    # The clock is read for each mail: a lease counts from its claim, however long the run takes.
    now = clock()
    due = mails.due(now)
    if not server.is_open:
        if not due.exists():
            return None
        try:
            server.open()
        except StoppedError:
            return None
    claim = _claim(due, now)
    return _send(claim, server, clock, stop) if isinstance(claim, _Claim) else claim


@transaction.atomic
def _claim(due: Due, now: datetime) -> _Claim | _Outcome | None:
    """Take a mail and its lease: until that ends no other process sends it, even if this one crashes."""
    mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("user__profile").first()
    if mail is None:
        return None
    message = message_for(mail.purpose)
    if mail.user and mail.user.mail_refused_at and message.priority != MailPriority.AWAITED:
        mail.attempts, mail.failure = MAX_MAIL_ATTEMPTS, "address refused"
        mail.save(update_fields=["attempts", "failure"])
        return _Outcome.FAILED
    mail.attempts += 1
    mail.next_attempt_at, mail.failure = now + MESSAGE_LEASE, UNFINISHED
    mail.save(update_fields=["attempts", "next_attempt_at", "failure"])
    token = ""
    if message.token and mail.user:
        token = OneTimeToken.objects.issue(user=mail.user, purpose=message.token, now=now)
    # SMTP wants the domain in ASCII, and Django would write it by the rules of IDNA 2003, where ß is ss.
    address = (mail.user.mailbox or mail.user.email) if mail.user else mail.address
    return _Claim(mail, now, mail.attempts, message, address, token)


def _wants_more_than_security(mail: OutgoingMail) -> bool:
    return mail.user is not None and mail.user.is_active and mail.user.is_verified


def _send(claim: _Claim, server: MailServer, clock: Clock, stop: Callable[[], bool]) -> _Outcome:
    """No transaction is open here: a slow mail server must not hold rows locked."""
    facts = {"mail_id": str(claim.mail.pk), "purpose": str(claim.message.purpose), "attempt": claim.attempt}
    with heartbeat(partial(_prolong, claim, clock), every=MESSAGE_HEARTBEAT):
        try:
            composed = _compose(claim)
            if composed is None:
                _drop(claim)
                logger.info("Mail dropped: there is nothing to say any more", extra=facts)
                return _Outcome.DROPPED
            server.send(composed)
        except Exception as error:  # mail servers, their library and templates fail in many ways
            server.close()  # its state isn't known
            _note_failure(claim, error, facts, clock())
            return _Outcome.FAILED
        _store_sent(claim, clock, stop)
    logger.info("Mail sent", extra=facts)
    return _Outcome.SENT


def _compose(claim: _Claim) -> EmailMessage | None:
    """The mail as of its claim; None if there is nothing to say any more."""
    message, person_id = claim.message, claim.mail.user_id
    if message.unsubscribe and not _wants_more_than_security(claim.mail):
        return None
    if message.token and claim.mail.user and not claim.mail.user.is_active:  # the link would be refused
        return None
    facts = message.facts(claim.mail, claim.at) if message.facts else {}
    if facts is None:
        return None
    url = message.unsubscribe(person_id) if message.unsubscribe and person_id else ""
    return message.compose(
        mail_id=claim.mail.pk, address=claim.address, token=claim.token, facts=facts, unsubscribe_url=url
    )


@transaction.atomic
def _drop(claim: _Claim) -> None:
    """Delete it. If staff had it tried again, the person's trail tells them what became of it."""
    asked_for = AuditEntry.objects.filter(action="mail.retried", object_id=str(claim.mail.pk))
    person = None
    if asked_for.exists():
        # The person first and then the mail, as staff's service locks them.
        owner = User.objects.filter(outgoing_mails=claim.mail.pk)
        person = owner.select_for_update(no_key=True, of=("self",)).first()
    deleted, _ = _leased(claim).delete()
    if person and deleted:
        with as_system():
            facts = {"purpose": claim.mail.purpose}
            record(person=person, action="mail.dropped", subject=claim.mail, now=claim.at, after=facts)


def _note_failure(claim: _Claim, error: Exception, facts: Mapping[str, object], now: datetime) -> None:
    """Have it tried again later, or give it up: after the last attempt, or if the server refused it for good."""
    failure, answers = _name(error), _answers(error)
    is_final = bool(answers) and all(_is_final(code, text) for code, text in answers)
    attempts = MAX_MAIL_ATTEMPTS if is_final else claim.attempt
    wait = min(timedelta(minutes=2**claim.attempt), LONGEST_WAIT)
    with transaction.atomic():
        if is_final and isinstance(error, SMTPRecipientsRefused):
            _note_refused_address(claim, now)
        _leased(claim).update(attempts=attempts, next_attempt_at=now + wait, failure=failure)
    text = "Mail given up" if attempts >= MAX_MAIL_ATTEMPTS else "Mail not sent"
    logger.warning(text, extra={**facts, "reason": failure})


def _note_refused_address(claim: _Claim, now: datetime) -> None:
    """Stop sending to this address until the person verifies it again."""
    refused = User.objects.filter(outgoing_mails=claim.mail.pk, mail_refused_at=None)
    person = refused.select_for_update(no_key=True, of=("self",)).first()
    if person is not None:
        person.mail_refused_at = now
        person.save(update_fields=["mail_refused_at"])
        with as_system():
            record(person=person, action="address.refused", subject=person, now=now)
        logger.warning("Address refused", extra={"user_id": str(person.pk)})


def _leased(claim: _Claim) -> Due:
    """The claimed mail, unless another process has claimed it since."""
    return OutgoingMail.objects.filter(pk=claim.mail.pk, attempts=claim.attempt, sent_at=None)


def _prolong(claim: _Claim, clock: Clock) -> None:
    _leased(claim).update(next_attempt_at=clock() + MESSAGE_LEASE)


def _store_sent(claim: _Claim, clock: Clock, stop: Callable[[], bool]) -> None:
    """Note that it is sent, or it would be sent again: a database that is away gets some time to come back."""
    sent = OutgoingMail.objects.filter(pk=claim.mail.pk)
    note = partial(sent.update, sent_at=clock(), failure="", address="")
    write_when_back(note, clock=clock, stop=stop)


def _name(error: Exception) -> str:
    """What failed, without the texts of servers, which quote addresses."""
    codes = {error.smtp_code} if isinstance(error, SMTPResponseException) else set()
    codes |= {code for code, _ in _answers(error)}
    return " ".join([type(error).__name__, *map(str, sorted(codes))])[:60]


def _answers(error: Exception) -> list[tuple[int, bytes]]:
    """What a server said of the recipient, or of the mail itself."""
    if isinstance(error, SMTPRecipientsRefused):
        return list(error.recipients.values())
    if isinstance(error, SMTPDataError):
        answer = error.smtp_error
        return [(error.smtp_code, answer.encode() if isinstance(answer, str) else answer)]
    return []


# Refusals that are about the sender: wrong credentials, or a policy (RFC 3463, 5.7.x). They may end.
_ABOUT_THE_SENDER = frozenset({530, 534, 535, 538})


def _is_final(code: int, text: bytes) -> bool:
    return code >= 500 and code not in _ABOUT_THE_SENDER and not text.lstrip().startswith(b"5.7.")
