"""Which form an answer takes: there is one, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_JSON = frozenset({"application/json", "application/*", "*/*"})
_EXCLUDED = re.compile(r";\s*q=0(\.0*)?\s*(;|$)", re.IGNORECASE)


class JSONNegotiation(DefaultContentNegotiation):
    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """:raises rest_framework.exceptions.NotAcceptable: the client's `Accept` excludes JSON."""
        accepted = request.META.get("HTTP_ACCEPT") or "*/*"
        if not any(_is_json(media_range) for media_range in accepted.split(",")):
            raise NotAcceptable
        [renderer] = renderers
        return renderer, renderer.media_type


class AnyNegotiation(JSONNegotiation):
    """For links in mails: browsers and mail programs follow them, and accept what they like."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        [renderer] = renderers
        return renderer, renderer.media_type


def _is_json(media_range: str) -> bool:
    media_type = media_range.partition(";")[0].strip().lower()
    return media_type in _JSON and not _EXCLUDED.search(media_range)
