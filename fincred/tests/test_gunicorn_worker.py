"""What never reaches Django is refused like everything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPResponse
from socket import create_connection

import pytest

from fincred.gunicorn_worker import answer
from fincred.tests.live import LiveServer, live_server

pytestmark = [pytest.mark.integration, pytest.mark.platform]

SECRET = "secret-in-a-query"
LINE = f"GET /api/v0/health?token={SECRET} HTTP/1.1\r\n"
CHUNKED = "POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("worker")) as running:
        yield running


def refusal(server: LiveServer, request: str) -> tuple[int, str]:
    """The status and code that these bytes are answered with; fails unless it is our envelope with our headers."""
    with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(request.encode("latin-1"))
        response = HTTPResponse(wire)
        response.begin()
        body = response.read()
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Connection"] == "close"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Request-ID"]
    envelope = json.loads(body)
    assert envelope.keys() == {"success", "error", "error_code", "details"}
    assert SECRET not in body.decode()
    return response.status, envelope["error_code"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_text", "expected"),
        [
            (f"GET /{'x' * 9_000}?token={SECRET} HTTP/1.1\r\n\r\n", (414, "REQUEST_TOO_LARGE")),
            (f"{LINE}X-Long: {'x' * 20_000}\r\n\r\n", (431, "REQUEST_TOO_LARGE")),
            (LINE + "".join(f"X-{number}: a\r\n" for number in range(200)) + "\r\n", (431, "REQUEST_TOO_LARGE")),
            (f"GET /{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"GET /{SECRET} HTTP/9.9\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"G{{}}T /{SECRET} HTTP/1.1\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}no colon {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}bad name: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}X-Nul: \x00{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Content-Length: -1\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Content-Length: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Transfer-Encoding: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Expect: {SECRET}\r\n\r\n", (417, "MALFORMED_REQUEST")),
            (f"{CHUNKED}{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
        ],
        ids=range(14),
    )
    def test_are_in_the_envelope_and_quote_nothing(
        self, server: LiveServer, request_text: str, expected: tuple[int, str]
    ) -> None:
        assert refusal(server, request_text) == expected
        assert SECRET not in server.log.read_text()

    def test_are_logged_and_counted_like_any_other(self, server: LiveServer) -> None:
        refusal(server, "GET\r\n\r\n")
        assert "Request served" in server.log.read_text().splitlines()[-1]
        assert 'route="unmatched",status="400"' in server.get("/metrics").text.replace('method="",', "")


class TestAnswer:
    def test_is_a_whole_response(self) -> None:
        head, _, body = answer(414).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 414 Request-URI Too Long\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        assert json.loads(body)["error_code"] == "REQUEST_TOO_LARGE"
