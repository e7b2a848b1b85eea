from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from fincred.api import serializers
from fincred.api.parsers import parse_json
from fincred.api.renderers import render_json
from fincred.errors import NoFieldsToUpdateError
from fincred.money import MAX_MONEY

pytestmark = [pytest.mark.unit, pytest.mark.platform]

MONEY = serializers.MoneyField()
SIGNED = serializers.MoneyField(signed=True)
POSITIVE = serializers.MoneyField(positive=True)
RATE = serializers.RateField()
LINE = serializers.TextField(max_length=10)
LINES = serializers.TextField(max_length=20, multiline=True)
DATE = serializers.DateField()
CHOICE = serializers.ChoiceField(choices=["High", "Low"])
WRONG_TYPES: list[Any] = [None, True, False, [], {}, [1], {"a": 1}]


class TestMoney:
    @pytest.mark.parametrize(
        ("sent", "amount"),
        [
            (100, "100.00"),
            (Decimal("0.1"), "0.10"),
            (Decimal("1E+2"), "100.00"),
            ("12.5", "12.50"),
            ("007", "7.00"),
            (Decimal("-0.00"), "0.00"),
            ("-0", "0.00"),
            (Decimal("999999999999.99"), "999999999999.99"),
            (Decimal("1.000"), "1.00"),
            (Decimal("1e-400"), "0.00"),
        ],
    )
    def test_takes(self, sent: Any, amount: str) -> None:
        assert str(MONEY.run_validation(sent)) == amount

    @pytest.mark.parametrize(
        "sent",
        [
            *WRONG_TYPES,
            "",
            " 1",
            "1 ",
            "+1",
            "1.",
            ".5",
            "1e3",
            "1,000",
            "NaN",
            "Infinity",
            "0x10",
            "١٢",
            "1_000",
            "9" * 400,
            int("9" * 400),
            Decimal("1e400"),
            Decimal("0.001"),
            "1.999",
            "12.500",
            -1,
            Decimal("-0.01"),
            Decimal("1000000000000"),
        ],
        ids=lambda sent: repr(sent)[:20],
    )
    def test_refuses(self, sent: Any) -> None:
        with pytest.raises(ValidationError):
            MONEY.run_validation(sent)

    def test_more_than_two_decimals_are_refused_by_name_never_rounded(self) -> None:
        with pytest.raises(ValidationError) as refused:
            MONEY.run_validation(Decimal("1.005"))
        assert refused.value.get_codes() == ["max_decimal_places"]

    @pytest.mark.parametrize(
        ("computed", "amount"),
        [
            (0.1 + 0.2, "0.30"),
            (3703.6800000000003, "3703.68"),
            (1.005 * 100, "100.50"),
            (1234567.89 * 3, "3703703.67"),
            (-0.1 - 0.2, "-0.30"),
            (0.1 + 0.2 - 0.3, "0.00"),
        ],
    )
    def test_a_number_that_a_client_computed_in_floats_is_its_cent(self, computed: float, amount: str) -> None:
        assert str(SIGNED.run_validation(parse_json(json.dumps(computed).encode()))) == amount

    @pytest.mark.parametrize("sent", ["0.300001", "0.299999", "999999999999.990001"])
    def test_a_millionth_from_a_cent_is_that_cent_as_a_number_only(self, sent: str) -> None:
        assert MONEY.run_validation(Decimal(sent)) == round(Decimal(sent), 2)
        with pytest.raises(ValidationError):
            MONEY.run_validation(sent)

    @pytest.mark.parametrize("sent", ["0.3000011", "0.2999989", "0.305", "-0.0000011", "999999999999.9900011"])
    def test_farther_off_is_refused(self, sent: str) -> None:
        with pytest.raises(ValidationError):
            MONEY.run_validation(Decimal(sent))

    def test_what_is_nearly_nothing_is_not_positive(self) -> None:
        with pytest.raises(ValidationError) as refused:
            POSITIVE.run_validation(Decimal("0.0000001"))
        assert refused.value.get_codes() == ["positive"]

    def test_positive_refuses_zero_and_signed_takes_less(self) -> None:
        with pytest.raises(ValidationError):
            POSITIVE.run_validation(0)
        assert SIGNED.run_validation(Decimal("-12.34")) == Decimal("-12.34")

    @given(st.integers(min_value=-int(MAX_MONEY * 100), max_value=int(MAX_MONEY * 100)))
    def test_survives_the_way_out_and_in_to_the_cent(self, cents: int) -> None:
        amount = Decimal(cents).scaleb(-2)
        assert SIGNED.run_validation(parse_json(render_json(SIGNED.to_representation(amount)))) == amount


class TestRate:
    def test_has_four_decimals_and_ends_at_1000(self) -> None:
        assert str(RATE.run_validation(Decimal("22.5"))) == "22.5000"
        for sent in (Decimal("0.00001"), Decimal("1000.0001"), -1, "abc"):
            with pytest.raises(ValidationError):
                RATE.run_validation(sent)


class TestText:
    def test_is_trimmed(self) -> None:
        assert LINE.run_validation("  a b ") == "a b"

    @pytest.mark.parametrize(
        "sent",
        [*WRONG_TYPES, 5, Decimal(5), "", "  ", "x" * 11, "a\x00b", "a\nb", "a\x7fb", "a\x85b", "\ud800"],
        ids=lambda sent: ascii(sent)[:20],
    )
    def test_refuses(self, sent: Any) -> None:
        with pytest.raises(ValidationError):
            LINE.run_validation(sent)

    @pytest.mark.parametrize("sent", ["\u200b", "\u3164", "\u2060 \ufeff"], ids=ascii)
    def test_what_shows_nothing_is_blank(self, sent: str) -> None:
        with pytest.raises(ValidationError) as refused:
            LINE.run_validation(sent)
        assert refused.value.get_codes() == ["blank"]
        assert serializers.TextField(max_length=9, allow_blank=True).run_validation(sent) == ""

    @pytest.mark.parametrize("separator", ["\u2028", "\u2029"], ids=ascii)
    def test_separators_of_lines_are_refused_as_line_breaks_are(self, separator: str) -> None:
        for sent in (f"a{separator}b", f"\u200b{separator}\u200b"):
            with pytest.raises(ValidationError) as refused:
                LINE.run_validation(sent)
            assert refused.value.get_codes() == ["control"]
        assert LINES.run_validation(f"a{separator}b") == f"a{separator}b"
        assert LINE.run_validation(f"ab{separator}") == "ab"  # trimmed, as a line break is
        assert serializers.PasswordField().run_validation(f"a{separator}b") == f"a{separator}b"

    def test_bidirectional_overrides_are_refused(self) -> None:
        with pytest.raises(ValidationError) as refused:
            LINE.run_validation("a\u202eb")
        assert refused.value.get_codes() == ["bidirectional"]

    def test_is_stored_composed_and_counted_so(self) -> None:
        assert LINE.run_validation("a\u0308" * 10) == "\u00e4" * 10

    def test_one_that_cannot_fit_is_refused_before_it_is_looked_at(self) -> None:
        with pytest.raises(ValidationError) as refused:
            LINE.run_validation("\u202e" + "a\u0308" * 20)
        assert refused.value.get_codes() == ["max_length"]

    def test_a_password_stays_as_it_was_typed(self) -> None:
        assert serializers.PasswordField().run_validation(" a\u0308\u200b ") == " a\u0308\u200b "
        with pytest.raises(ValidationError):
            serializers.PasswordField().run_validation("a\x00b")

    def test_several_lines_only_where_they_are_meant(self) -> None:
        assert LINES.run_validation("a\n\tb") == "a\n\tb"
        with pytest.raises(ValidationError):
            LINES.run_validation("a\x00b")


class TestDate:
    def test_a_day_that_there_never_was_is_called_that(self) -> None:
        with pytest.raises(ValidationError) as refused:
            DATE.run_validation("2027-02-29")
        assert refused.value.detail == ["There is no such day."]


LOOKALIKES: list[tuple[Field[Any, Any, Any, Any], list[Any]]] = [
    (DATE, [*WRONG_TYPES, 20260101, "20260101", "2026-W01-1", "2026-1-1", "2026-02-30"]),
    (DATE, ["٢٠٢٦-01-01", "2026-01-01T00:00:00Z", " 2026-01-01", "0000-01-01"]),
    (CHOICE, [*WRONG_TYPES, "high", 1, "\ud800", "x" * 9999]),
    (serializers.BooleanField(), [None, "true", 1, 0, "yes", [], {}]),
    (serializers.IntegerField(), [None, True, "1", "١", Decimal("1.0"), [], {}]),
    (serializers.QueryIntegerField(), ["", "-1", "١", "1.0", "9" * 50]),
    (serializers.UUIDField(), [*WRONG_TYPES, 5, "5", "{}", "a" * 32]),
    (serializers.EmailField(), [*WRONG_TYPES, 5, "a", "a@b", "a\x00@b.example", "\ud800@b.example"]),
]


@pytest.mark.parametrize(
    ("field", "sent"),
    [(field, sent) for field, lookalikes in LOOKALIKES for sent in lookalikes],
    ids=lambda value: type(value).__name__ if isinstance(value, Field) else ascii(value)[:20],
)
def test_a_field_refuses_what_merely_resembles_it(field: Field[Any, Any, Any, Any], sent: Any) -> None:
    with pytest.raises(ValidationError):
        field.run_validation(sent)


class _Rename(serializers.UpdateSerializer):
    name = serializers.TextField(max_length=10)
    id = serializers.UUIDField(read_only=True)


class TestChoice:
    def test_takes_its_strings(self) -> None:
        assert CHOICE.run_validation("High") == "High"

    @pytest.mark.parametrize(
        ("sent", "message"),
        [
            ("high", '"high" is not a valid choice.'),
            *((sent, "Must be a string.") for sent in (1, Decimal("1.5"), *WRONG_TYPES[1:])),
        ],
    )
    def test_refuses(self, sent: Any, message: str) -> None:
        with pytest.raises(ValidationError) as refused:
            CHOICE.run_validation(sent)
        assert refused.value.detail == [message]
        assert refused.value.get_codes() == ["invalid_choice"]


class TestUpdate:
    def test_needs_a_field_that_can_be_written(self) -> None:
        for body in ({}, {"unknown": 1}, {"id": "x"}):
            with pytest.raises(NoFieldsToUpdateError):
                _Rename(data=body).is_valid()

    def test_takes_a_part_and_ignores_the_unknown(self) -> None:
        serializer = _Rename(data={"name": "New", "unknown": 1})
        assert serializer.is_valid()
        assert serializer.validated_data == {"name": "New"}
