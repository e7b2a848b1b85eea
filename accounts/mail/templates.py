"""The messages that can be sent. Their words are in `fincred/templates/mail/`, as text and as HTML.

None of accounts' own uses the person's name: by registering another person's address one could send them any text
as a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.encoding import punycode

from accounts.vocabulary import MailPriority, MailPurpose, TokenPurpose

if TYPE_CHECKING:
    from accounts.models import OutgoingMail


@dataclass(frozen=True, slots=True)
class MailMessage:
    """What is sent for a purpose: `mail/<purpose>.txt` and `.html`.

    Their context is `subject`, `url` (of the app), `token` where there is one, and the `facts` about the mail's
    person and object at the moment of sending; a fact called `subject` replaces the subject. If there are no facts
    (None), the mail has nothing to say any more, and isn't sent. `example` are facts to show the message with.

    A message with `unsubscribe`, which makes the address for one click, is one that a person can do without: it
    goes to active people with a verified address only.
    """

    purpose: str
    subject: str
    token: TokenPurpose | None = None
    facts: Callable[[OutgoingMail, datetime], Mapping[str, Any] | None] | None = None
    unsubscribe: Callable[[UUID], str] | None = None
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def priority(self) -> MailPriority:
        if self.token:
            return MailPriority.AWAITED
        return MailPriority.REMINDER if self.unsubscribe else MailPriority.SECURITY

    def compose(
        self, *, mail_id: UUID, address: str, token: str, facts: Mapping[str, Any], unsubscribe_url: str = ""
    ) -> EmailMultiAlternatives:
        """The mail, with both parts. All attempts to send a mail have the same Message-ID."""
        context = {"subject": self.subject, "url": settings.APP_URL, "token": token, **facts}
        context["unsubscribe_url"] = unsubscribe_url
        text, html = (render_to_string(f"mail/{self.purpose}.{kind}", context) for kind in ("txt", "html"))
        _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rsplit("@", 1)
        headers = {"Message-ID": f"<{mail_id}@{punycode(domain)}>"}
        if unsubscribe_url:  # RFC 8058: mail programs show a button that POSTs there
            headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message = EmailMultiAlternatives(context["subject"], text, to=[address], headers=headers)
        message.attach_alternative(html, "text/html")
        return message


def _moment(mail: OutgoingMail, now: datetime) -> Mapping[str, Any]:
    """When it happened, on the person's clock."""
    zone = mail.user.profile.timezone if mail.user else "UTC"
    return {"moment": mail.created_at, "zone": zone}


_EXAMPLE = {"moment": datetime.fromisoformat("2026-03-10T18:02:11Z"), "zone": "Europe/Berlin"}

# The messages of accounts itself, registered by its AppConfig like those of every other package.
MESSAGES = (
    MailMessage(MailPurpose.VERIFY_EMAIL, "Please confirm your e-mail address", TokenPurpose.VERIFY_EMAIL),
    MailMessage(MailPurpose.RESET_PASSWORD, "Your new FinCred password", TokenPurpose.RESET_PASSWORD),
    MailMessage(
        MailPurpose.PASSWORD_CHANGED, "Your FinCred password was changed", facts=_moment, example=_EXAMPLE
    ),
    MailMessage(MailPurpose.NEW_SIGN_IN, "A new sign-in to your FinCred account", facts=_moment, example=_EXAMPLE),
    MailMessage(MailPurpose.ACCOUNT_ERASED, "Your FinCred account is erased"),
)

_registered: dict[str, MailMessage] = {}


def register_message(message: MailMessage) -> None:
    """Let mail be queued and sent for the message's purpose. Registering the same message again changes nothing.

    :raises ValueError: another message has that purpose.
    """
    if _registered.setdefault(message.purpose, message) != message:
        raise ValueError(f"There is another message for {message.purpose}")


def message_for(purpose: str) -> MailMessage:
    """:raises KeyError: no message is registered for it."""
    return _registered[purpose]


def registered_purposes() -> list[str]:
    return list(_registered)


def purposes_with(tokens: Collection[TokenPurpose]) -> list[str]:
    """The purposes of messages with one of these tokens."""
    return [message.purpose for message in _registered.values() if message.token in tokens]
