"""Registration, and the verification of the address."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.audit import Chain, record
from accounts.errors import (
    EmailAlreadyExistsError,
    LongLocalPartError,
    MailedJustNowError,
    NoMailboxAtAddressError,
)
from accounts.mail import queue_asked_for, queue_mail
from accounts.mailboxes import LocalPartTooLongError, NoMailboxError, spelling
from accounts.models import OutgoingMail, Profile, SearchTerm, User
from accounts.password_hashing import hash_password
from accounts.rate_limits import limit_mail, limit_tokens
from accounts.services.addresses import people_at, person_at
from accounts.services.locking import lock_user
from accounts.services.one_time_tokens import find_token, spend_token
from accounts.services.passwords import check_acceptable
from accounts.services.sessions import TokenPair, open_session
from accounts.vocabulary import MailPurpose, TokenPurpose
from fincred.db.writes import insert, write_all
from fincred.events import PersonVerified, publish

logger = logging.getLogger(__name__)


def register(*, email: str, password: str, full_name: str | None, now: datetime) -> User:
    """A new, unverified person with a profile; the verification mail is queued with them.

    With EMAIL_VERIFICATION off, which is for trying an app, they are verified and there is no mail.

    :raises RateLimitExceededError: too many from this network; nothing is hashed.
    :raises NoMailboxAtAddressError: the domain of the address isn't valid.
    :raises LongLocalPartError: over 64 octets before the @.
    :raises EmailAlreadyExistsError: also when two register the same mailbox at the same time.
    :raises UnacceptablePasswordError: under `password`.
    """
    limit_mail(now=now)
    user = User(email=_spelling(email), created_at=now)
    profile = Profile(user=user, full_name=full_name)
    check_acceptable(password, user=user, field="password")
    if people_at(email):
        raise EmailAlreadyExistsError
    user.password = hash_password(password)  # slow on purpose, so before the transaction
    _store(user, profile, now)
    logger.info("Person registered", extra={"user_id": str(user.pk)})
    return user


def _spelling(email: str) -> str:
    try:
        return spelling(email)
    except LocalPartTooLongError:
        raise LongLocalPartError from None
    except NoMailboxError:
        raise NoMailboxAtAddressError from None


@transaction.atomic
def _store(user: User, profile: Profile, now: datetime) -> None:
    registered = Chain(user, []).entry(action="person.registered", subject=user, now=now)
    try:
        write_all(
            insert(user), insert(profile), insert(*SearchTerm.of(user, profile.full_name)), insert(registered)
        )
    except IntegrityError:
        raise EmailAlreadyExistsError from None
    if settings.EMAIL_VERIFICATION:
        queue_mail(user=user, purpose=MailPurpose.VERIFY_EMAIL, now=now)
    else:
        _mark_verified(user, now)


def verify_email(*, token: str, now: datetime) -> None:
    """Verify the address by the mailed link, which signs nobody in. The token isn't spent by it.

    Mail scanners open links, so a link gets the same answer as long as its token lives, used or not.

    :raises RateLimitExceededError: too many from this network.
    :raises TokenInvalidError: unknown, or of a disabled person.
    :raises TokenExpiredError: older than 24 hours.
    """
    limit_tokens(now=now)  # before the transaction, which a refusal undoes
    found = find_token(token=token, purpose=TokenPurpose.VERIFY_EMAIL, now=now, also_used=True)
    with transaction.atomic():
        _mark_verified(lock_user(found.user_id), now)


def _mark_verified(user: User, now: datetime) -> None:
    if user.is_verified and not user.mail_refused_at:
        return
    is_new = not user.is_verified
    user.is_verified, user.mail_refused_at = True, None
    user.save(update_fields=["is_verified", "mail_refused_at"])
    record(person=user, action="address.verified", subject=user, now=now)
    if is_new:
        publish(PersonVerified(user, now))
    logger.info("Address verified", extra={"user_id": str(user.pk)})


def verify_email_and_login(*, token: str, now: datetime) -> tuple[User, TokenPair]:
    """Verify the address and open a session by spending the mailed token, once.

    :raises RateLimitExceededError: too many from this network.
    :raises TokenInvalidError: unknown, spent, or of a disabled person.
    :raises TokenExpiredError: older than 24 hours.
    """
    limit_tokens(now=now)
    found = find_token(token=token, purpose=TokenPurpose.VERIFY_EMAIL, now=now)
    with transaction.atomic():
        user = spend_token(token=found, now=now)
        _mark_verified(user, now)
        return user, open_session(user=user, now=now)


def resend_verification(*, email: str, now: datetime) -> None:
    """Queue the verification mail again if the address waits for it, or was refused. Returns nothing either way.

    :raises RateLimitExceededError: too many from this network.
    """
    limit_mail(now=now)
    user = person_at(email)
    is_waiting = user and user.may_enter and (not user.is_verified or user.mail_refused_at)
    queue_asked_for(user=user if is_waiting else None, purpose=MailPurpose.VERIFY_EMAIL, now=now)


@transaction.atomic
def remind_to_verify(*, user: User, now: datetime) -> None:
    """Queue the verification mail again when the person asks staff for it.

    :raises MailedJustNowError: less than a minute ago.
    """
    _mail_again(user, MailPurpose.VERIFY_EMAIL, now)


@transaction.atomic
def remind_to_reset(*, user: User, now: datetime) -> None:
    """Queue the mail with the link to a new password when the person asks staff for it.

    :raises MailedJustNowError: less than a minute ago.
    """
    _mail_again(user, MailPurpose.RESET_PASSWORD, now)


def mail_of_just_now(*, user: User, purpose: MailPurpose, now: datetime) -> OutgoingMail | None:
    """Such a mail to the person, queued or sent within the last minute: another one has to wait."""
    mails = OutgoingMail.objects.filter(user=user, purpose=purpose).just_now(now)
    return max(mails, key=lambda mail: mail.may_be_repeated_at, default=None)


def _mail_again(user: User, purpose: MailPurpose, now: datetime) -> None:
    person = lock_user(user.pk)
    if mail_of_just_now(user=person, purpose=purpose, now=now):
        raise MailedJustNowError
    queue_mail(user=person, purpose=purpose, now=now)
    record(person=person, action="mail.queued", subject=person, now=now, after={"purpose": purpose})
