"""Why a mail wasn't sent, in words: what happened, and what to do."""

from __future__ import annotations

import pytest

from accounts.back_office.mail_in_words import why_not_sent

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("SMTPRecipientsRefused 550", "refused the address"),
        ("SMTPRecipientsRefused 452", "took no mail"),
        ("SMTPDataError 554", "looks like spam"),
        ("SMTPDataError 451", "away or busy"),
        ("SMTPSenderRefused 550", "sender address"),
        ("SMTPSenderRefused 530", "sign-in"),
        ("SMTPAuthenticationError 535", "sign-in"),
        ("SMTPServerDisconnected", "away or busy"),
        ("TimeoutError", "away or busy"),
        ("SMTPNotSupportedError", "letters"),
        ("address refused", "earlier mail"),
        ("unfinished", "it may arrive twice"),
        ("ZeroDivisionError", "tell an operator"),
    ],
)
def test_each_failure_has_its_words(failure: str, words: str) -> None:
    assert words in "; ".join(why_not_sent(failure))
