"""Query strings, read without guessing."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fincred.errors import FieldError


def parse_query(raw: str) -> dict[str, list[str]]:
    """The values of each parameter, in their order.

    :raises FieldError: naming the parameter that is not UTF-8.
    """
    params: dict[str, list[str]] = {}
    # Django would put a replacement character where it can't decode, and so search for something else.
    for name, value in parse_qsl(raw, keep_blank_values=True, encoding="latin-1"):
        params.setdefault(_utf8(name, name), []).append(_utf8(value, name))
    return params


def _utf8(text: str, name: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        field = name.encode("ascii", "backslashreplace").decode()
        raise FieldError(field=field, message="Must be UTF-8.", code="not_utf8") from None
