from __future__ import annotations

from decimal import Decimal

import pytest

from fincred.api.parsers import parse_json
from fincred.api.renderers import render_json
from fincred.errors import MalformedRequestError

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class TestParseJSON:
    def test_a_byte_order_mark_is_called_that(self) -> None:
        with pytest.raises(MalformedRequestError) as refused:
            parse_json(b"\xef\xbb\xbf{}")
        assert "byte-order mark" in refused.value.details["reason"]

    def test_numbers_stay_exact(self) -> None:
        assert parse_json(b'{"a": 0.1, "b": 999999999999.99, "c": 3}') == {
            "a": Decimal("0.1"),
            "b": Decimal("999999999999.99"),
            "c": 3,
        }

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"{",
            b"NaN",
            b'{"a": Infinity}',
            b'{"a": -Infinity}',
            b'{"a": 1, "a": 2}',
            b'{"x": [{"a": 1, "b": 3, "a": 2}]}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'"\xff\xfe"',
            b'{"a": "\\ud800"}',
            b'{"\\udfff": [1]}',
            b'[["\\ud800"]]',
            b"9" * 5_000,
        ],
        ids=lambda raw: repr(raw[:16]),
    )
    def test_refuses_what_is_not_meant(self, raw: bytes) -> None:
        with pytest.raises(MalformedRequestError):
            parse_json(raw)

    def test_a_whole_character_pair_is_a_character(self) -> None:
        assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


class TestRenderJSON:
    @pytest.mark.parametrize("text", ["999999999999.99", "0.10", "0.00", "100.00", "-5.05", "22.5000"])
    def test_a_decimal_is_a_number_with_all_its_digits(self, text: str) -> None:
        assert render_json({"a": Decimal(text)}) == b'{"a":' + text.encode() + b"}"

    def test_never_in_scientific_notation(self) -> None:
        assert render_json(Decimal("1E+3")) == b"1000"

    def test_refuses_what_has_no_form(self) -> None:
        with pytest.raises(TypeError):
            render_json(object())
