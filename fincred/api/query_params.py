"""Query strings, read without guessing."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from fincred.errors import FieldError, ValidationError, field_error

_REPEATED: Final = "Must not be repeated."
_BRACKETS: Final = "Must be written without brackets."
# Filters, of which several values mean either-or.
MAY_BE_REPEATED: Final = frozenset({"status", "type", "priority"})


def parse_query(raw: str) -> dict[str, list[str]]:
    """The values of each parameter, in their order.

    :raises FieldError: naming the parameter that is not UTF-8.
    """
    params: dict[str, list[str]] = {}
    # Django would put a replacement character where it can't decode, and so search for something else.
    for name, value in parse_qsl(raw, keep_blank_values=True, encoding="latin-1"):
        params.setdefault(_utf8(name, name), []).append(_utf8(value, name))
    return params


def refuse_ambiguous(params: dict[str, list[str]]) -> None:
    """Refuse lists that we don't take, also under names that no view knows.

    If a parameter is repeated, it isn't clear which of the values was meant. `status[]=paused`, as some clients
    write lists, would be taken for an unknown name, and the answer would not be filtered.

    :raises ValidationError: naming each that is repeated, or has brackets.
    """
    faults = [field_error(name, _BRACKETS, "brackets") for name in params if "[" in name] or [
        field_error(name, _REPEATED, "repeated")
        for name, values in params.items()
        if len(values) > 1 and name not in MAY_BE_REPEATED
    ]
    if faults:
        raise ValidationError(errors=faults)


def _utf8(text: str, name: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        field = name.encode("ascii", "backslashreplace").decode()
        raise FieldError(field=field, message="Must be UTF-8.", code="not_utf8") from None
