"""Parsers for a login sent as an HTML form, as OAuth 2 has it; every other body is JSON."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any
from urllib.parse import parse_qsl

from rest_framework.parsers import BaseParser, MultiPartParser

from fincred.api.parsers import whole
from fincred.errors import MalformedRequestError


class URLEncodedParser(BaseParser):
    """Names and values in UTF-8, for any charset in the header; of a repeated name the last value counts."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """:raises MalformedRequestError: not text in UTF-8, or hundreds of names."""
        try:
            pairs = parse_qsl(whole(stream).decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError:
            raise MalformedRequestError(reason="The body is not a form in UTF-8") from None
        return dict(pairs)


class MultipartFormParser(MultiPartParser):
    """What `FormData` of browsers and React Native sends. Files in it are ignored."""

    def parse(  # type: ignore[override]  # without files, fields are all there is
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """:raises rest_framework.exceptions.ParseError: the body doesn't match its boundary."""
        fields: dict[str, str] = super().parse(BytesIO(whole(stream)), media_type, parser_context).data.dict()
        return fields
