"""Every enumeration of accounts, once: models, services, serializers and messages share them.

Belongs here: plain enums and what is fixed for each of their words. Doesn't: texts, and anything of Django.
When you add a word, also run `manage.py makemigrations`: the database checks token purposes, reasons of an end
and reminder frequencies, and no others.
"""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Self


class ReminderFrequency(StrEnum):
    OFF = "off"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class EndReason(StrEnum):
    """Why a session is over."""

    LOGOUT = "logout"
    LOGOUT_ALL = "logout_all"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason, no password
    TOKEN_REUSED = "token_reused"  # noqa: S105  a reason, no token
    DISABLED = "disabled"
    ERASED = "erased"
    SUPPORT = "support"
    RESTORED = "restored"
    FACTOR_RESET = "factor_reset"


class TokenPurpose(StrEnum):
    """What a one-time token is for, and how long it is good."""

    lifetime: timedelta

    VERIFY_EMAIL = "verify_email", timedelta(hours=24)
    RESET_PASSWORD = "reset_password", timedelta(hours=1)
    ENROL_STAFF = "enrol_staff", timedelta(hours=1)

    def __new__(cls, word: str, lifetime: timedelta) -> Self:
        member = str.__new__(cls, word)
        member._value_, member.lifetime = word, lifetime
        return member

    @classmethod
    def ways_in(cls, *, is_verified: bool) -> list[Self]:
        """The purposes whose tokens open an account, and so are spent when all sessions end.

        While the address isn't verified, its verification token stays: it is the person's only way in.
        """
        return [cls.RESET_PASSWORD, cls.VERIFY_EMAIL] if is_verified else [cls.RESET_PASSWORD]


class MailPurpose(StrEnum):
    """Why accounts sends a mail. Other packages register messages for purposes of their own."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a purpose, no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a purpose, no password
    NEW_SIGN_IN = "new_sign_in"
    ACCOUNT_ERASED = "account_erased"


class MailPriority(IntEnum):
    """What is sent first: a person waits for a mail with a token."""

    AWAITED = 0
    SECURITY = 1
    REMINDER = 2


class StaffReason(StrEnum):
    """Why staff act. Free text could name the person, and the audit trail outlives the person."""

    ASKED = "asked"
    SECURITY = "security"
    ABUSE = "abuse"
    CORRECTION = "correction"


class StaffRole(StrEnum):
    """What a member of staff is; the name of the group that has its permissions (`accounts.groups`)."""

    SUPPORT = "Support"
    OPERATIONS = "Operations"
    AUDITOR = "Auditor"
