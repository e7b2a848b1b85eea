"""A mail of the outbox as staff read it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString

from accounts.back_office.failure_in_words import Failure, told
from accounts.managers import MAX_MAIL_ATTEMPTS, UNFINISHED
from accounts.models import OutgoingMail
from fincred.text import counted

_NO_SIGN_IN: Final = Failure(
    "the mail server refused FinCred's sign-in", "an operator checks EMAIL_URL, then try again"
)
_NO_ADDRESS: Final = Failure(
    "the mail server refused the address: there is no such mailbox, or it takes no mail from us",
    "check the address with the person",
)
_NO_MAILBOX_NOW: Final = Failure("their mailbox took no mail, as when it is full", "try again later")
_NO_SENDER: Final = Failure("the mail server refused our sender address", "an operator checks DEFAULT_FROM_EMAIL")
_NO_CONTENT: Final = Failure(
    "the mail server refused this mail, as it does with what looks like spam", "an operator reads its log"
)
_AWAY: Final = Failure("the mail server was away or busy", "try again")
_FOLDER: Final = Failure(
    "the mail folder can't be written", "an operator checks EMAIL_URL and the folder's disk, then try again"
)
_LETTERS: Final = Failure(
    "the mail server can't write to an address with such letters", "ask the person for another address"
)
_EARLIER: Final = Failure("their mailbox refused an earlier mail", "they verify their address first")
_UNFINISHED: Final = Failure(
    "it is being sent now, or the process that sent it has ended", "try again later; it may arrive twice"
)
_FAULT: Final = Failure("FinCred couldn't write or send it", "tell an operator: the log has the fault")

# The server says that it doesn't know us, or not well enough.
_SIGN_IN_CODES: Final = frozenset({"530", "534", "535", "538"})
# By the name of the error: the words for a refusal for good, and for one for now.
_BY_NAME: Final = {
    "SMTPRecipientsRefused": (_NO_ADDRESS, _NO_MAILBOX_NOW),
    "SMTPDataError": (_NO_CONTENT, _AWAY),
    "SMTPSenderRefused": (_NO_SENDER, _AWAY),
    "SMTPAuthenticationError": (_NO_SIGN_IN, _AWAY),
    "MailFolderError": (_FOLDER, _FOLDER),
    **dict.fromkeys(("SMTPNotSupportedError", "UnicodeEncodeError", "UnicodeError"), (_LETTERS, _LETTERS)),
    **dict.fromkeys(
        (
            *("SMTPServerDisconnected", "SMTPConnectError", "SMTPHeloError", "SMTPResponseException"),
            *("TimeoutError", "gaierror", "OSError", "BrokenPipeError"),
            *("ConnectionRefusedError", "ConnectionResetError", "ConnectionAbortedError"),
            *("SSLError", "SSLEOFError", "SSLZeroReturnError", "SSLCertVerificationError"),
        ),
        (_AWAY, _AWAY),
    ),
}


def mail_state(mail: OutgoingMail) -> SafeString | str:
    """Whether it was sent, waits or was given up; why, and what to do then."""
    if mail.sent_at:
        return f"sent {_moment(mail.sent_at)}"
    if mail.is_held:
        return "held by a restore"
    if mail.attempts >= MAX_MAIL_ATTEMPTS:
        if not mail.failure:
            return "given up: no reason was kept"
        form = "last attempt: {}" if mail.failure == UNFINISHED else "given up: {}"
        return told(form, why_not_sent(mail.failure), mail.failure)
    attempts = counted(mail.attempts, "attempt")
    due = f"due {_moment(mail.next_attempt_at)}, {attempts}"
    return (
        told(f"{due}: {{}}", why_not_sent(mail.failure)._replace(remedy=""), mail.failure) if mail.failure else due
    )


def why_not_sent(failure: str) -> Failure:
    """What is kept of the last attempt, such as "SMTPDataError 554", in words."""
    if failure == "address refused":
        return _EARLIER
    if failure == UNFINISHED:
        return _UNFINISHED
    name, _, code = failure.partition(" ")
    if code in _SIGN_IN_CODES:
        return _NO_SIGN_IN
    for_good, for_now = _BY_NAME.get(name, (_FAULT, _FAULT))
    return for_now if code.startswith("4") else for_good


def _moment(moment: datetime) -> str:
    return f"{moment:%-d %b %H:%M}"
