"""Stored documents on their way out: amounts are strings there and numbers here."""

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

# Whatever looks like a number was one, but a goal or a debt may be called "12.50": names stay text.
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_UTC: Final = re.compile(r"([0-9-]{10}T[0-9:.]+)\+00:00")
_TEXTS: Final = ("name", "label", "text")


class ComputedMoneyField(MoneyField):
    """What a calculation comes to. Beyond the largest amount there is, that is what is shown."""

    def to_representation(self, value: Any) -> Decimal:
        return shown_money(super().to_representation(value))


@extend_schema_field(OpenApiTypes.OBJECT)
class DocumentField(serializers.Field[Any, Any, Any, Any]):
    """A document with amounts and rates as numbers, dates as `YYYY-MM-DD`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True} | kwargs)

    def to_representation(self, value: Any) -> Any:
        return shown(value)


def shown_money(amount: Decimal) -> Decimal:
    """A card at 1000 % left alone for a century owes more digits than any client's numbers have."""
    return max(-MAX_MONEY, min(amount, MAX_MONEY))


def shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: entry if key in _TEXTS else shown(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [shown(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return shown_money(value)
    return _read(value) if isinstance(value, str) else value


def _read(text: str) -> Decimal | str:
    if _NUMBER.fullmatch(text):
        return shown_money(Decimal(text))
    moment = _UTC.fullmatch(text)
    return f"{moment[1]}Z" if moment else text
