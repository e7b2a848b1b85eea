"""Objects represented as their serializers declare, by functions that are made once for each serializer class.

DRF makes every field of a serializer again for each answer, and each field fetches its own value. But what is
declared doesn't change: which attributes to take, and which few of them to convert. A test holds that the JSON is
the one that DRF makes, byte for byte; UUIDs, days and moments stay values, which the renderer writes.

A serializer whose fields depend on its context can't be represented like that: declare two classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, cast

from rest_framework import serializers

AnySerializer = serializers.Serializer[Any]
AnyField = serializers.Field[Any, Any, Any, Any]
Context = Mapping[str, Any]
Represent = Callable[[Iterable[Any], Context], list[Any]]

_NO_CONTEXT: Context = MappingProxyType({})

# The renderer writes the values of these as the fields would.
_PLAIN_FIELDS = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.IntegerField,
    serializers.UUIDField,
)


def serialize(serializer_class: type[AnySerializer], row: Any, context: Context = _NO_CONTEXT) -> Any:
    """One object, or None, as `serializer_class` declares it; its methods find `context` in `self.context`."""
    return None if row is None else serialize_many(serializer_class, [row], context)[0]


def serialize_many(
    serializer_class: type[AnySerializer], rows: Iterable[Any], context: Context = _NO_CONTEXT
) -> list[Any]:
    return _representation(serializer_class)(rows, context)


@cache
def _representation(serializer_class: type[AnySerializer]) -> Represent:
    """A function that represents rows; a serializer with a `to_representation` of its own goes on using that."""
    if serializer_class.to_representation is not serializers.Serializer.to_representation:
        return lambda rows, context: list(map(serializer_class(context=context).to_representation, rows))
    serializer = serializer_class()
    fields = {name: field for name, field in serializer.fields.items() if not field.write_only}
    methods = _of_kind(serializers.SerializerMethodField, fields)
    method_names = [(name, str(field.method_name)) for name, field in methods.items()]
    attributes = {name: field for name, field in fields.items() if name not in methods}
    take = _taking([str(field.source) for field in attributes.values()])
    nested = [(name, inner) for name, field in attributes.items() if (inner := _nested(field))]
    unconverted = {name for name, _ in nested} | set(_of_kind(_PLAIN_FIELDS, attributes))
    converted = [(name, field.to_representation) for name, field in attributes.items() if name not in unconverted]

    def represent(rows: Iterable[Any], context: Context) -> list[Any]:
        with_context = _with_context(serializer, context) if methods else serializer
        documents = []
        for row in rows:
            if isinstance(row, Mapping):  # its keys may be missing
                documents.append(dict(serializer.to_representation(row)))
                continue
            document = dict.fromkeys(fields)
            document.update(zip(attributes, take(row), strict=True))
            for name, convert in converted:
                if (value := document[name]) is not None:
                    document[name] = convert(value)
            for name, inner in nested:
                if (value := document[name]) is not None:
                    document[name] = inner(value, context)
            for name, method in method_names:
                document[name] = getattr(with_context, method)(row)
            documents.append(document)
        return documents

    return represent


def _with_context(serializer: AnySerializer, context: Context) -> AnySerializer:
    """A copy with this context, without making its fields again."""
    copy: AnySerializer = object.__new__(type(serializer))
    copy.__dict__ = {**serializer.__dict__, "_context": context}
    return copy


def _of_kind(kind: Any, fields: Mapping[str, AnyField]) -> dict[str, Any]:
    return {name: field for name, field in fields.items() if isinstance(field, kind)}


def _taking(sources: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that takes all these attributes of a row at once; the source `*` is the row itself."""
    if len(sources) > 1 and "*" not in sources:
        return attrgetter(*sources)
    return lambda row: tuple(row if source == "*" else attrgetter(source)(row) for source in sources)


def _nested(field: AnyField) -> Callable[[Any, Context], Any] | None:
    """A function that represents the value of a nested serializer; None for another field."""
    if isinstance(field, serializers.ListSerializer):
        return _representation(cast("type[AnySerializer]", type(field.child)))
    if isinstance(field, serializers.Serializer):
        represent = _representation(type(field))
        return lambda value, context: represent([value], context)[0]
    return None
