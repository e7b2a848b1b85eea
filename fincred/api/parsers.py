"""JSON, read strictly: exact numbers, no duplicate keys, no lone surrogates."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from fincred.errors import MalformedRequestError

_DEEPEST = 100


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        duplicate, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise MalformedRequestError(reason=f"The key {json.dumps(duplicate[:100])} occurs twice in one object")
    return result


def _no_constant(name: str) -> NoReturn:
    raise MalformedRequestError(reason=f"{name} is not JSON")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more digits than Decimal knows
        raise ValueError(text[:20]) from None


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=_object)


def _refuse(value: Any, levels: int) -> None:
    """Refuse more than `levels` of nesting, and lone surrogates: only Python takes `"\\ud800"` for text."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict | list):
        if not levels:
            raise RecursionError
        for entry in value:
            _refuse(entry, levels - 1)
        if isinstance(value, dict):
            for entry in value.values():
                _refuse(entry, levels - 1)


def parse_json(raw: bytes) -> Any:
    """The document, with every number that isn't whole as `Decimal`.

    :raises MalformedRequestError: it isn't JSON in UTF-8, repeats a key, or has over a hundred levels.
    """
    if raw.startswith(BOM_UTF8):
        raise MalformedRequestError(reason="The body begins with a byte-order mark; send UTF-8 without one")
    try:
        document = _DECODER.decode(raw.decode())
        _refuse(document, _DEEPEST)
    except UnicodeError:
        raise MalformedRequestError(reason="The body is not UTF-8 text") from None
    except RecursionError:
        raise MalformedRequestError(reason="The body is nested too deep") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedRequestError(reason=f"Not valid JSON: {error.msg} ({where})") from None
    except ValueError:  # an integer of more digits than Python converts, or such an exponent
        raise MalformedRequestError(reason="A number is too long") from None
    return document


def whole(stream: IO[Any] | HttpRequest) -> bytes:
    """The body, kept by Django, so that the request can be repeated after a deadlock."""
    body: bytes = stream.body if isinstance(stream, HttpRequest) else stream.read()
    return body


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = whole(stream)
        # A POST that needs no input (logout) may come without a body.
        return parse_json(raw) if raw else {}
