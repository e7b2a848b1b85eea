"""Model fields of addresses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.mailboxes import MAX_LENGTH, NoMailboxError, mailbox_of, mailbox_or_none
from fincred.db.fields import DerivedField

NO_MAILBOX = "The domain of this address can't exist."


class MailboxField(DerivedField):
    """The mailbox of an address. Null: a version without mailboxes stored the row, or the address has none."""

    in_backups = True  # rows of earlier versions may have none yet although another has theirs

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": MAX_LENGTH, "null": True})

    def derive(self, text: str) -> str | None:
        return mailbox_or_none(text)


def validate_mailbox(address: str) -> None:
    """:raises ValidationError: the address has no mailbox."""
    try:
        mailbox_of(address)
    except NoMailboxError:
        raise ValidationError(NO_MAILBOX, code="invalid_domain") from None
