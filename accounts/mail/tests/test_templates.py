from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.mail import MESSAGES, MailMessage, register_message
from accounts.mail.templates import message_for
from accounts.vocabulary import MailPurpose, TokenPurpose

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


def body_of(purpose: MailPurpose) -> str:
    return message_for(purpose).body(url="https://fincred.example", token="abc")


class TestMessages:
    def test_verification_carries_the_link(self) -> None:
        body = body_of(MailPurpose.VERIFY_EMAIL)
        assert "\nhttps://fincred.example/api/v0/auth/verify-email?token=abc\n" in body
        assert "24 hours" in body

    def test_reset_carries_the_link_and_the_bare_token(self) -> None:
        body = body_of(MailPurpose.RESET_PASSWORD)
        assert "\nhttps://fincred.example/reset-password?token=abc\n" in body
        assert "\nabc\n" in body
        assert "one hour" in body

    def test_each_purpose_of_accounts_has_its_own(self) -> None:
        assert [message.purpose for message in MESSAGES] == list(MailPurpose)

    def test_say_how_long_their_token_is_good(self) -> None:
        assert TokenPurpose.VERIFY_EMAIL.lifetime.total_seconds() == 24 * 3600
        assert TokenPurpose.RESET_PASSWORD.lifetime.total_seconds() == 3600


class TestRegisterMessage:
    def test_the_same_twice_is_once(self) -> None:
        register_message(MESSAGES[0])
        assert message_for(MESSAGES[0].purpose) is MESSAGES[0]

    def test_refuses_another_message_for_a_purpose(self) -> None:
        other: MailMessage = replace(MESSAGES[0], subject="Something else")
        with pytest.raises(ValueError, match="verify_email"):
            register_message(other)
        assert message_for(other.purpose) is MESSAGES[0]
