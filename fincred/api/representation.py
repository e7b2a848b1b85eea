"""Answers shaped as their serializers declare, by a plan that is made once for each serializer class.

DRF builds every field of a serializer anew for each answer and asks each for its value by itself. What is
declared doesn't change while the process lives: which attributes to take, and which few need converting. The
JSON is the same as DRF's own (a test holds that); UUIDs, days and moments stay values, which the renderer writes.
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
Shape = Callable[[Iterable[Any], Context], list[Any]]

_NO_CONTEXT: Context = MappingProxyType({})

# The renderer writes these as the serializer's own fields would.
_WRITTEN_AS_THEY_ARE = (
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.IntegerField,
    serializers.UUIDField,
)


def serialize(serializer_class: type[AnySerializer], row: Any, context: Context = _NO_CONTEXT) -> Any:
    """One object, as `serializer_class` declares it; `context` is for the fields that ask for it."""
    return serialize_many(serializer_class, [row], context)[0]


def serialize_many(
    serializer_class: type[AnySerializer], rows: Iterable[Any], context: Context = _NO_CONTEXT
) -> list[Any]:
    """A list of them."""
    return _shape_of(serializer_class)(rows, context)


@cache
def _shape_of(serializer_class: type[AnySerializer]) -> Shape:
    """The plan of a serializer; one that shapes its own answers goes on doing so."""
    if serializer_class.to_representation is not serializers.Serializer.to_representation:
        return lambda rows, context: [serializer_class(context=context).to_representation(row) for row in rows]
    itself = serializer_class()
    fields = {name: field for name, field in itself.fields.items() if not field.write_only}
    methods = _of_kind(serializers.SerializerMethodField, fields)
    told = [(name, str(field.method_name)) for name, field in methods.items()]
    taken = {name: field for name, field in fields.items() if name not in methods}
    take = _taking([str(field.source) for field in taken.values()])
    nested = [(name, inner) for name, field in taken.items() if (inner := _inner_shape(field))]
    plain = {name for name, _ in nested} | set(_of_kind(_WRITTEN_AS_THEY_ARE, taken))
    converted = [(name, field.to_representation) for name, field in taken.items() if name not in plain]

    def shape(rows: Iterable[Any], context: Context) -> list[Any]:
        teller = _knowing(itself, context) if told else itself
        answers = []
        for row in rows:
            if isinstance(row, Mapping):  # a stored document, whose keys may be missing
                answers.append(dict(itself.to_representation(row)))
                continue
            answer = dict.fromkeys(fields)
            answer.update(zip(taken, take(row), strict=True))
            for name, convert in converted:
                if (value := answer[name]) is not None:
                    answer[name] = convert(value)
            for name, inner in nested:
                if (value := answer[name]) is not None:
                    answer[name] = inner(value, context)
            for name, method in told:
                answer[name] = getattr(teller, method)(row)
            answers.append(answer)
        return answers

    return shape


def _knowing(serializer: AnySerializer, context: Context) -> AnySerializer:
    """The same with this context; making one anew would make all its fields anew."""
    one: AnySerializer = object.__new__(type(serializer))
    one.__dict__ = {**serializer.__dict__, "_context": context}
    return one


def _of_kind(kind: Any, fields: Mapping[str, AnyField]) -> dict[str, Any]:
    return {name: field for name, field in fields.items() if isinstance(field, kind)}


def _taking(sources: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What takes all of these attributes of a row at once; `*` is the row itself."""
    if len(sources) > 1 and "*" not in sources:
        return attrgetter(*sources)
    return lambda row: tuple(row if source == "*" else attrgetter(source)(row) for source in sources)


def _inner_shape(field: AnyField) -> Callable[[Any, Context], Any] | None:
    """How a serializer inside of a serializer shapes what it is given; None where there is none."""
    if isinstance(field, serializers.ListSerializer):
        return _shape_of(cast("type[AnySerializer]", type(field.child)))
    if isinstance(field, serializers.Serializer):
        one = _shape_of(type(field))
        return lambda value, context: one([value], context)[0]
    return None
