"""Doing something again and again beside a task: how the lease of what takes long is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread

from django.db import Error, close_old_connections, connections


@contextmanager
def heartbeat(beat: Callable[[], object], *, every: timedelta) -> Iterator[None]:
    """Call `beat` in a thread in each interval of `every` while the block runs; ignore a database that is away."""
    done = Event()

    def keep() -> None:
        try:
            while not done.wait(every.total_seconds()):
                with suppress(Error):
                    close_old_connections()
                    beat()
        finally:
            connections.close_all()

    heart = Thread(target=keep, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
