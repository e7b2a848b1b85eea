"""The WSGI entry point, which the test client does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from fincred.wsgi import application

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

CREDENTIALS = b'{"email": "nobody@example.com", "password": "none"}'


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's test client does: the connection that holds the test's transaction stays open."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def post(content_type: str, body: bytes = CREDENTIALS, **environ: Any) -> tuple[str, Any]:
    """The status line and the document that answer a login."""
    statuses: list[str] = []
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v0/auth/login",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "203.0.113.9",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        **environ,
    }
    chunks = application(request, lambda status, headers: statuses.append(status))
    return statuses[0], json.loads(b"".join(chunks))


class TestStart:
    def test_views_are_loaded_before_the_first_request_and_left_out_of_garbage_collection(self) -> None:
        code = "import fincred.wsgi, gc, sys; print('goals.views' in sys.modules, gc.get_freeze_count() > 50_000)"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert ran.stdout == "True True\n"


class TestContentType:
    @pytest.mark.parametrize(
        "charset",
        [
            "utf-8",
            "nonsense",
            "base64",
            "undefined",
            "utf-16",
            "idna",
            "punycode",
            "",
            '"',
            "\x00",
            "\xff",
            "x" * 500,
        ],
    )
    def test_its_charset_is_not_followed(self, charset: str) -> None:
        status, answer = post(f"application/json; charset={charset}")
        assert (status[:3], answer["error_code"]) == ("401", "INVALID_CREDENTIALS")

    def test_nor_by_another_spelling(self) -> None:
        assert post("application/json; charset*=nonsense''utf-8")[0].startswith("401")
        assert post("application/json;CHARSET=nonsense")[0].startswith("401")

    def test_a_form_is_read_as_utf_8_too(self) -> None:
        body = b"username=nobody@example.com&password=none"
        assert post("application/x-www-form-urlencoded; charset=base64", body)[0].startswith("401")


class TestChunkedBody:
    def test_is_read_without_a_content_length(self) -> None:
        chunked: dict[str, Any] = {
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input_terminated": True,
            "CONTENT_LENGTH": "",
        }
        assert post("application/json", **chunked)[0].startswith("401")
