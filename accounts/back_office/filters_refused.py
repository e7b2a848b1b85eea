"""Why a list refuses an address: the filter that it doesn't declare, or the value that can't be read."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from accounts.back_office.lists import NO_FILTERS
from accounts.back_office.quoting import quoted

# The lookups whose value is one of the field's.
_OF_VALUES: Final = ("__exact", "__gte", "__lt")


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


def why_refused(page: Any, request: HttpRequest) -> str:
    """A sentence that says why this page refuses the address of a list."""
    given = [(name, value) for name, values in request.GET.lists() for value in values]
    for name, _ in given:
        if name not in NO_FILTERS and not page.lookup_allowed(name, "", request):
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
