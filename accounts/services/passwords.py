"""Passwords: which are accepted, how one is changed, and how a forgotten one is replaced."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit import record
from accounts.errors import UnacceptablePasswordError, WrongPasswordError
from accounts.mail import queue_asked_for, queue_mail
from accounts.models import User
from accounts.password_hashing import hash_password
from accounts.rate_limits import limit_mail, limit_sign_in, limit_tokens
from accounts.services.addresses import person_at
from accounts.services.locking import lock_user
from accounts.services.one_time_tokens import find_token, spend_token
from accounts.services.sessions import TokenPair, end_all_sessions, open_session
from accounts.vocabulary import EndReason, MailPurpose, TokenPurpose
from fincred.events import PasswordSet

logger = logging.getLogger(__name__)


def check_acceptable(password: str, *, user: User, field: str) -> None:
    """:raises UnacceptablePasswordError: with every reason, under `field`."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        faults = [(" ".join(reason.messages), reason.code or "invalid") for reason in refused.error_list]
        raise UnacceptablePasswordError(field=field, faults=faults) from None


def confirm_password(*, user: User, password: str, field: str, now: datetime) -> None:
    """Check the password of a person who is signed in; attempts are limited together with sign-ins.

    :raises RateLimitExceededError: too many attempts; nothing is hashed.
    :raises WrongPasswordError: under `field`.
    """
    limit_sign_in(email=user.email, now=now)
    if not user.check_password(password):
        raise WrongPasswordError(field=field)


def lock_confirmed(*, user: User, password: str, field: str) -> User:
    """The locked row of a person whose password was confirmed before the lock was taken.

    Another hash may be one of the same password, which was set, or hashed, anew.

    :raises WrongPasswordError: the password was changed meanwhile.
    """
    locked = lock_user(user.pk)
    if locked.password != user.password and not locked.check_password(password):
        raise WrongPasswordError(field=field)
    return locked


def change_password(*, user: User, current_password: str, new_password: str, now: datetime) -> TokenPair:
    """Set a new password. Every session ends; the caller gets the tokens of a new one.

    :raises RateLimitExceededError: too many wrong ones.
    :raises WrongPasswordError: under `current_password`.
    :raises UnacceptablePasswordError: under `new_password`.
    """
    confirm_password(user=user, password=current_password, field="current_password", now=now)
    check_acceptable(new_password, user=user, field="new_password")
    encoded = hash_password(new_password)  # slow on purpose, so before the transaction
    with transaction.atomic():
        locked = lock_confirmed(user=user, password=current_password, field="current_password")
        set_password(locked, encoded, action="password.changed", now=now)
        return open_session(user=locked, now=now)


def request_reset(*, email: str, now: datetime) -> None:
    """Queue the mail with a reset token if the address has an account. Returns nothing either way.

    :raises RateLimitExceededError: too many from this network.
    """
    limit_mail(now=now)
    user = person_at(email)
    reader = user if user and user.may_enter else None
    queue_asked_for(user=reader, purpose=MailPurpose.RESET_PASSWORD, now=now)


def reset_password(*, token: str, new_password: str, now: datetime) -> None:
    """Set a new password by a mailed token; every session ends. A refused password leaves the token usable.

    :raises RateLimitExceededError: too many from this network.
    :raises TokenInvalidError: unknown or used.
    :raises TokenExpiredError: older than an hour.
    :raises UnacceptablePasswordError: under `new_password`.
    """
    limit_tokens(now=now)
    found = find_token(token=token, purpose=TokenPurpose.RESET_PASSWORD, now=now)
    check_acceptable(new_password, user=found.user, field="new_password")
    encoded = hash_password(new_password)
    with transaction.atomic():
        user = spend_token(token=found, now=now)
        set_password(user, encoded, action="password.reset", now=now)


def set_password(user: User, encoded: str, *, action: str, now: datetime) -> None:
    """Store the hash on the locked row, end the sessions and mailed tokens of the old one, and say so by mail."""
    user.password = encoded
    user.save(update_fields=["password"])
    _conclude(user, action=action, now=now)


def on_password_set(event: PasswordSet) -> None:
    """The same for a hash that is stored already."""
    _conclude(lock_user(event.person.pk), action="password.changed", now=event.now)


def _conclude(user: User, *, action: str, now: datetime) -> None:
    record(person=user, action=action, subject=user, now=now)
    end_all_sessions(user=user, reason=EndReason.PASSWORD_CHANGED, now=now)
    queue_mail(user=user, purpose=MailPurpose.PASSWORD_CHANGED, now=now)
    logger.info("Password changed", extra={"user_id": str(user.pk)})
