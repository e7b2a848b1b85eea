"""`path` for the route tables of the API, where `<id:goal_id>` is an id in capitals or in lower case.

Django's `uuid` takes lower case only, and some clients print ids in capitals.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import path, register_converter
from django.urls.converters import UUIDConverter

from fincred.ids import PATTERN

__all__ = ["canonical_path", "path"]


class IdConverter(UUIDConverter):
    regex = PATTERN


register_converter(IdConverter, "id")


def canonical_path(request: HttpRequest) -> str:
    """The request's path with its ids in lower case. Not for paths with a secret, whose capitals count."""
    return request.path.lower()
