"""Clients that send slowly, break off, or don't read: their requests end, and no other client waits for them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse

import pytest

from fincred.tests.live import LiveServer, live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]

LIVE = b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
JSON = b"Host: localhost\r\nContent-Type: application/json\r\n"
LOGIN = b"POST /api/v0/auth/login HTTP/1.1\r\n" + JSON
GOALS = b"POST /api/v0/goals HTTP/1.1\r\n" + JSON
NOWHERE = b"POST /api/v0/nowhere HTTP/1.1\r\n" + JSON
CREDENTIALS = b'{"email": "nobody@a.example", "password": "x"}'
HALF_A_LINE = LIVE[:12]
HALF_A_HEAD = LIVE[:-4]
NO_BODY = LOGIN + b"Content-Length: 46\r\n\r\n"
# More answers than the system keeps for a client that doesn't read them.
MUCH = LIVE.replace(b"/api/v0/health/live", b"/openapi.json") * 100


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One whose clients have a second for everything."""
    folder = tmp_path_factory.mktemp("clients")
    seconds = {f"CLIENT_{what}_SECONDS": "1" for what in ("HEAD", "BODY", "SEND")}
    with live_server(folder, "--workers", "1", RATE_LIMIT_ENABLED="false", **seconds) as running:
        yield running


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One whose clients have longer than any test lasts."""
    folder = tmp_path_factory.mktemp("patient")
    seconds = {f"CLIENT_{what}_SECONDS": "60" for what in ("HEAD", "BODY", "SEND")}
    origin = "https://app.example"
    options = ("--workers", "2", "--worker-connections", "300")
    with live_server(folder, *options, RATE_LIMIT_ENABLED="false", CORS_ORIGINS=origin, **seconds) as running:
        yield running


def connect(server: LiveServer, *, timeout: float = 30) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=timeout)


def answer(wire: socket.socket) -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(wire)
    response.begin()
    return response, response.read()


def refusal(body: bytes) -> str:
    return str(json.loads(body)["error_code"])


def rest(wire: socket.socket) -> bytes:
    """What the server still sends, up to the end of the connection, however it ends."""
    chunks: list[bytes] = []
    with suppress(ConnectionResetError):
        chunks.extend(iter(lambda: wire.recv(65_536), b""))
    return b"".join(chunks)


class TestDeadlines:
    @pytest.mark.parametrize(
        "sent", [b"", HALF_A_LINE, HALF_A_HEAD], ids=["nothing", "half a line", "half a head"]
    )
    def test_a_head_that_does_not_come_ends_the_connection(self, server: LiveServer, sent: bytes) -> None:
        with connect(server) as wire:
            wire.sendall(sent)
            assert rest(wire) == b""

    def test_a_body_that_does_not_come_is_no_fault_of_ours(self, server: LiveServer) -> None:
        with connect(server) as wire:
            wire.sendall(NO_BODY)
            assert rest(wire)[:13] in (b"HTTP/1.1 400 ", b"")
        logged(server, "status=400")

    def test_a_client_that_does_not_read_is_cut_off(self, server: LiveServer) -> None:
        with socket.socket() as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.connect(("127.0.0.1", server.port))
            wire.sendall(MUCH)
            wait_until(lambda: is_reset(wire))
        assert server.get("/api/v0/health/live").status == 200


def is_reset(wire: socket.socket) -> bool:
    return wire.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def logged(server: LiveServer, text: str) -> None:
    """Wait for it; whatever else was written then, no traceback was."""
    wait_until(lambda: text in server.log.read_text())
    assert "Traceback" not in server.log.read_text()
    assert 'status="500"' not in server.get("/metrics").text


class TestOthers:
    """What is sent here would keep a thread for a minute each."""

    @pytest.mark.parametrize(
        "sent",
        [HALF_A_LINE, HALF_A_HEAD, NO_BODY, MUCH],
        ids=["half a line", "half a head", "no body", "no reading"],
    )
    def test_are_answered_beside_many_that_hold_their_threads(self, patient: LiveServer, sent: bytes) -> None:
        stop = threading.Event()

        def come_back() -> None:
            while not stop.is_set():
                with suppress(OSError), connect(patient) as wire:
                    wire.sendall(sent)
                    wait_until(lambda: stop.is_set() or is_gone(wire), seconds=60)

        threads = [threading.Thread(target=come_back) for _ in range(50)]
        for thread in threads:
            thread.start()
        try:
            # Ten seconds is the promise, and a timeout of this client.
            for _ in range(3):
                with connect(patient, timeout=10) as wire:
                    wire.sendall(LIVE)
                    assert answer(wire)[0].status == 200
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    @pytest.mark.parametrize("sent", [HALF_A_HEAD, NO_BODY], ids=["half a head", "no body"])
    def test_are_answered_beside_more_than_there_are_threads(self, patient: LiveServer, sent: bytes) -> None:
        """And these are waited for. A few may have given up their thread while the others were being started."""
        with ExitStack() as halves:
            wires = [halves.enter_context(connect(patient)) for _ in range(120)]
            for wire in wires:
                wire.sendall(sent)
            for _ in range(3):
                with connect(patient) as other:
                    other.sendall(LIVE)
                    assert answer(other)[0].status == 200
            assert sum(map(is_gone, wires)) < 20

    def test_are_answered_while_all_connections_are_silent(self, patient: LiveServer) -> None:
        with ExitStack() as silent:
            for _ in range(700):
                silent.enter_context(connect(patient))
            with connect(patient, timeout=10) as wire:
                wire.sendall(LIVE)
                assert answer(wire)[0].status == 200


def is_gone(wire: socket.socket) -> bool:
    """Whether the server has hung up on a client that doesn't read."""
    wire.setblocking(False)
    try:
        return is_reset(wire) or wire.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False


class TestBodies:
    def test_one_that_is_broken_off_is_no_fault_of_ours(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Content-Length: 46\r\n\r\n{")
        logged(patient, "status=400")

    def test_a_chunked_one_that_is_broken_off_is_none_either(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n2e\r\n{")
        logged(patient, "status=400")

    @pytest.mark.parametrize("length", [len(CREDENTIALS) + 1, 100_000])
    def test_one_that_ends_early_is_not_taken_for_whole(self, patient: LiveServer, length: int) -> None:
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Content-Length: %d\r\n\r\n" % length + CREDENTIALS)
            wire.shutdown(socket.SHUT_WR)
            response, body = answer(wire)
        assert (response.status, refusal(body)) == (400, "MALFORMED_REQUEST")

    @pytest.mark.parametrize(("chunks", "status"), [(1000, 413), (1001, 400)])
    def test_one_in_crumbs_is_refused(self, patient: LiveServer, chunks: int, status: int) -> None:
        """A thousand small chunks are fine, here before so much that it is too large."""
        rest_of_it = b"%x\r\n%s\r\n" % (2 * 1024 * 1024, b" " * 2 * 1024 * 1024) if status == 413 else b""
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * chunks + rest_of_it)
            assert answer(wire)[0].status == status

    @pytest.mark.parametrize(("extension", "status"), [(1_000, 401), (8_000, 400)])
    def test_one_with_much_around_its_data_is_refused(
        self, patient: LiveServer, extension: int, status: int
    ) -> None:
        chunks = [b"1;%s\r\n%c\r\n" % (b"x" * extension, byte) for byte in CREDENTIALS]
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunks) + b"0\r\n\r\n")
            assert answer(wire)[0].status == status

    @pytest.mark.parametrize(
        "coding",
        [
            *(b"gzip, chunked", b"identity, chunked", b"foo, chunked", b"foo"),
            *(b"gzip", b"GZip", b"deflate", b"compress", b"identity", b"gzip, identity", b"chunked, gzip"),
            *(b"chunked\r\nTransfer-Encoding: gzip", b""),
        ],
    )
    def test_one_in_another_coding_is_refused(self, patient: LiveServer, coding: bytes) -> None:
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Transfer-Encoding: " + coding + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
            response, body = answer(wire)
        assert (response.status, refusal(body)) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert "chunked" in json.loads(body)["error"]

    @pytest.mark.parametrize(
        "head", [b"chunked, chunked", b"chunked\r\nContent-Length: 2", b"gzip, chunked\r\nContent-Length: 2"]
    )
    def test_whose_end_is_unclear_is_refused(self, patient: LiveServer, head: bytes) -> None:
        with connect(patient) as wire:
            wire.sendall(LOGIN + b"Transfer-Encoding: " + head + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
            response, body = answer(wire)
        assert (response.status, refusal(body)) == (400, "MALFORMED_REQUEST")


class TestExpectations:
    """`Expect: 100-continue`: the client sends its body when it is invited to."""

    def head(self, request: bytes, length: int) -> bytes:
        return request + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length

    @pytest.mark.parametrize(
        ("request_head", "length", "status"),
        [(GOALS, 20, 401), (LOGIN, 2 * 1024 * 1024, 413), (NOWHERE, 20, 404)],
    )
    def test_a_body_that_is_refused_unseen_is_not_invited(
        self, patient: LiveServer, request_head: bytes, length: int, status: int
    ) -> None:
        with connect(patient) as wire:
            wire.sendall(self.head(request_head, length))
            response, _ = answer(wire)
            assert response.status == status
            assert response.headers["Connection"] == "close"
            assert wire.recv(1) == b""

    def test_one_that_is_read_is_invited_once(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(self.head(LOGIN, len(CREDENTIALS)))
            assert wire.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            wire.sendall(CREDENTIALS)
            response, body = answer(wire)
            assert (response.status, refusal(body)) == (401, "INVALID_CREDENTIALS")
            assert response.headers["Connection"] == "keep-alive"

    def test_a_request_without_a_body_is_just_answered(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(LIVE[:-2] + b"Expect: 100-continue\r\n\r\n")
            assert answer(wire)[0].status == 200


class TestKeepingConnections:
    """What an answer says of its connection is what happens to it."""

    @pytest.mark.parametrize("request_head", [GOALS, NOWHERE])
    def test_a_small_body_that_no_view_reads_costs_no_connection(
        self, patient: LiveServer, request_head: bytes
    ) -> None:
        with connect(patient) as wire:
            for _ in range(2):
                wire.sendall(request_head + b"Content-Length: 2\r\n\r\n{}")
                assert answer(wire)[0].headers["Connection"] == "keep-alive"

    def test_a_small_one_that_has_not_come_is_not_waited_for(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(NOWHERE + b"Content-Length: 2\r\n\r\n")
            response, _ = answer(wire)
            assert (response.status, response.headers["Connection"]) == (404, "close")

    @pytest.mark.parametrize(
        "options",
        ["close", "TE, close", "close, TE", "Upgrade ,\tClose", "keep-alive, close", "TE\r\nConnection: close"],
    )
    @pytest.mark.parametrize("body", [b"\r\n", b"Content-Length: 2\r\n\r\n{}"], ids=["no body", "a body"])
    def test_a_client_that_ends_it_among_other_options_is_heard(
        self, patient: LiveServer, options: str, body: bytes
    ) -> None:
        with connect(patient) as wire:
            wire.sendall(LIVE[:-2] + f"Connection: {options}\r\n".encode() + body)
            response, _ = answer(wire)
            assert (response.status, response.headers["Connection"]) == (200, "close")
            assert rest(wire) == b""

    @pytest.mark.parametrize("options", ["TE", "closed", "TE, x-close", "keep-alive, TE"])
    def test_other_options_keep_it(self, patient: LiveServer, options: str) -> None:
        with connect(patient) as wire:
            wire.sendall(LIVE[:-2] + f"Connection: {options}\r\n\r\n".encode())
            assert answer(wire)[0].headers["Connection"] == "keep-alive"

    @pytest.mark.parametrize("length", [900_000, 3_000_000])
    def test_a_large_one_ends_it(self, patient: LiveServer, length: int) -> None:
        with connect(patient) as wire:
            wire.sendall(NOWHERE + b"Content-Length: %d\r\n\r\n" % length + b" " * length)
            response, _ = answer(wire)
            assert response.headers["Connection"] == "close"
            assert rest(wire) == b""


class TestRefusals:
    def test_pages_of_other_origins_may_see_that_their_line_is_too_long(self, patient: LiveServer) -> None:
        with connect(patient) as wire:
            wire.sendall(b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nOrigin: https://app.example\r\n\r\n")
            response, _ = answer(wire)
        assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (414, "*")
        assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
        assert response.headers["Cache-Control"] == "no-store"  # caches may keep a 414 that doesn't say so

    @pytest.mark.parametrize("query", ["Café", "a b", "a\tb", "a\x01b", "a\x7fb", "é b"])
    def test_a_line_with_other_characters_is_told_to_encode_them(self, patient: LiveServer, query: str) -> None:
        with connect(patient) as wire:
            wire.sendall(f"GET /api/v0/goals?search={query} HTTP/1.1\r\n\r\n".encode())
            response, body = answer(wire)
        assert response.status == 400
        assert json.loads(body)["error"] == (
            "Spaces, control characters and all but ASCII have to be percent-encoded in the request line"
        )

    def test_a_line_with_a_fragment_is_told_to_encode_it(self, patient: LiveServer) -> None:
        """What follows it would be left out unnoticed, such as another filter."""
        with connect(patient) as wire:
            wire.sendall(b"GET /api/v0/goals?search=No.#1 HTTP/1.1\r\nX-Request-ID: r1\r\nHost: localhost\r\n\r\n")
            response, body = answer(wire)
        assert (response.status, response.headers["X-Request-ID"]) == (400, "r1")
        assert json.loads(body)["error"] == "Write # as %23: in the request line it would end the address"

    @pytest.mark.parametrize(
        "line", ["GET", "GET /", "GET goals HTTP/1.1", "GET /goals HTTP/9", "GET  / HTTP/1.1"]
    )
    def test_a_line_that_is_wrong_otherwise_is_not(self, patient: LiveServer, line: str) -> None:
        with connect(patient) as wire:
            wire.sendall(f"{line}\r\n\r\n".encode())
            response, body = answer(wire)
        assert response.status == 400
        assert "could not be read" in json.loads(body)["error"]

    @pytest.mark.parametrize("prefix", ["/api", "/" + "x" * 5000])
    @pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "REMOTE_USER"])
    def test_a_client_cannot_say_where_we_are_mounted(self, patient: LiveServer, name: str, prefix: str) -> None:
        with connect(patient) as wire:
            wire.sendall(LIVE[:-2] + f"{name}: {prefix}\r\n\r\n".encode())
            response, body = answer(wire)
        assert (response.status, json.loads(body)) == (200, {"status": "alive"})
        assert response.headers["Cache-Control"] == "no-store"
