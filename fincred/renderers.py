"""Answers as JSON; a Decimal becomes a number with all its digits, never through float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")


def render_json(document: Any) -> bytes:
    """UTF-8 JSON; datetimes in UTC with Z, dates, UUIDs and Decimals exact."""
    return orjson.dumps(document, default=_default, option=orjson.OPT_UTC_Z)


class ExactJSONRenderer(BaseRenderer):
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
