"""Behind nginx with deploy/nginx.conf: its refusals, what it asks another node again, and what its log tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from socket import create_connection, create_server
from threading import Thread
from typing import Self

import pytest

from fincred.db.tests.postgresql import free_port
from fincred.ops.middleware import SECURITY_HEADERS
from fincred.ops.tests.nginx import ThrowawayNginx
from fincred.tests.live import live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow, pytest.mark.nginx]

LIVE = b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOGIN = b"POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of one node of FinCred."""
    variables = {"TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_HOSTS": "localhost"}
    with live_server(tmp_path_factory.mktemp("nginx"), "--workers", "1", **variables) as server:
        yield server.port


@pytest.fixture(scope="module")
def proxy(node: int) -> Iterator[ThrowawayNginx]:
    with ThrowawayNginx(node) as nginx:
        yield nginx


@pytest.fixture
def nginx(proxy: ThrowawayNginx) -> int:
    return proxy.port


def exchange(port: int, request: bytes) -> tuple[HTTPResponse, bytes]:
    with create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(request)
        response = HTTPResponse(wire)
        response.begin()
        return response, response.read()


def answer(port: int, request: bytes) -> tuple[int, bytes]:
    response, body = exchange(port, request)
    return response.status, body


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_bytes", "status", "code"),
        [
            (b"GET\r\n\r\n", 400, "MALFORMED_REQUEST"),
            (LOGIN + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 415, "UNSUPPORTED_MEDIA_TYPE"),
            (LOGIN + b"Content-Length: 1500000\r\n\r\n" + b" " * 1_500_000, 413, "REQUEST_TOO_LARGE"),
            (LOGIN + b"Content-Length: 3000000\r\n\r\n", 413, "REQUEST_TOO_LARGE"),
            (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "REQUEST_TOO_LARGE"),
            (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n", 414, "REQUEST_TOO_LARGE"),
            (LOGIN + b"X-Long: " + b"x" * 18_000 + b"\r\n\r\n", 431, "REQUEST_TOO_LARGE"),
            (LOGIN + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n", 431, "REQUEST_TOO_LARGE"),
            (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400, "MALFORMED_REQUEST"),
            (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "METHOD_NOT_ALLOWED"),
        ],
        ids=range(10),
    )
    def test_are_in_the_envelope(self, nginx: int, request_bytes: bytes, status: int, code: str) -> None:
        answered, body = answer(nginx, request_bytes)
        envelope = json.loads(body)
        assert (answered, envelope["error_code"]) == (status, code)
        assert envelope.keys() == {"success", "error", "error_code", "details"}

    @pytest.mark.parametrize(
        "request_bytes",
        [b"GET\r\n\r\n", LIVE.replace(b"/api/v0/health/live", b"/metrics")],
        ids=["read", "unread"],
    )
    def test_have_the_headers_of_every_answer(self, nginx: int, request_bytes: bytes) -> None:
        response, _ = exchange(nginx, request_bytes)
        assert {name: response.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert re.fullmatch(r"(0|[1-9]\d*)\.00ms", response.headers["X-Process-Time"] or "")
        assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"] or "")

    def test_keep_the_id_that_the_client_gives(self, nginx: int) -> None:
        figures = LIVE.replace(b"/api/v0/health/live", b"/metrics")
        response, _ = exchange(nginx, figures.replace(b"\r\n\r\n", b"\r\nX-Request-ID: of-kim.1\r\n\r\n"))
        assert response.headers["X-Request-ID"] == "of-kim.1"

    def test_of_the_figures_is_a_404_without_asking_a_node(self, nginx: int) -> None:
        answered, body = answer(nginx, LIVE.replace(b"/api/v0/health/live", b"/metrics"))
        assert (answered, json.loads(body)["error_code"]) == (404, "RESOURCE_NOT_FOUND")

    def test_of_one_connection_too_many_from_an_address_ends_with_the_others(self, nginx: int) -> None:
        with ExitStack() as stack:
            for _ in range(200):
                client = stack.enter_context(create_connection(("127.0.0.1", nginx), timeout=30))
                client.sendall(LOGIN + b"Content-Length: 10\r\n\r\n{")
            wait_until(lambda: answer(nginx, LIVE)[0] == 429)
            response, body = exchange(nginx, LIVE)
            assert json.loads(body)["error_code"] == "RATE_LIMIT_EXCEEDED"
            shown = ("Retry-After", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
            exposed = "Retry-After, X-Process-Time, X-Request-ID"
            assert [response.headers[name] for name in shown] == ["1", "*", exposed]
        wait_until(lambda: answer(nginx, LIVE)[0] == 200)


class TestRefusedNetworks:
    def test_get_a_403_in_the_envelope_for_everything(self, node: int) -> None:
        with ThrowawayNginx(node) as nginx:
            assert answer(nginx.port, LIVE)[0] == 200
        with ThrowawayNginx(node, refused="deny 127.0.0.0/24;") as nginx:
            keyed = LIVE.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nIdempotency-Key: k\r\n\r\n")
            for asked in (LIVE, keyed):
                status, body = answer(nginx.port, asked)
                assert (status, json.loads(body)["error_code"]) == (403, "PERMISSION_DENIED")
        with ThrowawayNginx(node, refused="deny 203.0.113.0/24; deny 2001:db8::/32;") as nginx:
            assert answer(nginx.port, LIVE)[0] == 200


class Killed:
    """A node that dies of each request: it has got it, and closes the connection without an answer."""

    def __init__(self) -> None:
        self.got = 0

    def __enter__(self) -> Self:
        self.listener = create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = Thread(target=self._serve)
        self.thread.start()
        return self

    def _serve(self) -> None:
        while True:
            wire, _ = self.listener.accept()
            with wire:
                if not wire.recv(65536):  # the end of the test
                    return
                self.got += 1

    def __exit__(self, *error: object) -> None:
        create_connection(("127.0.0.1", self.port)).close()
        self.thread.join()
        self.listener.close()


KEY = b"Idempotency-Key: 1\r\n"


class TestLostNode:
    @pytest.mark.parametrize(
        ("line", "headers", "status"),
        [
            (b"GET /api/v0/health/live", b"", 200),
            (b"DELETE /api/v0/goals/00000000-0000-0000-0000-000000000001", b"", 401),
            (b"PUT /api/v0/snapshot", b"", 401),
            (b"POST /api/v0/goals", KEY, 401),
            (b"POST /api/v0/goals", b"", 502),
            (b"POST /api/v0/goals", b"Idempotency-Key: \r\n", 502),
            (b"PATCH /api/v0/goals/00000000-0000-0000-0000-000000000001", KEY, 502),
            (b"POST /api/v0/auth/login", KEY, 502),
            (b"POST /api/v0//auth/login", KEY, 502),
            (b"POST /api/v0/%61uth/login", KEY, 502),
        ],
        ids=range(10),
    )
    def test_is_made_good_by_another_where_asking_twice_does_no_harm(
        self, node: int, line: bytes, headers: bytes, status: int
    ) -> None:
        head = b"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        with Killed() as killed, ThrowawayNginx(killed.port, node) as nginx:
            answered, body = answer(nginx.port, line + b" HTTP/1.1\r\n" + head + headers + b"\r\n{}")
        assert killed.got == 1
        # 401 is FinCred's own answer: there is no token.
        assert answered == status
        assert status == 200 or json.loads(body)["success"] is False

    @pytest.mark.parametrize(
        "line",
        [
            b"GET /api/v0/health/live",
            b"POST /api/v0/goals",
            b"PATCH /api/v0/goals/00000000-0000-0000-0000-000000000001",
            # That these are asked again also after a lost answer is the price: nginx can't tell the two apart.
            b"PUT /api/v0/snapshot",
            b"DELETE /api/v0/goals/00000000-0000-0000-0000-000000000001",
        ],
    )
    def test_that_refuses_connections_costs_no_request(self, node: int, line: bytes) -> None:
        with ThrowawayNginx(free_port(), node) as nginx:
            answered, _ = answer(nginx.port, line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answered in (200, 401)


class TestLog:
    def test_tells_no_query_no_secret_path_and_no_whole_address(self, proxy: ThrowawayNginx) -> None:
        secrets = (b"/docs?token=s3cret", b"/api/v0/calendar/s3cret.ics?s3cret", b"/api/v0/unsubscribe/s3cret")
        before = len(self._lines(proxy))
        for path in (*secrets, b"/api/v0/goals"):
            answer(proxy.port, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nReferer: s3cret\r\n\r\n")
        wait_until(lambda: len(self._lines(proxy)) == before + 4)
        lines = self._lines(proxy)[before:]
        paths = ["/docs", "/api/v0/calendar/...", "/api/v0/unsubscribe/...", "/api/v0/goals"]
        assert [line["path"] for line in lines] == paths
        assert {line["address"] for line in lines} == {"127.0.0.0"}
        assert lines[-1]["status"] == "401"
        assert lines[-1]["request_id"]
        assert "s3cret" not in proxy.log.read_text() + (proxy.folder / "log").read_text()

    @pytest.mark.parametrize(
        ("path", "logged"),
        [
            (b"/api/v0/%75nsubscribe/s3cret", "unreadable"),
            (b"/api/v0/unsubscribe%2fs3cret", "/api/v0/unsubscribe/..."),
            (b"//api/v0/unsubscribe/s3cret", "//api/v0/unsubscribe/..."),
            (b"/api/v0/./calendar/s3cret.ics", "/api/v0/./calendar/..."),
            (b"/API/v0/Calendar/s3cret.ics", "/API/v0/Calendar/..."),
        ],
    )
    def test_tells_no_secret_path_however_it_is_written(
        self, proxy: ThrowawayNginx, path: bytes, logged: str
    ) -> None:
        before = len(self._lines(proxy))
        answer(proxy.port, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: len(self._lines(proxy)) == before + 1)
        assert self._lines(proxy)[-1]["path"] == logged
        assert "s3cret" not in proxy.log.read_text() + (proxy.folder / "log").read_text()

    def test_tells_the_method_of_what_is_refused(self, proxy: ThrowawayNginx) -> None:
        before = len(self._lines(proxy))
        answer(proxy.port, LOGIN + b"Content-Length: 3000000\r\n\r\n")
        wait_until(lambda: len(self._lines(proxy)) == before + 1)
        line = self._lines(proxy)[-1]
        assert (line["method"], line["status"]) == ("POST", "413")

    @staticmethod
    def _lines(proxy: ThrowawayNginx) -> list[dict[str, str]]:
        return [json.loads(line) for line in proxy.log.read_text().splitlines()]
