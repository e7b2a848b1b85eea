"""What the mails say. No name is used: whoever registers a stranger's address could put a message there."""

from __future__ import annotations

from dataclasses import dataclass, field

_VERIFY = """Hello,

welcome to FinCred. Please confirm that this is your address by opening this link within 24 hours:

{url}/api/v0/auth/verify-email?token={token}

If you did not register, you need not do anything.

Your FinCred team
"""

_RESET = """Hello,

somebody, hopefully you, asked to set a new FinCred password for this address. This link works once, for one hour:

{url}/reset-password?token={token}

If your app asks for a code instead, this is it:

{token}

If it wasn't you, you need not do anything: your password stays as it is.

Your FinCred team
"""

_MESSAGES = {
    "verify_email": ("Please confirm your e-mail address", _VERIFY),
    "reset_password": ("Your new FinCred password", _RESET),
}


@dataclass(frozen=True, slots=True)
class MailMessage:
    subject: str
    body: str = field(repr=False)


def render_message(purpose: str, *, token: str, app_url: str) -> MailMessage:
    """The mail for a purpose, with the token in it."""
    subject, text = _MESSAGES[purpose]
    return MailMessage(subject, text.format(url=app_url, token=token))
