"""Tokens that travel by mail and work once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.managers import person_may_enter
from accounts.models import OneTimeToken, User
from accounts.opaque_tokens import digest
from accounts.services.locking import lock_user
from accounts.vocabulary import TokenPurpose


def find_token(*, token: str, purpose: TokenPurpose, now: datetime, also_used: bool = False) -> OneTimeToken:
    """The token of that purpose, with its person.

    :raises TokenInvalidError: unknown, used (unless `also_used`), for another purpose, or of a disabled person.
    :raises TokenExpiredError: too old.
    """
    tokens = OneTimeToken.objects.all() if also_used else OneTimeToken.objects.unused()
    of_purpose = tokens.filter(person_may_enter("user__"), token_hash=digest(token), purpose=purpose)
    found = of_purpose.select_related("user").first()
    if found is None:
        raise TokenInvalidError
    if found.expires_at <= now:
        raise TokenExpiredError
    return found


@transaction.atomic
def spend_token(*, token: OneTimeToken, now: datetime) -> User:
    """Use up the token and the person's other tokens of its purpose. Returns the person, locked.

    :raises TokenInvalidError: used already, or the person was disabled or erased meanwhile.
    """
    user = lock_user(token.user_id)
    siblings = OneTimeToken.objects.unused().filter(user=user, purpose=token.purpose)
    if not user.may_enter or not siblings.filter(pk=token.pk).exists():
        raise TokenInvalidError
    siblings.update(used_at=now)
    return user
