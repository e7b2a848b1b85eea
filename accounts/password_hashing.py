"""How a password is hashed and checked, however a keyboard composes its characters.

What is stored is the hash of the password in normal form KC. Earlier versions hashed what was sent, so a password
outside of ASCII is always tried in both forms, so that the time reveals nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from django.contrib.auth import hashers

from fincred.text import is_too_long

MAX_LENGTH: Final = 128


def normal_form(password: str) -> str:
    """The form of a new password that is hashed, and whose length counts."""
    if password.isascii() or is_too_long(password, MAX_LENGTH):  # which no account has
        return password
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """The hash to store. It is slow on purpose: don't call it in a transaction."""
    return hashers.make_password(normal_form(password))


def matches(password: str, encoded: str, *, store: Callable[[str], None]) -> bool:
    """Whether it is the password; `store` gets a new hash if the stored one is outdated or of another form."""

    def rehash(_: str) -> None:
        store(hash_password(password))

    is_right = hashers.check_password(normal_form(password), encoded, rehash)
    if not password.isascii() and hashers.check_password(password, encoded) and not is_right:
        rehash(password)
        return True
    return is_right


def hash_in_vain(password: str) -> None:
    """Take the time of a password check, for an address that has no account."""
    hash_password(password)
    if not password.isascii():
        hash_password(password)
