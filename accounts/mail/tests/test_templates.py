from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts.mail import MESSAGES, MailMessage, register_message
from accounts.mail.templates import message_for, registered_purposes
from accounts.vocabulary import MailPurpose, TokenPurpose

MAIL_ID = UUID("6f1d3c1e-0000-4000-8000-000000000001")

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


def compose(purpose: str) -> EmailMultiAlternatives:
    """As it is sent to a person who may unsubscribe from it."""
    message = message_for(purpose)
    url = message.unsubscribe(MAIL_ID) if message.unsubscribe else ""
    return message.compose(
        mail_id=MAIL_ID, address="kim@example.com", token="abc", facts=message.example, unsubscribe_url=url
    )


def parts_of(purpose: str) -> tuple[str, str]:
    message = compose(purpose)
    [html] = message.alternatives
    return str(message.body), str(html[0])


class TestMessages:
    @pytest.fixture(autouse=True)
    def app(self, settings: Any) -> None:
        settings.APP_URL = "https://fincred.example"
        settings.DEFAULT_FROM_EMAIL = "FinCred <no-reply@fincred.example>"

    def test_verification_carries_the_link(self) -> None:
        text, html = parts_of(MailPurpose.VERIFY_EMAIL)
        assert "\nhttps://fincred.example/api/v0/auth/verify-email?token=abc\n" in text
        assert '"https://fincred.example/api/v0/auth/verify-email?token=abc"' in html
        assert "24 hours" in text
        assert "24 hours" in html

    def test_reset_carries_the_link_and_the_bare_token(self) -> None:
        text, html = parts_of(MailPurpose.RESET_PASSWORD)
        assert "\nhttps://fincred.example/reset-password?token=abc\n" in text
        assert "\nabc\n" in text
        assert '"https://fincred.example/reset-password?token=abc"' in html
        assert "<code>abc</code>" in html
        assert "one hour" in text

    def test_text_is_not_escaped_as_html_would_be(self) -> None:
        text, html = parts_of(MailPurpose.RESET_PASSWORD)
        assert text.startswith("Hello,\n\nSomebody")
        assert "wasn't" in text
        assert html.startswith("<!doctype html>")

    @pytest.mark.parametrize("purpose", registered_purposes())
    def test_text_and_html_say_the_same(self, purpose: str) -> None:
        text, html = parts_of(purpose)
        words = unescape(re.sub(r"<head>.*</head>|<[^>]+>", " ", html, flags=re.DOTALL)).split()
        labels = re.findall(r"<a [^>]*>([^<]*)</a>", html)
        without_links = re.sub(r"https?://\S+", "LINK", text).split()
        with_link = " ".join(words)
        for label in labels:
            with_link = with_link.replace(label, "LINK")
        assert with_link.split() == without_links

    def test_all_attempts_have_the_same_message_id(self) -> None:
        ids = {compose(MailPurpose.VERIFY_EMAIL).message()["Message-ID"] for _ in range(2)}
        assert ids == {f"<{MAIL_ID}@fincred.example>"}

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
