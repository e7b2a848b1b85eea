"""Workers and an application for tests of how gunicorn's threads are used, started by real gunicorn.

Real time decides nothing here: what would come about a little later anyway never comes about.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable
from threading import Event
from typing import Any

from fincred.ops.gunicorn_worker import EnvelopeWorker, pool


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        """gunicorn's own second becomes a minute; what our worker asks for stays."""
        return super().select(60 if timeout == 1 else timeout)


class WakesForEvents(EnvelopeWorker):
    """Its loop wakes up for events and when our worker asks for it, and not each second besides."""

    poller: selectors.BaseSelector

    def run(self) -> None:
        self.poller.close()
        self.poller = _Selector()
        super().run()


class NothingIsSlow(WakesForEvents):
    """Besides, no request ever counts as slow."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        pool.SLOW = 1000.0


_go = Event()


def rendezvous(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """`/wait` is answered when `/go` has been; everything else at once."""
    if environ["PATH_INFO"] == "/wait":
        _go.wait()
    if environ["PATH_INFO"] == "/go":
        _go.set()
    start_response("200 OK", [("Content-Length", "0")])
    return []
