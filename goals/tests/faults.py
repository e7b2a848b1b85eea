"""A fault at each write of a service, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection

_APPS = ("accounts", "goals", "planning", "tracking")
_WRITES = ("INSERT", "UPDATE", "DELETE")


class InjectedError(Exception):
    """The database gave up."""


class _FaultAtWrite:
    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_WRITES):
            self.left -= 1
            if self.left == 0:
                raise InjectedError
        return execute(sql, params, many, context)


def stored() -> dict[str, list[dict[str, Any]]]:
    """Every row of ours."""
    models = [model for model in apps.get_models() if model._meta.app_label in _APPS]
    return {str(model): list(model._default_manager.order_by("pk").values()) for model in models}


def faults(service: Callable[[], Any]) -> Iterator[None]:
    """Yields after the first write has failed, then after the second, ...; ends when the service got through."""
    for number in count(1):
        try:
            with connection.execute_wrapper(_FaultAtWrite(number)):
                service()
        except InjectedError:
            yield
        else:
            return
