"""Access tokens: signed, checked without the database, and worth nothing without a live session."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Self
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings

from accounts.errors import TokenExpiredError, TokenInvalidError

SESSION_CLAIM = "sid"

# A deeply nested header is parsed before its signature can be checked. `exp` may be any number, and the operating
# system refuses some years (OSError).
_UNREADABLE = (
    TokenError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
    OSError,
)


class AccessToken(tokens.AccessToken):
    """A JWT that says who (`sub`) and in which session (`sid`), for `ACCESS_TOKEN_MINUTES`."""

    lifetime = timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)

    @classmethod
    def issue(cls, *, user_id: UUID, session_id: UUID, now: datetime) -> Self:
        token = cls()
        token.set_exp(from_time=now)
        # One that lies a second ahead is refused, and two servers' clocks may differ by that.
        del token["iat"]
        token["sub"] = str(user_id)
        token[SESSION_CLAIM] = str(session_id)
        return token

    @classmethod
    def read(cls, raw: str, *, now: datetime) -> tuple[UUID, UUID]:
        """The user's and the session's id.

        :raises TokenExpiredError: it is ours, and its time is over.
        :raises TokenInvalidError: forged, unsigned, for another audience, or of another kind.
        """
        try:
            claims = _verified(raw)
        except ExpiredTokenError:
            raise TokenExpiredError from None
        except _UNREADABLE:
            raise TokenInvalidError from None
        if claims.expires_at <= now.timestamp():
            raise TokenExpiredError
        return claims.user_id, claims.session_id


class _Claims(NamedTuple):
    user_id: UUID
    session_id: UUID
    expires_at: int


class _TokenOfPreviousKey(AccessToken):
    """One that `JWT_SECRET_KEY_PREVIOUS` signed: an exchange of keys ends no session."""

    def get_token_backend(self) -> TokenBackend:
        return TokenBackend(
            api_settings.ALGORITHM,
            settings.JWT_SECRET_KEY_PREVIOUS,
            audience=api_settings.AUDIENCE,
            issuer=api_settings.ISSUER,
        )


@lru_cache(maxsize=4096)
def _verified(raw: str) -> _Claims:
    """A valid signature never becomes invalid, and a client sends the same token for half an hour."""
    try:
        token = AccessToken(raw)  # type: ignore[arg-type]  # the stub has its own encoded form wrong
    except ExpiredTokenError:
        raise
    except TokenError:
        if not settings.JWT_SECRET_KEY_PREVIOUS:
            raise
        token = _TokenOfPreviousKey(raw)  # type: ignore[arg-type]
    return _Claims(UUID(token["sub"]), UUID(token[SESSION_CLAIM]), token["exp"])
