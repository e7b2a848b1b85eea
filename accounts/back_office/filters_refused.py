"""Why a list refuses an address: the filter that it doesn't declare, or the value that can't be read."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

# The lookups whose value is one of the field's.
_OF_VALUES: Final = ("__exact", "__gte", "__lt")
# What the address of a list has besides its filters.
_NO_FILTERS: Final = (ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, IS_POPUP_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR)
_MOST_QUOTED: Final = 60


def both_take(value: str) -> bool:
    """Whether both databases take this value: SQLite has NUL, PostgreSQL has moments after 9999 in UTC."""
    try:
        moment = parse_datetime(value)
        if moment and moment.tzinfo:
            moment.astimezone(UTC)
    except OverflowError:
        return False
    except ValueError:  # a month 13, which the filter refuses itself
        pass
    return "\0" not in value


def quoted(typed: str) -> str:
    """What was typed, short enough for a sentence, and without what a page would not show."""
    words = "".join(" " if each.isspace() else each for each in typed[: _MOST_QUOTED + 1])
    shown = "".join(each if each.isprintable() else "\ufffd" for each in words)
    return shown if len(shown) <= _MOST_QUOTED else f"{shown[: _MOST_QUOTED - 1]}…"


def why_refused(page: Any, request: HttpRequest) -> str:
    """A sentence that says why this page refuses the address of a list."""
    given = [(name, value) for name, values in request.GET.lists() for value in values]
    for name, _ in given:
        if name not in _NO_FILTERS and not page.lookup_allowed(name, "", request):
            return f'This list can\'t be filtered by "{quoted(name)}".'
    for name, value in given:
        if not _is_readable(page.model, name, value):
            return f'This list can\'t be filtered by "{quoted(name)}": its value "{quoted(value)}" can\'t be read.'
    return "This list can't be filtered by that."


def _is_readable(model: Any, name: str, value: str) -> bool:
    path = next((name.removesuffix(end) for end in _OF_VALUES if name.endswith(end)), "")
    try:
        if path:
            get_fields_from_path(model, path)[-1].to_python(value)
    except (ValidationError, ValueError, OverflowError):
        return False
    return both_take(value)
