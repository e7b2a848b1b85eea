"""The messages that can be sent.

None uses the person's name: by registering another person's address one could send them any text as a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.vocabulary import MailPurpose, TokenPurpose


@dataclass(frozen=True, slots=True)
class MailMessage:
    """What is sent for a purpose. `text` may name `{url}` (of the app) and, where there is one, `{token}`."""

    purpose: str
    subject: str
    text: str
    token: TokenPurpose | None = None

    def body(self, *, url: str, token: str) -> str:
        return self.text.format(url=url, token=token)


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

# The messages of accounts itself, registered by its AppConfig like those of every other package.
MESSAGES = (
    MailMessage(
        MailPurpose.VERIFY_EMAIL, "Please confirm your e-mail address", _VERIFY, TokenPurpose.VERIFY_EMAIL
    ),
    MailMessage(MailPurpose.RESET_PASSWORD, "Your new FinCred password", _RESET, TokenPurpose.RESET_PASSWORD),
)

_registered: dict[str, MailMessage] = {}


def register_message(message: MailMessage) -> None:
    """Let mail be queued and sent for the message's purpose. The same message twice is once.

    :raises ValueError: another message has that purpose.
    """
    if _registered.setdefault(message.purpose, message) != message:
        raise ValueError(f"There is another message for {message.purpose}")


def message_for(purpose: str) -> MailMessage:
    """:raises KeyError: no message is registered for it."""
    return _registered[purpose]


def registered_purposes() -> list[str]:
    return list(_registered)
