"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.audit import record
from accounts.errors import (
    AccountInactiveError,
    AccountNotVerifiedError,
    InvalidCredentialsError,
    TokenExpiredError,
    TokenInvalidError,
    TokenReusedError,
)
from accounts.models import RefreshToken, Session, User
from accounts.opaque_tokens import digest, new_secret
from accounts.rate_limits import limit_sign_in
from accounts.services.locking import lock_user
from accounts.tokens import AccessToken
from accounts.vocabulary import EndReason

logger = logging.getLogger(__name__)

# Two tabs that refresh at once, or a client whose answer got lost, are no thieves.
REUSE_GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client keeps; `expires_in` is the access token's life in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = "bearer"  # noqa: S105  a kind, no token


def login(*, email: str, password: str, now: datetime) -> tuple[User, TokenPair]:
    """Open a session. An unknown address costs the same time as a wrong password.

    :raises RateLimitExceededError: too many attempts; nothing is hashed.
    :raises InvalidCredentialsError: no such person, or another password.
    :raises AccountInactiveError: right, but disabled.
    :raises AccountNotVerifiedError: right, but the address is not verified yet.
    """
    limit_sign_in(email=email, now=now)
    user = User.objects.select_related("profile").filter(email=email.lower()).first()
    if user is None:
        make_password(password)
        raise InvalidCredentialsError
    if not user.check_password(password):
        raise InvalidCredentialsError
    _check_may_log_in(user)
    return user, _open_if_unchanged(user, password, now)


def _check_may_log_in(user: User) -> None:
    if not user.may_enter:
        raise AccountInactiveError
    if not user.is_verified:
        raise AccountNotVerifiedError


@transaction.atomic
def _open_if_unchanged(user: User, password: str, now: datetime) -> TokenPair:
    """Hashing took its time outside of the lock; what was changed meanwhile counts."""
    locked = lock_user(user.pk)
    if locked.password != user.password and not locked.check_password(password):
        raise InvalidCredentialsError
    _check_may_log_in(locked)
    return open_session(user=user, now=now)


@transaction.atomic
def open_session(*, user: User, now: datetime) -> TokenPair:
    """A new session and its first pair, for someone whose identity is proven."""
    locked = lock_user(user.pk)
    expires_at = now + timedelta(days=settings.REFRESH_TOKEN_DAYS)
    session = Session.objects.create(user=locked, created_at=now, expires_at=expires_at)
    record(person=locked, action="session.opened", subject=session, now=now)
    logger.info("Session opened", extra={"user_id": str(user.pk), "session_id": str(session.pk)})
    return _issue(session, now)


def _issue(session: Session, now: datetime) -> TokenPair:
    secret = new_secret()
    RefreshToken.objects.create(
        session=session, token_hash=digest(secret), created_at=now, expires_at=session.expires_at
    )
    access = AccessToken.issue(user_id=session.user_id, session_id=session.pk, now=now)
    return TokenPair(str(access), secret, expires_in=settings.ACCESS_TOKEN_MINUTES * 60)


def refresh(*, refresh_token: str, now: datetime) -> TokenPair:
    """Spend a refresh token for a new pair. Of many who try at once, one wins.

    :raises TokenInvalidError: unknown, of an ended session, or spent less than ten seconds ago.
    :raises TokenExpiredError: fourteen days went by.
    :raises TokenReusedError: spent before that; its session has ended, and stays ended.
    """
    token = RefreshToken.objects.filter(token_hash=digest(refresh_token)).first()
    if token is None:
        raise TokenInvalidError
    pair = _rotate(token, now)
    if pair is None:
        raise _rejection_reason(token, now)
    return pair


@transaction.atomic
def _rotate(token: RefreshToken, now: datetime) -> TokenPair | None:
    """The next pair, None when the token can't be spent (any more).

    :raises TokenInvalidError: the session has ended; nothing is spent.
    """
    # Session first, then its token, as an erasure locks them; the other way round the two can deadlock.
    live = Session.objects.live().select_for_update(no_key=True, of=("self",))
    session = live.filter(pk=token.session_id).first()
    if session is None:
        raise TokenInvalidError
    if not RefreshToken.objects.spendable(now).filter(pk=token.pk).update(spent_at=now):
        return None
    session.expires_at = now + timedelta(days=settings.REFRESH_TOKEN_DAYS)
    session.save(update_fields=["expires_at"])
    logger.info("Session refreshed", extra={"user_id": str(session.user_id), "session_id": str(session.pk)})
    return _issue(session, now)


# Not inside the caller's transaction: the end of the session must stay although an error follows.
@transaction.atomic(durable=True)
def _rejection_reason(
    token: RefreshToken, now: datetime
) -> TokenInvalidError | TokenExpiredError | TokenReusedError:
    """Why a token could not be spent. A copy in use ends the session."""
    spent_at = RefreshToken.objects.filter(pk=token.pk).values_list("spent_at", flat=True).first()
    if spent_at is None:
        return TokenExpiredError() if token.expires_at <= now else TokenInvalidError()
    if now - spent_at <= REUSE_GRACE:
        return TokenInvalidError()
    if not end_session(session_id=token.session_id, reason=EndReason.TOKEN_REUSED, now=now):
        return TokenInvalidError()
    return TokenReusedError()


@transaction.atomic
def end_session(*, session_id: UUID, reason: EndReason, now: datetime) -> bool:
    """Stop a session's access and refresh tokens at once; False when that was done before.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    unended = Session.objects.unended().filter(pk=session_id)
    session = unended.first()
    if session is None:
        return False
    person = lock_user(session.user_id)
    if not unended.update(ended_at=now, end_reason=reason):
        return False
    record(person=person, action="session.ended", subject=session, now=now, after={"end_reason": reason})
    logger.info("Session ended", extra={"session_id": str(session_id), "reason": reason.value})
    return True


@transaction.atomic
def end_all_sessions(*, user: User, reason: EndReason, now: datetime) -> int:
    """The same for every session of the person, those of the back office included; how many API sessions ended.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    person = lock_user(user.pk)
    ended = Session.objects.unended().filter(user=person).update(ended_at=now, end_reason=reason)
    person.session_epoch += 1
    person.save(update_fields=["session_epoch"])
    facts = {"end_reason": reason, "sessions": ended}
    record(person=person, action="sessions.ended", subject=person, now=now, after=facts)
    logger.info("Sessions ended", extra={"user_id": str(user.pk), "reason": reason.value, "sessions": ended})
    return ended
