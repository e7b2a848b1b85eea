"""gunicorn's own refusals, of what is no HTTP or too long for it, as any other refusal of ours; and one thread.

gunicorn itself answers in HTML, and quotes the request in its answer and in its log, query string and all.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

# The first that fits; whatever is none of these is a fault of ours.
STATUS: dict[type[Exception], int] = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ParseException: 400,
}


class AtOnce(Executor):
    """A pool without threads: what it is given is done by whoever gives it."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(call(*args, **named))
        return done


class EnvelopeWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def get_thread_pool(self) -> Executor:
        """With `--threads 1` requests are answered by the thread that receives them.

        Handing each to another thread and back costs as much as reading a goal. In exchange a client who sends
        slowly holds up a worker, as with gunicorn's sync workers: a proxy has to stand before it.
        """
        pool: Executor = AtOnce() if self.cfg.threads == 1 else super().get_thread_pool()
        return pool

    def handle(self, conn: Any) -> Any:
        if self.cfg.threads == 1:
            self.notify()  # the arbiter hears of nobody else while requests stand in line
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer in the envelope, with the headers, the log line and the figures of every other answer."""
        status = next((status for kind, status in STATUS.items() if isinstance(exc, kind)), 500)
        if status >= 500:
            self.log.error("Failed outside of Django", exc_info=exc)
        try:
            write_nonblock(client, answer(status))
        except OSError:
            self.log.debug("The client is gone")


def answer(status: int) -> bytes:
    """The refusal as it goes over the wire."""
    # Only workers import Django: what the master imports would survive a reload.
    from django.http import HttpRequest  # noqa: PLC0415

    from fincred.exception_handler import plain_response  # noqa: PLC0415
    from fincred.middleware import RequestContextMiddleware  # noqa: PLC0415

    response = RequestContextMiddleware(lambda request: plain_response(status))(HttpRequest())
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(response.content))
    head = f"HTTP/1.1 {status} {response.reason_phrase}\r\n".encode()
    return head + response.serialize_headers() + b"\r\n\r\n" + response.content
