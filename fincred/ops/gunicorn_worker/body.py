"""The body of a request: invited, counted, and read to its end or not at all."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from gunicorn.http.body import Body, ChunkedReader
from gunicorn.http.errors import ParseException

from fincred.ops.gunicorn_worker.client_socket import ClientSocket

# Of a body that no view wants at most UNWANTED bytes are read, so that the connection can be kept; they are waited
# for UNWANTED_SECONDS, unless requests wait for a thread.
UNWANTED, UNWANTED_SECONDS = 65_536, 0.1

# From CHUNKS chunks on, a body has to have CHUNK_BYTES in each of them on average. Beside its data it may have as
# many bytes again, and FRAMING more: nothing else limits extensions of chunks.
CHUNKS, CHUNK_BYTES, FRAMING = 1000, 64, 131_072


class ClientBody(Body):  # type: ignore[misc]  # gunicorn has no types
    """The body of a request. The client is invited to send it (100 Continue) when it is first read.

    One that is cut short is never taken for a whole one. Until it is read to its end the connection can't be kept,
    and the answer says so.
    """

    def __init__(self, req: Any, sock: ClientSocket, waited_for: Callable[[], bool]) -> None:
        super().__init__(req.body.reader)
        self._sock = sock
        self._waited_for = waited_for
        self._begun = False
        self._invited, req._expected_100_continue = not req._expected_100_continue, False
        self._ends_connection = req.should_close
        self._is_chunked = isinstance(self.reader, ChunkedReader)
        self._chunks = self._chunk_bytes = 0
        if self._is_chunked:
            self._parse_chunk_size, self.reader.parse_chunk_size = self.reader.parse_chunk_size, self._count_chunk
        req.body, req.should_close = self, self.should_close

    @property
    def _is_whole(self) -> bool:
        return bool(self.reader.parser is None if self._is_chunked else self.reader.length == 0)

    def _count_chunk(self, *args: Any, **named: Any) -> Any:
        size, rest = self._parse_chunk_size(*args, **named)
        self._chunks += 1
        self._chunk_bytes += size
        if self._chunks > CHUNKS and self._chunk_bytes < CHUNK_BYTES * self._chunks:
            raise ParseException("too many small chunks")
        if self._sock.received > 2 * self._chunk_bytes + FRAMING:
            raise ParseException("too much around its data")
        return size, rest

    def _read_reader(self, size: int) -> bytes:
        """gunicorn's name for the method that all reading goes through.

        :raises OSError: it can't be read, or ends before its announced length.
        """
        if not self._begun:
            self._begun = True
            self._sock.expect_body()
        if not self._invited:
            self._invited = True
            self._sock.send_at_once(b"HTTP/1.1 100 Continue\r\n\r\n")
        least = 0 if self._is_chunked else min(size, self.reader.length)
        try:
            data: bytes = super()._read_reader(size)
        except ParseException as fault:
            raise OSError(errno.EPROTO, "The body can't be read") from fault
        if len(data) < least:
            self.failed = True
            raise ConnectionResetError(errno.ECONNRESET, "The body ended early")
        return data

    def should_close(self) -> bool:
        """Whether the connection ends with this answer; a small rest that is there, or soon comes, is read."""
        if not self._is_whole and not self.failed:
            will_come = self._invited and not self._waited_for()
            self._begun = self._invited = True
            self._sock.expect_rest(UNWANTED_SECONDS if will_come else 0)
            try:
                self.read(UNWANTED)
            except OSError:
                self.failed = True
        return bool(self.failed or not self._is_whole or self._ends_connection())
