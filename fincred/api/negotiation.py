"""Which form an answer takes: JSON or, for calendars, iCalendar."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.http import parse_header_parameters
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from fincred.errors import MalformedRequestError

CALENDAR = "text/calendar"
_JSON = "application/json"
# The preference for a media type that `Accept` leaves out, or names with a quality of 0.
_EXCLUDED = (0.0, 0)
# DRF refuses longer ones as if they named another type.
_LONGEST_TYPE = 256
_QUALITY = re.compile(r";\s*q=([01](?:\.[0-9]*)?)\s*(?:;|$)", re.IGNORECASE)


class JSONNegotiation(DefaultContentNegotiation):
    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the Content-Type; None, which is a 415, for other types, ranges, and JSON not in UTF-8.

        :raises MalformedRequestError: the Content-Type names a type that is taken, and is too long to be read.
        """
        sent: str = request.content_type or ""
        if len(sent) > _LONGEST_TYPE:
            kind = sent.partition(";")[0].strip().lower()
            if all(parser.media_type != kind for parser in parsers):
                return None
            raise MalformedRequestError(reason=f"Content-Type has more than {_LONGEST_TYPE} characters")
        media_type, parameters = parse_header_parameters(sent)
        if "*" in media_type:
            return None
        parser: BaseParser | None = super().select_parser(request, parsers)
        is_json = parser is not None and parser.media_type == _JSON
        return None if is_json and parameters.get("charset", "utf-8").lower() != "utf-8" else parser

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """:raises rest_framework.exceptions.NotAcceptable: the client's `Accept` excludes JSON."""
        if _preference(request, _JSON) == _EXCLUDED:
            raise NotAcceptable
        [renderer] = renderers
        return renderer, renderer.media_type


class CalendarNegotiation(JSONNegotiation):
    """JSON or iCalendar: the one that `Accept` gives more quality, else names more exactly, else JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """:raises rest_framework.exceptions.NotAcceptable: the client's `Accept` excludes both."""
        calendar, json = (_preference(request, media_type) for media_type in (CALENDAR, _JSON))
        if calendar <= json:
            return super().select_renderer(request, renderers, format_suffix)
        [renderer] = renderers
        return renderer, CALENDAR


class AnyNegotiation(JSONNegotiation):
    """For addresses in mails and secret ones: every `Accept` gets the answer."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        [renderer] = renderers
        return renderer, renderer.media_type


def _accepted(request: Request) -> list[str]:
    accepted: str = request.META.get("HTTP_ACCEPT") or "*/*"
    return accepted.split(",")


def _preference(request: Request, media_type: str) -> tuple[float, int]:
    """The quality that the client gives a media type, and how exactly it names it."""
    names = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    found = (0, 0.0)
    for media_range in _accepted(request):
        name, _, parameters = media_range.partition(";")
        if (name := name.strip().lower()) in names:
            quality = _QUALITY.search(f";{parameters}")
            found = max(found, (len(names) - names.index(name), float(quality[1]) if quality else 1.0))
    return (found[1], found[0]) if found[1] else _EXCLUDED
