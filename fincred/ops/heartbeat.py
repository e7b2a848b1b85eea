"""Doing something again and again beside a task: how the lease of what takes long is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread

from django.db import Error, close_old_connections, connections

# After a beat that failed: once the database is back, a lease is prolonged before others take it.
SOON = timedelta(seconds=1)

# How long a claimed mail or push isn't due; while it is being sent, its lease is prolonged. A process that alone
# loses the database may be without it for this long; and what a killed process had waits for this long.
MESSAGE_LEASE = timedelta(minutes=10)
MESSAGE_HEARTBEAT = timedelta(seconds=20)


@contextmanager
def heartbeat(beat: Callable[[], object], *, every: timedelta) -> Iterator[None]:
    """Call `beat` in a thread in each interval of `every` while the block runs, and each second while it fails."""
    done = Event()

    def keep() -> None:
        wait = every
        try:
            while not done.wait(wait.total_seconds()):
                wait = SOON
                with suppress(Error):
                    close_old_connections()
                    beat()
                    wait = every
        finally:
            connections.close_all()

    heart = Thread(target=keep, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
