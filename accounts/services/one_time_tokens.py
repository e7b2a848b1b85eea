"""Tokens that travel by mail and work once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.models import OneTimeToken, Purpose, User
from accounts.services.locking import lock_user
from accounts.tokens import digest, new_secret

LIFETIMES = {Purpose.VERIFY_EMAIL: timedelta(hours=24), Purpose.RESET_PASSWORD: timedelta(hours=1)}


def issue_token(*, user: User, purpose: Purpose, now: datetime) -> str:
    """A fresh token for the person; the only time that it can be read."""
    secret = new_secret()
    OneTimeToken.objects.create(
        user=user,
        purpose=purpose,
        token_hash=digest(secret),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    return secret


def find_token(*, token: str, purpose: Purpose, now: datetime) -> OneTimeToken:
    """The unused token of that purpose, with its person.

    :raises TokenInvalidError: unknown, used, for something else, or of a disabled person.
    :raises TokenExpiredError: too old.
    """
    unused = OneTimeToken.objects.unused().select_related("user")
    found = unused.filter(token_hash=digest(token), purpose=purpose, user__is_active=True).first()
    if found is None:
        raise TokenInvalidError
    if found.expires_at <= now:
        raise TokenExpiredError
    return found


@transaction.atomic
def spend_token(*, token: OneTimeToken, now: datetime) -> User:
    """Use the token up, and every other one of its purpose that the person was sent. The person comes back locked.

    :raises TokenInvalidError: somebody else was quicker, or the person was disabled or erased meanwhile.
    """
    user = lock_user(token.user_id)
    siblings = OneTimeToken.objects.unused().filter(user=user, purpose=token.purpose)
    if not user.is_active or not siblings.filter(pk=token.pk).exists():
        raise TokenInvalidError
    siblings.update(used_at=now)
    return user
