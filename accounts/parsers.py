"""Parsers for a login sent as an HTML form, as OAuth 2 has it; every other body is JSON."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any
from urllib.parse import parse_qsl

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from fincred.api.parsers import whole
from fincred.errors import MalformedRequestError

_REPLACEMENT = "\ufffd"

# As many fields as a form that is sent URL-encoded may have.
_MOST = 100


class URLEncodedParser(BaseParser):
    """Names and values in UTF-8, for any charset in the header."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """:raises MalformedRequestError: not text in UTF-8, hundreds of names, or one of them twice."""
        raw = whole(stream)
        if raw.count(b"&") >= _MOST:
            raise _too_many()
        try:
            pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
        except ValueError:
            raise MalformedRequestError(reason="The body is not a form in UTF-8") from None
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise _repeated()
        return fields


class MultipartFormParser(MultiPartParser):
    """What `FormData` of browsers and React Native sends. Files in it are ignored."""

    def parse(  # type: ignore[override]  # without files, fields are all there is
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """:raises MalformedRequestError: the body doesn't match its boundary, isn't UTF-8, or as above."""
        raw = whole(stream)
        # Django takes the type in small letters only.
        kind, semicolon, parameters = (media_type or "").partition(";")
        sent = f"{kind.lower()}{semicolon}{parameters}"
        try:
            lists = dict(super().parse(BytesIO(raw), sent, parser_context).data.lists())
        except ParseError:
            raise _not_by_boundary() from None
        except (TooManyFieldsSent, TooManyFilesSent):
            raise _too_many() from None
        if not _is_whole(raw, parse_header_parameters(sent)[1]["boundary"]):
            raise _not_by_boundary()
        if any(len(values) > 1 for values in lists.values()):
            raise _repeated()
        fields = {name: values[0] for name, values in lists.items()}
        # Django puts this character where it can't decode.
        replaced = any(_REPLACEMENT in name + text for name, text in fields.items())
        if replaced and _REPLACEMENT.encode() not in raw:
            raise MalformedRequestError(reason="The body is not a form in UTF-8")
        return fields


def _is_whole(raw: bytes, boundary: str) -> bool:
    """Whether each boundary begins a field, and the last one ends the form.

    To Django a body without its end is a form, too, and a value ends where the boundary stands in it.
    """
    *parts, end = raw.split(f"--{boundary}".encode())
    heads = (part.partition(b"\r\n\r\n")[0] for part in parts[1:])  # what stands before the first is no part
    return bool(parts) and end.startswith(b"--") and all(b"content-disposition:" in head.lower() for head in heads)


def _not_by_boundary() -> MalformedRequestError:
    return MalformedRequestError(reason="The body is not a form with a boundary that Content-Type names")


def _too_many() -> MalformedRequestError:
    return MalformedRequestError(reason="The form has too many fields")


def _repeated() -> MalformedRequestError:
    """As for JSON and queries: nothing says which of the two was meant."""
    return MalformedRequestError(reason="A field of the form occurs twice")
