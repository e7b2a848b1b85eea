from __future__ import annotations

from decimal import Decimal

import pytest

from fincred.money import amount_in_words, money_in_words, rate_in_words, round_to_cents, round_up_to_cents

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


class TestWords:
    def test_of_money_name_its_currency(self) -> None:
        assert money_in_words(Decimal(1250), "EUR") == "1,250.00 EUR"

    @pytest.mark.parametrize(
        ("amount", "words"),
        [("0", "0.00"), ("1250", "1,250.00"), ("-3000.00", "-3,000.00"), ("1E+3", "1,000.00"), ("-0.00", "0.00")],
    )
    def test_of_amounts_have_two_decimals(self, amount: str, words: str) -> None:
        assert amount_in_words(Decimal(amount)) == amount_in_words(amount) == words

    @pytest.mark.parametrize(
        ("rate", "words"),
        [("22.9000", "22.9 %"), ("100.0000", "100 %"), ("0.0000", "0 %"), ("0.1234", "0.1234 %")],
    )
    def test_of_rates_end_with_their_last_digit(self, rate: str, words: str) -> None:
        assert rate_in_words(Decimal(rate)) == words
