"""Which form a body and an answer take: there is one, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_TAKES_JSON = ("", "*/*", "application/json")
_EXCLUDED = re.compile(r";\s*q=0(\.0*)?\s*(;|$)", re.IGNORECASE)


class JSONNegotiation(DefaultContentNegotiation):
    """Weighs what a client says of forms only where it is something else than nearly every client says."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        """None where the body is said to be something else than JSON."""
        if request.content_type == "application/json":
            return next(iter(parsers))  # the first of every view is JSON's
        return super().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        """:raises rest_framework.exceptions.NotAcceptable: the client wants no JSON."""
        if request.META.get("HTTP_ACCEPT", "") in _TAKES_JSON:
            only = next(iter(renderers))
            return only, only.media_type
        return super().select_renderer(request, renderers, format_suffix)

    def get_accept_list(self, request: Request) -> list[str]:
        """Without what `q=0` excludes, which DRF takes for welcome."""
        return [kind for kind in super().get_accept_list(request) if not _EXCLUDED.search(kind)]
