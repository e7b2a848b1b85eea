"""Expo's push service for tests: real HTTP on a port of its own, with answers as Expo documents them."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from uuid import uuid4


class ExpoServer(ThreadingHTTPServer):
    """`errors` and `receipt_errors` are by device token; with `is_broken` every answer is a 500.

    `garbled` is a status and a body that are said instead of an answer. A request with a message for one of
    `refused` is refused as a whole.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.errors: dict[str, str] = {}
        self.receipt_errors: dict[str, str] = {}
        self.tickets: dict[str, str] = {}
        self.refused: set[str] = set()
        self.is_broken = False
        self.garbled: tuple[int, bytes] | None = None
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def tickets_for(self, messages: list[dict[str, Any]]) -> Any:
        return [self.ticket(message) for message in messages]

    def receipts_for(self, ids: list[str]) -> Any:
        return {ticket: self.receipt(ticket) for ticket in ids if ticket in self.tickets}

    def ticket(self, message: dict[str, Any]) -> Any:
        if error := self.errors.get(message["to"]):
            return {"status": "error", "message": "no", "details": {"error": error}}
        self.messages.append(message)
        ticket = str(uuid4())
        self.tickets[ticket] = message["to"]
        return {"status": "ok", "id": ticket}

    def receipt(self, ticket: str) -> dict[str, Any]:
        if error := self.receipt_errors.get(self.tickets[ticket]):
            return {"status": "error", "message": "no", "details": {"error": error}}
        return {"status": "ok"}


class _Handler(BaseHTTPRequestHandler):
    server: ExpoServer

    def handle(self) -> None:
        """A client may go before its answer, as one that is killed or stops waiting does."""
        with suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/send" and not self.server.refused.isdisjoint(message["to"] for message in body):
            self.send_error(400)
            return
        data = self.server.tickets_for(body) if self.path == "/send" else self.server.receipts_for(body["ids"])
        broken = (500, b"out of order") if self.server.is_broken else None
        status, answer = self.server.garbled or broken or (200, json.dumps({"data": data}).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Quiet."""
