"""Fields that several of planning's serializers use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fincred.api.serializers import MoneyField
from fincred.money import MAX_MONEY
from planning.snapshot_contents import MAX_ENTRIES

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_UTC: Final = re.compile(r"([0-9-]{10}T[0-9:.]+)\+00:00")
# Text that looks like a number is a number, except under these keys: a goal may be called "12.50".
_TEXT_KEYS: Final = ("name", "label", "text")


class EntriesField(serializers.ListSerializer[Any]):
    """A list of at most 50; absent is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": MAX_ENTRIES} | kwargs)


class ComputedMoneyField(MoneyField):
    """A computed amount, capped at the largest amount that the API knows."""

    def to_representation(self, value: Any) -> Decimal:
        return capped(super().to_representation(value))


@extend_schema_field(OpenApiTypes.OBJECT)
class DocumentField(serializers.Field[Any, Any, Any, Any]):
    """A stored document: its strings that are amounts or rates become numbers, its moments end in `Z`.

    Its keys are sorted: PostgreSQL keeps no order, and what a change answers is what a GET answers.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True} | kwargs)

    def to_representation(self, value: Any) -> Any:
        return document_representation(value)


def capped(amount: Decimal) -> Decimal:
    """At most the largest amount: a debt at 1000 % that isn't paid has hundreds of digits after a century."""
    return max(-MAX_MONEY, min(amount, MAX_MONEY))


def document_representation(value: Any) -> Any:
    """As `DocumentField` answers; also takes Decimals and dates that were not stored yet."""
    if isinstance(value, Mapping):  # in one order, for PostgreSQL keeps none
        return {
            key: value[key] if key in _TEXT_KEYS else document_representation(value[key]) for key in sorted(value)
        }
    if isinstance(value, list | tuple):
        return [document_representation(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return capped(value)
    return _text_representation(value) if isinstance(value, str) else value


def _text_representation(text: str) -> Decimal | str:
    if _NUMBER.fullmatch(text):
        return capped(Decimal(text))
    moment = _UTC.fullmatch(text)
    return f"{moment[1]}Z" if moment else text
