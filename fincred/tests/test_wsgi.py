"""The WSGI entry point, which the test client does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from fincred.settings import MAX_BODY_BYTES
from fincred.tests.live import ROOT
from fincred.wsgi import ChunkedBody, application

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

CREDENTIALS = b'{"email": "nobody@example.com", "password": "none"}'


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's test client does: the connection that holds the test's transaction stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def request_environ(content_type: str, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v0/auth/login",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "203.0.113.9",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }


def post(content_type: str, body: bytes = CREDENTIALS, **environ: Any) -> tuple[str, Any]:
    """The status line and the document that a login is answered with."""
    told: list[str] = []
    request = request_environ(content_type, body) | environ
    chunks = application(request, lambda status, headers: told.append(status))
    return told[0], json.loads(b"".join(chunks))


class TestStart:
    FROZEN = "import gc, sys; print('goals.models' in sys.modules, gc.get_freeze_count() > 50_000, gc.isenabled())"

    def test_views_are_loaded_before_the_first_request_and_left_out_of_garbage_collection(self) -> None:
        code = f"import fincred.wsgi; {self.FROZEN.replace('models', 'views')}"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert ran.stdout == "True True True\n"

    def test_of_a_command_leaves_what_is_loaded_out_of_garbage_collection(self) -> None:
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", self.FROZEN]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert ran.stdout == "True True True\n"


class TestContentType:
    @pytest.mark.parametrize("parameter", ["charset=utf-8", "CHARSET=UTF8", 'charset="utf-8"', "version=nonsense"])
    def test_is_utf_8(self, parameter: str) -> None:
        status, answer = post(f"application/json; {parameter}")
        assert (status[:3], answer["error_code"]) == ("401", "INVALID_CREDENTIALS")

    @pytest.mark.parametrize(
        "charset",
        [
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
    def test_of_another_charset_is_refused(self, charset: str) -> None:
        status, answer = post(f"application/json; charset={charset}")
        assert (status[:3], answer["error_code"]) == ("415", "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize(
        "parameter", ["charset*=nonsense''utf-8", "charset*=nonsense''%41", "CHARSET=nonsense", "charset"]
    )
    def test_nor_by_another_spelling(self, parameter: str) -> None:
        assert post(f"application/json; {parameter}")[0].startswith("415")

    def test_a_form_is_read_as_utf_8_too(self) -> None:
        body = b"username=nobody@example.com&password=none"
        assert post("application/x-www-form-urlencoded; charset=base64", body)[0].startswith("401")


CHUNKED: dict[str, Any] = {
    "HTTP_TRANSFER_ENCODING": "chunked",
    "wsgi.input_terminated": True,
    "CONTENT_LENGTH": "",
}


class TestChunkedBody:
    def test_is_read_without_a_content_length(self) -> None:
        assert post("application/json", **CHUNKED)[0].startswith("401")

    @pytest.mark.parametrize(("length", "status"), [(MAX_BODY_BYTES, "401"), (MAX_BODY_BYTES + 1, "413")])
    def test_may_be_as_large_as_any_other(self, length: int, status: str) -> None:
        assert post("application/json", CREDENTIALS.ljust(length), **CHUNKED)[0].startswith(status)

    def test_can_be_read_by_lines(self) -> None:
        body = ChunkedBody(BytesIO(b"one\ntwo"), 7)
        assert [body.readline(7), body.readline(3)] == [b"one\n", b"two"]

    def test_is_not_read_before_the_person_is_known(self) -> None:
        class Unread:
            def read(self, size: int) -> bytes:
                pytest.fail("It was read")

            readline = read

        sent = {**CHUNKED, "PATH_INFO": "/api/v0/goals", "wsgi.input": Unread()}
        status, answer = post("application/json", **sent)
        assert (status[:3], answer["error_code"]) == ("401", "NOT_AUTHENTICATED")


class TestAnswer:
    def test_waits_for_its_client_without_a_connection_to_the_database(self) -> None:
        finished: list[object] = []
        request_finished.connect(note := lambda sender, **named: finished.append(sender))
        try:
            chunks = application(request_environ("application/json", CREDENTIALS), lambda status, headers: None)
            assert len(finished) == 1
        finally:
            request_finished.disconnect(note)
        assert json.loads(b"".join(chunks))["error_code"] == "INVALID_CREDENTIALS"

    def test_a_file_is_sent_as_it_is_read(self) -> None:
        environ = request_environ("application/json", b"") | {"REQUEST_METHOD": "GET", "PATH_INFO": "/docs"}
        page = b"".join(application(environ, lambda status, headers: None)).decode()
        environ = request_environ("", b"") | {
            "REQUEST_METHOD": "GET", "PATH_INFO": page.partition('src="')[2].partition('"')[0]
        }  # fmt: skip
        response: Any = application(environ, lambda status, headers: None)
        assert response.streaming
        assert b"".join(response)
        response.close()
