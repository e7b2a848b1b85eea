"""The head of a request, kept so that a refusal carries the request id of its client."""

from __future__ import annotations

from typing import Any

from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser


class ClientRequest(Request):  # type: ignore[misc]  # gunicorn has no types
    """A request whose `head`, all lines but the first, and `method` are known to the fault that it is refused for.

    The head is empty where the first line is at fault, and where the head is too long to be read. Of a method that
    gunicorn hasn't read by then only HEAD is known.
    """

    head = b""

    def __init__(self, *args: Any) -> None:
        try:
            super().__init__(*args)
        except ParseException as fault:
            fault.head = self.head
            fault.method = self.method
            raise

    def read_line(self, unreader: Any, buf: bytearray, limit: int = 0) -> Any:
        try:
            return super().read_line(unreader, buf, limit)
        finally:
            if buf.startswith(b"HEAD "):
                self.method = "HEAD"

    def parse_headers(self, data: bytes, from_trailer: bool = False) -> Any:
        if not from_trailer:
            self.head = data
        return super().parse_headers(data, from_trailer)


# gunicorn makes the parser of a connection in several places, and the request with what stands here.
RequestParser.mesg_class = ClientRequest


def proposed_id(head: bytes) -> str:
    """The X-Request-ID in the head, not checked; empty if there isn't exactly one."""
    fields = [line.partition(b":") for line in head.split(b"\r\n")]
    values = [value for name, _, value in fields if name.lower() == b"x-request-id"]
    return values[0].strip(b" \t").decode("latin-1") if len(values) == 1 else ""
