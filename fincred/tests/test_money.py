from __future__ import annotations

from decimal import Decimal

import pytest

from fincred.money import round_to_cents, round_up_to_cents

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class TestRounding:
    @pytest.mark.parametrize(
        ("amount", "cents"),
        [
            ("0.005", "0.01"),
            ("0.004999", "0.00"),
            ("80.465", "80.47"),
            ("-0.005", "-0.01"),
            ("2.675", "2.68"),
        ],
    )
    def test_half_a_cent_goes_away_from_zero(self, amount: str, cents: str) -> None:
        assert round_to_cents(Decimal(amount)) == Decimal(cents)

    @pytest.mark.parametrize(("amount", "cents"), [("833.3333", "833.34"), ("5.00", "5.00"), ("0.0001", "0.01")])
    def test_rounding_up_never_asks_for_too_little(self, amount: str, cents: str) -> None:
        assert round_up_to_cents(Decimal(amount)) == Decimal(cents)
