"""Answers shaped as their serializers declare, by a plan that is made once for each serializer class.

DRF builds every field of a serializer anew for each answer and asks each for its value by itself. What is
declared doesn't change while the process lives: which attributes to take, and which few need converting. The
JSON is the same as DRF's own (a test holds that); UUIDs, days and moments stay values, which the renderer writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

AnySerializer = serializers.Serializer[Any]
Context = Mapping[str, Any]
Convert = Callable[[Any, AnySerializer], Any]

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


def shown(serializer_class: type[AnySerializer], row: Any, context: Context | None = None) -> Any:
    """One object, as `serializer_class` declares it; `context` is for the fields that ask for it."""
    return _shape_of(serializer_class)(row, serializer_class(context=context or {}))


def all_shown(
    serializer_class: type[AnySerializer], rows: Iterable[Any], context: Context | None = None
) -> list[Any]:
    """A list of them."""
    shape, serializer = _shape_of(serializer_class), serializer_class(context=context or {})
    return [shape(row, serializer) for row in rows]


@cache
def _shape_of(serializer_class: type[AnySerializer]) -> Convert:
    """The plan of a serializer; one that shapes its own answers goes on doing so."""
    if serializer_class.to_representation is not serializers.Serializer.to_representation:
        return lambda row, serializer: serializer_class(context=serializer.context).to_representation(row)
    itself = serializer_class()
    fields = {name: field for name, field in itself.fields.items() if not field.write_only}
    names = tuple(fields)
    sources = [name for name, field in fields.items() if _is_attribute(field)]
    take = attrgetter(*(str(fields[name].source) for name in sources)) if sources else None
    single = len(sources) == 1
    converts = tuple((name, convert) for name, field in fields.items() if (convert := _convert(field)))

    def shape(row: Any, serializer: AnySerializer) -> dict[str, Any]:
        if isinstance(row, Mapping):  # a stored document, whose keys may be missing
            return dict(itself.to_representation(row))
        answer = dict.fromkeys(names)
        if take:
            taken = take(row)
            answer.update(zip(sources, (taken,) if single else taken, strict=True))
        for name, convert in converts:
            value = answer[name] if name in sources else row
            if value is not None:
                answer[name] = convert(value, serializer)
        return answer

    return shape


def _is_attribute(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return field.source != "*"


def _convert(field: serializers.Field[Any, Any, Any, Any]) -> Convert | None:
    """What turns the attribute's value into what is written; None when it is written as it is."""
    if isinstance(field, serializers.SerializerMethodField):
        name = str(field.method_name)
        return lambda row, serializer: getattr(serializer, name)(row)
    if isinstance(field, serializers.ListSerializer):
        child: Any = field.child
        each = _shape_of(child.__class__)
        return lambda rows, serializer: [each(row, _inside(child, serializer)) for row in rows]
    if isinstance(field, serializers.Serializer):
        one = _shape_of(type(field))
        return lambda row, serializer: one(row, _inside(field, serializer))
    if isinstance(field, _WRITTEN_AS_THEY_ARE):
        return None
    return lambda value, serializer: field.to_representation(value)


def _inside(field: Any, serializer: AnySerializer) -> AnySerializer:
    """A nested serializer with the context of the whole."""
    inner: AnySerializer = type(field)(context=serializer.context)
    return inner
