"""Model fields that every app uses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from json import JSONEncoder
from typing import Any
from uuid import UUID

import orjson
from django.db import models

from fincred.text import fold


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """An enumeration as a field's `choices`, labelled as people read them: "Short term saving"."""
    return [(word.value, word.name.replace("_", " ").capitalize()) for word in words]


class MoneyField(models.DecimalField):  # type: ignore[type-arg]  # generic in the stubs only
    """An amount in the person's currency, to the cent; up to 999 999 999 999.99 either way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_digits": 14, "decimal_places": 2})


class RateField(models.DecimalField):  # type: ignore[type-arg]
    """Percent a year, with at most four decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "max_digits": 8, "decimal_places": 4})


class DerivedField(models.CharField):  # type: ignore[type-arg]
    """A text that follows from another field's text. It is filled when the row is saved.

    One that is `in_backups` is restored as it was stored: rows may be older than the rule it follows.
    """

    in_backups = False

    def __init__(self, *, source: str, **kwargs: Any) -> None:
        self.source = source
        super().__init__(**{**kwargs, "editable": False})

    def derive(self, text: str) -> str | None:
        """The text to store for this text of the source."""
        raise NotImplementedError

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = getattr(model_instance, self.source)
        if self.in_backups and getattr(model_instance, "is_restored", False):
            return getattr(model_instance, self.attname)
        if isinstance(text, str):  # or a parameter of a statement that is being compiled
            setattr(model_instance, self.attname, self.derive(text))
        return getattr(model_instance, self.attname)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, {**kwargs, "source": self.source}


class FoldedField(DerivedField):
    """Another field's text, folded for searching: equal on every database, in any case or composition.

    Folding can make three characters of one, so it needs three times the length.
    """

    def derive(self, text: str) -> str:
        return fold(text)


class BytewiseField(models.CharField):  # type: ignore[type-arg]
    """A text that is compared by its bytes, on every database.

    What starts with "ab" is then from "ab" up to `after("ab")`, which an index finds in a prepared statement too.
    LIKE uses no index there, because it is planned without its value.
    """

    def db_parameters(self, connection: Any) -> Any:
        by_bytes = "C" if connection.vendor == "postgresql" else None  # SQLite compares bytes by itself
        return {**super().db_parameters(connection), "collation": by_bytes}

    @staticmethod
    def after(prefix: str) -> str:
        """What is greater than every text that starts with `prefix`."""
        return f"{prefix}\U0010ffff"


class ExactJSONEncoder(JSONEncoder):
    """Numbers that must stay exact, and dates, are written as strings; floats don't occur."""

    def default(self, o: object) -> str:
        if isinstance(o, Decimal | UUID):
            return str(o)
        if isinstance(o, date | datetime):
            return o.isoformat()
        raise TypeError(f"{type(o).__name__} has no place in a stored document")


class ExactJSONField(models.JSONField):
    """A document in which every amount is a string such as "12.50", so nothing passes through float."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "encoder": ExactJSONEncoder})

    def from_db_value(self, value: str | bytes | None, expression: Any, connection: Any) -> Any:
        return None if value is None else orjson.loads(value)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["encoder"]
        return name, path, args, kwargs
