"""A fault at each write of a service, one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection

_APPS = ("accounts", "goals", "planning", "tracking", "companion")
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


def faults_undone(service: Callable[[], Any]) -> int:
    """Have the first write fail, then the second, ..., until the service gets through; returns how many failed.

    After each failure all is stored as before.
    """
    before, failed = stored(), 0
    while True:
        try:
            with connection.execute_wrapper(_FaultAtWrite(failed + 1)):
                service()
        except InjectedError:
            assert stored() == before
            failed += 1
        else:
            assert stored() != before
            return failed
