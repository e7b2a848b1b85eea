"""The messages that can be sent. Their words are in `fincred/templates/mail/`, as text and as HTML.

None uses the person's name: by registering another person's address one could send them any text as a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.encoding import punycode

from accounts.vocabulary import MailPurpose, TokenPurpose


@dataclass(frozen=True, slots=True)
class MailMessage:
    """What is sent for a purpose: `mail/<purpose>.txt` and `.html`.

    Their context is `subject`, `url` (of the app) and, where there is one, `token`.
    """

    purpose: str
    subject: str
    token: TokenPurpose | None = None

    def compose(self, *, mail_id: UUID, address: str, token: str) -> EmailMultiAlternatives:
        """The mail, with both parts. All attempts to send a mail have the same Message-ID."""
        context = {"subject": self.subject, "url": settings.APP_URL, "token": token}
        text, html = (render_to_string(f"mail/{self.purpose}.{kind}", context) for kind in ("txt", "html"))
        _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rsplit("@", 1)
        message = EmailMultiAlternatives(
            self.subject, text, to=[address], headers={"Message-ID": f"<{mail_id}@{punycode(domain)}>"}
        )
        message.attach_alternative(html, "text/html")
        return message


# The messages of accounts itself, registered by its AppConfig like those of every other package.
MESSAGES = (
    MailMessage(MailPurpose.VERIFY_EMAIL, "Please confirm your e-mail address", TokenPurpose.VERIFY_EMAIL),
    MailMessage(MailPurpose.RESET_PASSWORD, "Your new FinCred password", TokenPurpose.RESET_PASSWORD),
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
