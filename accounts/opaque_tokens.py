"""Opaque tokens: random, and only their hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

DIGEST_LENGTH: Final = 64


def new_secret() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256, as `DIGEST_LENGTH` characters. Random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
