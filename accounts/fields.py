"""Model fields of addresses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.mailboxes import (
    MAX_LENGTH,
    MAX_LOCAL_PART,
    LocalPartTooLongError,
    NoMailboxError,
    mailbox_or_none,
    spelling,
)
from fincred.db.fields import DerivedField

NO_MAILBOX = "The domain of this address can't exist."
LONG_LOCAL_PART = f"Before the @ are more than {MAX_LOCAL_PART} characters."


class MailboxField(DerivedField):
    """The mailbox of an address. Null: a version without mailboxes stored the row, or the address has none."""

    in_backups = True  # rows of earlier versions may have none yet although another has theirs

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_length": MAX_LENGTH, "null": True})

    def derive(self, text: str) -> str | None:
        return mailbox_or_none(text)


def validate_mailbox(address: str) -> None:
    """:raises ValidationError: no new account may have the address."""
    try:
        spelling(address)
    except LocalPartTooLongError:
        raise ValidationError(LONG_LOCAL_PART, code="max_length") from None
    except NoMailboxError:
        raise ValidationError(NO_MAILBOX, code="invalid_domain") from None
