"""Behind nginx as docs/operations.md sets it up: what it refuses itself is in the envelope too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPResponse
from socket import create_connection

import pytest

from fincred.ops.tests.nginx import ThrowawayNginx
from fincred.tests.live import live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.slow, pytest.mark.nginx]

LIVE = b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOGIN = b"POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port that it listens on, with one node of FinCred behind it."""
    variables = {"TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_HOSTS": "localhost"}
    with (
        live_server(tmp_path_factory.mktemp("nginx"), "--workers", "1", **variables) as server,
        ThrowawayNginx(node=server.port) as nginx,
    ):
        wait_until(lambda: is_served(nginx.port))
        yield nginx.port


def is_served(port: int) -> bool:
    try:
        return answer(port, LIVE)[0] == 200
    except OSError:
        return False


def answer(port: int, request: bytes) -> tuple[int, bytes]:
    with create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(request)
        response = HTTPResponse(wire)
        response.begin()
        return response.status, response.read()


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_bytes", "status", "code"),
        [
            (b"GET\r\n\r\n", 400, "MALFORMED_REQUEST"),
            (LOGIN + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 400, "MALFORMED_REQUEST"),
            (LOGIN + b"Content-Length: 1500000\r\n\r\n" + b" " * 1_500_000, 413, "REQUEST_TOO_LARGE"),
            (LOGIN + b"Content-Length: 3000000\r\n\r\n", 413, "REQUEST_TOO_LARGE"),
            (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "REQUEST_TOO_LARGE"),
            (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n", 414, "REQUEST_TOO_LARGE"),
            (LOGIN + b"X-Long: " + b"x" * 18_000 + b"\r\n\r\n", 431, "REQUEST_TOO_LARGE"),
            (LOGIN + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n", 431, "REQUEST_TOO_LARGE"),
        ],
        ids=range(8),
    )
    def test_are_in_the_envelope(self, nginx: int, request_bytes: bytes, status: int, code: str) -> None:
        answered, body = answer(nginx, request_bytes)
        envelope = json.loads(body)
        assert (answered, envelope["error_code"]) == (status, code)
        assert envelope.keys() == {"success", "error", "error_code", "details"}
