"""An authenticator, as an app on a person's phone."""

from __future__ import annotations

from datetime import datetime

from django_otp.oath import TOTP

from accounts.second_factor import STEP_SECONDS


def code_at(key: bytes, now: datetime) -> str:
    """What it shows."""
    totp = TOTP(key, step=STEP_SECONDS)
    totp.time = now.timestamp()
    return f"{totp.token():06d}"
