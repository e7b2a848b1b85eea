"""The codes of the second factor, and what is shown to set them up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import segno

from accounts.second_factor import (
    backup_code,
    new_backup_codes,
    setup_key,
    setup_link,
    setup_picture,
    step_of,
)
from accounts.tests.authenticator import code_at

pytestmark = [pytest.mark.unit, pytest.mark.accounts]

KEY = b"12345678901234567890"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class TestCodes:
    @pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
    def test_are_those_of_the_rfc(self, seconds: int, code: str) -> None:
        """RFC 6238, appendix B, the last six digits."""
        assert step_of(KEY, code, now=datetime.fromtimestamp(seconds, UTC), after=0) == seconds // 30

    def test_are_taken_a_step_early_and_late(self) -> None:
        step = int(NOON.timestamp()) // 30
        taken = {ago: step_of(KEY, code_at(KEY, NOON - timedelta(seconds=ago)), now=NOON, after=0) for ago in
                 (-60, -30, 0, 30, 60)}  # fmt: skip
        assert taken == {-60: None, -30: step + 1, 0: step, 30: step - 1, 60: None}

    def test_work_once(self) -> None:
        step = step_of(KEY, code_at(KEY, NOON), now=NOON, after=0)
        assert step is not None
        assert step_of(KEY, code_at(KEY, NOON), now=NOON, after=step) is None

    @pytest.mark.parametrize("text", ["", "12345", "1234567", "٠١٢٣٤٥", "-12345", "a" * 6, "1e5"])
    def test_are_six_digits(self, text: str) -> None:
        assert step_of(KEY, text, now=NOON, after=0) is None

    def test_may_be_typed_with_spaces(self) -> None:
        code = code_at(KEY, NOON)
        assert step_of(KEY, f" {code[:3]} {code[3:]} ", now=NOON, after=0)

    def test_are_set_up_by_a_key_or_a_link(self) -> None:
        assert setup_key(KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
        link = setup_link(KEY, "a+b@example.com")
        assert link == (
            "otpauth://totp/FinCred%3Aa%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=FinCred"
        )

    def test_are_set_up_by_a_setup_picture_the_link(self) -> None:
        link = setup_link(b"k" * 20, "agent@example.com")
        picture = setup_picture(link)
        assert picture.startswith("<svg")
        assert "as a QR code" in picture
        assert picture != setup_picture(setup_link(b"l" * 20, "agent@example.com"))
        modules = sum(map(int, re.findall(r"h(\d+)", picture)))
        assert modules == sum(bit for row in segno.make_qr(link, error="m").matrix for bit in row)

    def test_for_a_rainy_day_are_ten_and_differ(self) -> None:
        codes = new_backup_codes()
        assert len(set(codes)) == 10
        assert all(re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", code) for code in codes)
        assert backup_code(f" {codes[0].upper()} ") == codes[0].replace("-", "")
