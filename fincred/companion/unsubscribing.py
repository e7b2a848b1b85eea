"""The signed links with which one kind of mail is stopped by one click (RFC 8058). They don't expire."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from fincred.companion.vocabulary import MessageKind

_SALT: Final = "fincred.unsubscribe"
PATH: Final = "/api/v0/unsubscribe/"


def token_for(user_id: UUID, kind: MessageKind) -> str:
    return _signer().sign(f"{user_id.hex}.{kind}")


def read_token(token: str) -> tuple[UUID, MessageKind] | None:
    """The id of the person and the kind of mail; None if the token isn't ours."""
    try:
        person, _, kind = _signer().unsign(token).partition(".")
        return UUID(person), MessageKind(kind)
    except (BadSignature, ValueError):  # or a kind that no longer exists
        return None


def unsubscribe_from(kind: MessageKind) -> Callable[[UUID], str]:
    """Returns a function that makes a person's unsubscribe link for this kind of mail."""
    return partial(_url, kind)


def _url(kind: MessageKind, user_id: UUID) -> str:
    return f"{settings.APP_URL}{PATH}{token_for(user_id, kind)}"


def _signer() -> Signer:
    return Signer(salt=_SALT, sep="~")
