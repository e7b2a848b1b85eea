"""Answers as JSON; a Decimal becomes a number with all its digits, never through float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def render_json(document: Any) -> bytes:
    """UTF-8 JSON; datetimes in UTC with Z, dates, UUIDs and Decimals exact."""
    return orjson.dumps(document, default=_default, option=orjson.OPT_UTC_Z)


class JSONResponse(HttpResponse):
    """An answer of the API. There is one form, so it is written at once and not when a client's wish is known."""

    def __init__(self, document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(render_json(document), "application/json", status, headers=headers)


def no_content() -> HttpResponse:
    """Done, and nothing to tell."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


class ExactJSONRenderer(BaseRenderer):
    """What DRF knows of it: that it is JSON, for clients that would rather have something else."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else render_json(data)
