"""Sessions: opened by a login, kept alive by refreshing, and ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.audit import Chain, Link, last_link
from accounts.errors import (
    AccountInactiveError,
    AccountNotVerifiedError,
    InvalidCredentialsError,
    TokenExpiredError,
    TokenInvalidError,
    TokenReusedError,
)
from accounts.mail import drop_unsent_mail
from accounts.models import KnownPlace, OneTimeToken, RefreshToken, Session, User
from accounts.opaque_tokens import digest, new_secret
from accounts.password_hashing import hash_in_vain
from accounts.places import family
from accounts.rate_limits import limit_refresh, limit_sign_in, limit_tokens
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services.addresses import person_at
from accounts.services.locking import lock_user_and_read
from accounts.services.places import known_places, note_place
from accounts.tokens import AccessToken
from accounts.vocabulary import EndReason, TokenPurpose
from fincred.context import caller
from fincred.counters import SIGN_INS_REFUSED
from fincred.db.queries import Parameter, PreparedQuery, fetch_all
from fincred.db.writes import insert, update, write_all
from fincred.errors import AuthenticationError, AuthorizationError

logger = logging.getLogger(__name__)

# Two tabs may refresh at once, and an answer may get lost: that is no sign of a stolen copy.
REUSE_GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens that a client keeps; `expires_in` is the life of the access token in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = "bearer"  # noqa: S105  a kind, no token


_TOKEN = PreparedQuery(RefreshToken.objects.filter(token_hash=Parameter("token_hash")))
_LOCKED_SESSION = PreparedQuery(
    Session.objects.live().select_for_update(no_key=True, of=("self",)).filter(pk=Parameter("session_id"))
)


def login(*, email: str, password: str, now: datetime) -> tuple[User, TokenPair]:
    """Open a session. An unknown address costs the same time as a wrong password.

    :raises RateLimitExceededError: too many attempts; nothing is hashed.
    :raises InvalidCredentialsError: unknown address or wrong password.
    :raises AccountInactiveError: the password is right, but the person is disabled.
    :raises AccountNotVerifiedError: the password is right, but the address is not verified yet.
    """
    limit_sign_in(email=email, now=now)
    try:
        user = prove_password(email, password)
        return user, _open_if_unchanged(user, password, now)
    except (AuthenticationError, AuthorizationError):
        note_refused_sign_in(now)
        raise


def prove_password(email: str, password: str) -> User:
    """The person who may sign in with these, here or in the back office; a refusal is counted.

    :raises InvalidCredentialsError: unknown address or wrong password.
    :raises AccountInactiveError: the password is right, but the person is disabled.
    :raises AccountNotVerifiedError: the password is right, but the address is not verified.
    """
    user = person_at(email)
    if user is None:
        hash_in_vain(password)
    if user is None or not user.check_password(password):
        SIGN_INS_REFUSED.labels("credentials").inc()
        raise InvalidCredentialsError
    _check_may_log_in(user)
    return user


def _check_may_log_in(user: User) -> None:
    if not user.may_enter:
        SIGN_INS_REFUSED.labels("inactive").inc()
        raise AccountInactiveError
    if not user.is_verified:
        SIGN_INS_REFUSED.labels("unverified").inc()
        raise AccountNotVerifiedError


@transaction.atomic
def _open_if_unchanged(user: User, password: str, now: datetime) -> TokenPair:
    """Re-check under the lock: the password was hashed before it was taken."""
    locked, links, places = _lock_to_open(user.pk)
    if locked.password != user.password and not locked.check_password(password):
        raise InvalidCredentialsError
    _check_may_log_in(locked)
    return _open(Chain(locked, links), places, now)


@transaction.atomic
def open_session(*, user: User, now: datetime) -> TokenPair:
    """A new session and its first pair of tokens, for a person whose identity is proven."""
    person, links, places = _lock_to_open(user.pk)
    return _open(Chain(person, links), places, now)


def _lock_to_open(user_id: UUID) -> tuple[User, Sequence[Link], Sequence[KnownPlace]]:
    """Lock the person and read, in the same round trip, the end of their audit chain and their known places."""
    person, links, places = lock_user_and_read(user_id, last_link(user_id), known_places(user_id))
    return person, links, places


def _locked_chain(user_id: UUID) -> Chain:
    """Lock the person and read the end of their audit chain, in one round trip."""
    person, links = lock_user_and_read(user_id, last_link(user_id))
    return Chain(person, links)


def _open(chain: Chain, places: Sequence[KnownPlace], now: datetime) -> TokenPair:
    user_id = chain.person.pk
    device = family(caller().user_agent)
    session = Session(user_id=user_id, created_at=now, expires_at=_expiry(now), device=device)
    token, pair = _issue(session, now)
    opened = chain.entry(action="session.opened", subject=session, now=now)
    write_all(insert(session), insert(token), insert(opened), *note_place(chain.person, places, now))
    logger.info("Session opened", extra={"user_id": str(user_id), "session_id": str(session.pk)})
    return pair


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=settings.REFRESH_TOKEN_DAYS)


def _issue(session: Session, now: datetime) -> tuple[RefreshToken, TokenPair]:
    """A refresh token, not stored yet, and the pair that the client gets."""
    secret = new_secret()
    token = RefreshToken(session=session, token_hash=digest(secret), created_at=now, expires_at=session.expires_at)
    access = AccessToken.issue(user_id=session.user_id, session_id=session.pk, now=now)
    return token, TokenPair(str(access), secret, expires_in=settings.ACCESS_TOKEN_MINUTES * 60)


def refresh(*, refresh_token: str, now: datetime) -> TokenPair:
    """Spend a refresh token for a new pair. Of many simultaneous attempts one wins.

    :raises RateLimitExceededError: too many of this session, or too many unknown or spent ones from this network.
    :raises TokenInvalidError: unknown, of an ended session, or spent less than ten seconds ago.
    :raises TokenExpiredError: it was never spent and is too old.
    :raises TokenReusedError: spent longer ago than that; its session has ended, and stays ended.
    """
    token = _TOKEN.bind(token_hash=digest(refresh_token)).first()
    if token is None:
        limit_tokens(now=now)
        raise TokenInvalidError
    if token.spent_at is not None:
        # Before the limit: the reuse of a spent one must end the session, however often it is tried.
        refusal = _rejection_reason(token, now)
        limit_tokens(now=now)
        raise refusal
    limit_refresh(token.session_id, now=now)
    pair = _rotate(token, now)
    if pair is None:
        raise _rejection_reason(token, now)
    return pair


@transaction.atomic
def _rotate(token: RefreshToken, now: datetime) -> TokenPair | None:
    """The next pair; None when the token can't be spent, or not any more.

    :raises TokenInvalidError: the session has ended; nothing is spent.
    """
    # The session's lock makes simultaneous attempts count one after another, so the token is read again under it.
    # An erasure takes the two locks in the same order.
    sessions, tokens = fetch_all(
        _LOCKED_SESSION.bind(session_id=token.session_id), _TOKEN.bind(token_hash=token.token_hash)
    )
    if not sessions:
        raise TokenInvalidError
    if not tokens or not tokens[0].is_spendable(now):
        return None
    [session], [spent] = sessions, tokens
    session.expires_at, spent.spent_at = _expiry(now), now
    new_token, pair = _issue(session, now)
    write_all(update(spent, "spent_at"), update(session, "expires_at"), insert(new_token))
    logger.info("Session refreshed", extra={"user_id": str(session.user_id), "session_id": str(session.pk)})
    return pair


# Not inside the caller's transaction: the end of the session must stay although an error follows.
@transaction.atomic(durable=True)
def _rejection_reason(
    token: RefreshToken, now: datetime
) -> TokenInvalidError | TokenExpiredError | TokenReusedError:
    """Why a token could not be spent. If a copy of it is in use, the session ends."""
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
    """Stop a session's access and refresh tokens at once; False when it had ended before.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    session = Session.objects.unended().filter(pk=session_id).first()
    if session is None:
        return False
    chain = _locked_chain(session.user_id)
    if not Session.objects.filter(pk=session_id).end(now=now, reason=reason):
        return False
    facts = {"end_reason": reason}
    write_all(insert(chain.entry(action="session.ended", subject=session, now=now, after=facts)))
    logger.info("Session ended", extra={"session_id": str(session_id), "reason": reason.value})
    return True


@transaction.atomic
def end_all_sessions(*, user: User, reason: EndReason, now: datetime) -> int:
    """End every session of the person, those of the back office too; returns how many API sessions were alive.

    Mailed tokens are spent as well, and mail that waits and would bring one is deleted: with one of them a session
    could be opened again. So are codes that enrol a second factor, but for a new password: staff set theirs first.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    chain = _locked_chain(user.pk)
    person = chain.person
    ended = Session.objects.filter(user=person).end(now=now, reason=reason)
    ways_in = TokenPurpose.ways_in(is_verified=person.is_verified)
    if reason != EndReason.PASSWORD_CHANGED:
        ways_in.append(TokenPurpose.ENROL_STAFF)
    drop_unsent_mail(user=person, tokens=ways_in)
    OneTimeToken.objects.unused().filter(user=person, purpose__in=ways_in).update(used_at=now)
    person.session_epoch += 1
    facts = {"end_reason": reason, "sessions": ended}
    entry = chain.entry(action="sessions.ended", subject=person, now=now, after=facts)
    write_all(update(person, "session_epoch"), insert(entry))
    logger.info("Sessions ended", extra={"user_id": str(user.pk), "reason": reason.value, "sessions": ended})
    return ended
