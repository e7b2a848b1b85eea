"""Codes of the second factor: of an authenticator (TOTP, RFC 6238), and backup codes. The moment is passed in.

The arithmetic is django-otp's. Its models aren't used: they keep backup codes as they are, and read the clock.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

import segno
from django_otp.oath import TOTP

SECRET_BYTES: Final = 20
BACKUP_CODES: Final = 10
STEP_SECONDS: Final = 30
# A code is taken in the step before and after its own too: clocks differ, and typing takes time.
_TOLERANCE: Final = 1
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


def new_key() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def step_of(key: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """The step that this code is right for, later than `after`, so that none works twice; None if it is wrong."""
    code = "".join(code.split())
    if not _CODE.fullmatch(code):
        return None
    totp = TOTP(key, step=STEP_SECONDS)
    totp.time = now.timestamp()
    return totp.t() if totp.verify(int(code), tolerance=_TOLERANCE, min_t=after + 1) else None


def setup_key(key: bytes) -> str:
    """The key as it is typed into an authenticator."""
    text = base64.b32encode(key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def setup_link(key: bytes, account: str) -> str:
    """The same as a link, which authenticators on the same device open."""
    label = quote(f"FinCred:{account}")
    query = urlencode({"secret": base64.b32encode(key).decode(), "issuer": "FinCred"})
    return f"otpauth://totp/{label}?{query}"


def setup_picture(link: str) -> str:
    """The link as a QR code, in SVG. It has the dark modules only, so the page needs a light background for it."""
    code = segno.make_qr(link, error="m")
    return code.svg_inline(scale=4, title="The key as a QR code", svgclass=None, lineclass=None)


def new_backup_codes() -> list[str]:
    """Eighty random bits each, so that a plain hash of one can't be guessed."""
    return [_grouped(base64.b32encode(secrets.token_bytes(10)).decode().lower()) for _ in range(BACKUP_CODES)]


def backup_code(text: str) -> str:
    """The one spelling that is hashed, however it was typed."""
    return re.sub(r"[\s-]", "", text).lower()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
