"""The classes of errors, those of every app that has been imported included."""

from __future__ import annotations

from fincred.errors import FinCredError


def all_errors(category: type[FinCredError]) -> list[type[FinCredError]]:
    return [category, *(inner for child in category.__subclasses__() for inner in all_errors(child))]
