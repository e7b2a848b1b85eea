"""Real threads with real connections, all let go at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from fincred.errors import FinCredError


def race(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned, or the FinCredError it raised; anything else that is raised fails the test."""
    barrier = Barrier(len(calls), timeout=20)

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        except FinCredError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as threads:
        return list(threads.map(run, calls))
