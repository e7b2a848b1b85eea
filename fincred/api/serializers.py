"""Serializer fields that accept exactly what the contract says.

DRF's own fields convert: 1 becomes "1", "yes" becomes True, "2026-W01-1" a date, "١٢" twelve. A client
that sends those has a bug, so each field here refuses the wrong JSON type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Final
from uuid import UUID

from django.core.validators import MaxLengthValidator
from rest_framework import serializers
from rest_framework.fields import empty

from fincred.errors import NoFieldsToUpdateError
from fincred.ids import read_id
from fincred.money import MAX_MONEY, MAX_RATE, round_to_cents
from fincred.text import BIDIRECTIONAL_OVERRIDES, LINE_SEPARATORS, is_too_long, normalize, shows_nothing

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_NUMBER_TEXT = 40
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2200, 12, 31)
_FLOAT_ERROR = Decimal("1e-6")


class _DecimalField(serializers.Field[Decimal, Any, Any, Any]):
    """A JSON number or a numeric string, with at most `decimal_places`; more is refused, never rounded."""

    decimal_places: ClassVar[int]
    default_error_messages = {
        "invalid": "Must be a number.",
        "max_decimal_places": "Must have at most {decimal_places} decimals.",
        "min_value": "Must be at least {limit}.",
        "positive": "Must be greater than 0.",
        "max_value": "Must be at most {limit}.",
    }

    def __init__(self, *, least: Decimal, most: Decimal, positive: bool = False, **kwargs: Any) -> None:
        self.least, self.most, self.positive = least, most, positive
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        value = self._number(data)
        if value < self.least:
            self.fail("min_value", limit=self.least)
        if self.positive and value <= 0:
            self.fail("positive")
        if value > self.most:
            self.fail("max_value", limit=self.most)
        if -int(value.as_tuple().exponent) > self.decimal_places:  # as written: 1.000 has three
            self.fail("max_decimal_places", decimal_places=self.decimal_places)
        quantum = Decimal(1).scaleb(-self.decimal_places)
        exact = value.quantize(quantum)
        return exact if exact else Decimal(0).quantize(quantum)  # -0 is 0

    def _number(self, data: Any) -> Decimal:
        if isinstance(data, str):
            if len(data) > _MAX_NUMBER_TEXT or not _NUMBER.fullmatch(data):
                self.fail("invalid")
            return Decimal(data)
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Any) -> Decimal:
        return value if isinstance(value, Decimal) else Decimal(value)


class MoneyField(_DecimalField):
    """Cents, from 0 to 999 999 999 999.99; `positive` excludes 0, `signed` lets it be negative.

    A JSON number within 1e-6 of a cent is that cent: clients that compute in binary floats send
    3703.6800000000003. A string is taken exactly.
    """

    decimal_places = 2

    def __init__(self, *, positive: bool = False, signed: bool = False, **kwargs: Any) -> None:
        least = -MAX_MONEY if signed else Decimal(0)
        super().__init__(least=least, most=MAX_MONEY, positive=positive, **kwargs)

    def _number(self, data: Any) -> Decimal:
        value = super()._number(data)
        if isinstance(data, Decimal) and value.copy_abs() <= MAX_MONEY + 1:
            cents = round_to_cents(value)
            return cents if abs(value - cents) <= _FLOAT_ERROR else value
        return value


class RateField(_DecimalField):
    """Percent a year, 0 to 1000, at most four decimals."""

    decimal_places = 4

    def __init__(self, *, most: Decimal = MAX_RATE, positive: bool = False, **kwargs: Any) -> None:
        super().__init__(least=Decimal(0), most=most, positive=positive, **kwargs)


class PercentField(RateField):
    """A percentage of an amount, more than 0 and at most 100, at most four decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=Decimal(100), positive=True, **kwargs)


class TextField(serializers.CharField):
    """Trimmed text of one line in Unicode's normal form C; `multiline` allows line breaks and tabs.

    Control characters, line separators and bidirectional overrides are refused. A text that shows nothing is
    blank. Lengths count after normalising.
    """

    default_error_messages = {
        "control": "Must not contain control characters.",
        "bidirectional": "Must not contain bidirectional overrides.",
    }

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self.allowed, self.longest = "\n\r\t" if multiline else "", max_length
        super().__init__(max_length=max_length, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, int | Decimal):  # CharField would turn a number into text
            self.fail("invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        text = self.checked(data)
        if text.isascii() and text.isprintable():
            return text
        if not (self.allowed or LINE_SEPARATORS.isdisjoint(text)):
            self.fail("control")
        if not BIDIRECTIONAL_OVERRIDES.isdisjoint(text):
            self.fail("bidirectional")
        if shows_nothing(text):
            if not self.allow_blank:
                self.fail("blank")
            return ""
        return normalize(text)

    def checked(self, data: Any) -> str:
        """Text without control characters, otherwise as it was sent."""
        text: str = super().to_internal_value(data)
        if is_too_long(text, self.longest):
            self.fail("max_length", max_length=self.longest)
        if not text.isprintable() and any(
            unicodedata.category(c) in ("Cc", "Cs") and c not in self.allowed for c in text
        ):
            self.fail("control")
        return text


class _ComposedLengthValidator(MaxLengthValidator):
    def clean(self, x: Any) -> int:
        return min(len(x), len(unicodedata.normalize("NFKC", x)))


class PasswordField(TextField):
    """A password as it was typed: neither trimmed nor normalised. Django's validators judge it.

    Its length counts once its characters are composed, so the text that is sent may be longer than the limit.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, write_only=True, **kwargs)
        length, *others = self.validators
        assert isinstance(length, MaxLengthValidator)  # noqa: S101  for mypy
        self.validators = [_ComposedLengthValidator(length.limit_value, length.message), *others]

    def to_internal_value(self, data: Any) -> str:
        return self.checked(data)


class EmailField(serializers.EmailField):
    """An address as it was written; services compare and store it without regard to case.

    Quoted local parts, which can hold nearly anything, and letters outside of ASCII before the @ are refused.
    """

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, int | Decimal):
            self.fail("invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        address: str = super().to_internal_value(data)
        local, _, _ = address.rpartition("@")
        if '"' in local or not local.isascii() or not address.isprintable():
            self.fail("invalid")
        return address


class DateField(serializers.DateField):
    """Exactly `YYYY-MM-DD`: Python would also take `20260101` and week dates."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise serializers.ValidationError("There is no such day.", code="invalid") from None


class PlanDateField(DateField):
    """A day that is told or asked about: 1900 to 2200."""

    default_error_messages = {
        "min_value": f"Must not be before {EARLIEST}.",
        "max_value": f"Must not be after {LATEST}.",
    }

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if day < EARLIEST:
            self.fail("min_value")
        if day > LATEST:
            self.fail("max_value")
        return day


class DateTimeField(serializers.DateTimeField):
    """Read-only: RFC 3339 in UTC with `Z`."""

    def to_representation(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return value


class BooleanField(serializers.BooleanField):
    """true or false, not "yes", 1 or "on"."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class IntegerField(serializers.IntegerField):
    """A JSON integer; `1.0`, "1" and true are not."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class QueryIntegerField(serializers.IntegerField):
    """A whole number in a query string, in ASCII digits."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", str(data)):
            self.fail("invalid")
        return int(data)


class ChoiceField(serializers.ChoiceField):
    """One of these strings; of an enumeration, its member."""

    def __init__(self, choices: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(list(choices), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be a string.", code="invalid_choice")
        if data not in self.choices:
            self.fail("invalid_choice", input=data[:100].encode("ascii", "backslashreplace").decode())
        return self.choice_strings_to_values[data]


class QueryChoicesField(serializers.ListField):
    """One value of a query parameter, or several of which any may match.

    An error is listed under the parameter's name.
    """

    def __init__(self, choices: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(child=ChoiceField(choices), **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        return [self.child.run_validation(value) for value in data]


class UUIDField(serializers.UUIDField):
    """The canonical form with hyphens; an integer is no id."""

    def to_internal_value(self, data: Any) -> UUID:
        value = read_id(data)
        if value is None:
            self.fail("invalid", value="that")
        return value


class Serializer(serializers.Serializer[Any]):
    """The base of all serializers."""

    # Whether it represents objects with a `revision`, which their ETag begins with.
    has_revision: ClassVar[bool] = False


class UpdateSerializer(Serializer):
    """A partial update: only the named fields change, for PATCH and PUT alike. It has to name one.

    :raises NoFieldsToUpdateError: it names no field that can be written; unknown ones are ignored.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "partial": True})

    def to_internal_value(self, data: Any) -> Any:
        known = {name for name, field in self.fields.items() if not field.read_only}
        if isinstance(data, dict) and known.isdisjoint(data):
            raise NoFieldsToUpdateError
        return super().to_internal_value(data)


class QuerySerializer(Serializer):
    """Query parameters, each with a list of its values: of one, but for a `ListField`.

    The view has refused others that are repeated (`refuse_ambiguous`).
    """

    @cached_property
    def _lists(self) -> set[str]:
        return {name for name, field in self.fields.items() if isinstance(field, serializers.ListField)}

    def to_internal_value(self, data: Any) -> Any:
        """:raises rest_framework.exceptions.ValidationError: naming each parameter that is wrong."""
        return super().to_internal_value(
            {name: values if name in self._lists else values[0] for name, values in data.items()}
        )


class PageQuery(QuerySerializer):
    limit = QueryIntegerField(min_value=1, max_value=100, default=20, help_text="Rows a page.")
    offset = QueryIntegerField(min_value=0, max_value=100_000, default=0, help_text="Rows to skip.")
