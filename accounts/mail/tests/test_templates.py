from __future__ import annotations

import pytest

from accounts.mail.templates import render_message

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


class TestLetters:
    def test_verification_carries_the_link(self) -> None:
        letter = render_message("verify_email", token="abc", app_url="https://fincred.example")
        assert "\nhttps://fincred.example/api/v0/auth/verify-email?token=abc\n" in letter.body
        assert "24 hours" in letter.body

    def test_reset_carries_the_link_and_the_bare_token(self) -> None:
        letter = render_message("reset_password", token="abc", app_url="https://fincred.example")
        assert "\nhttps://fincred.example/reset-password?token=abc\n" in letter.body
        assert "\nabc\n" in letter.body
        assert "one hour" in letter.body

    def test_shows_no_token_in_a_traceback(self) -> None:
        assert "abc" not in repr(render_message("verify_email", token="abc", app_url="https://fincred.example"))
