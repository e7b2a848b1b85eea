from __future__ import annotations

from io import BytesIO

import pytest
from django.http import HttpRequest

from accounts.parsers import MultipartFormParser, URLEncodedParser
from fincred.errors import MalformedRequestError

pytestmark = [pytest.mark.unit, pytest.mark.accounts]


def parse(body: bytes) -> dict[str, str]:
    return URLEncodedParser().parse(BytesIO(body))


class TestURLEncodedParser:
    def test_reads_names_and_values(self) -> None:
        assert parse(b"username=sam%40example.com&password=a+b&scope=") == {
            "username": "sam@example.com",
            "password": "a b",
            "scope": "",
        }

    def test_refuses_a_repeated_name_as_json_and_queries_do(self) -> None:
        with pytest.raises(MalformedRequestError):
            parse(b"a=1&a=1")

    @pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff"])
    def test_refuses_what_is_no_form_in_utf8(self, body: bytes) -> None:
        with pytest.raises(MalformedRequestError) as refused:
            parse(body)
        assert refused.value.details["reason"] == "The body is not a form in UTF-8"

    def test_takes_a_hundred_fields_and_no_more(self) -> None:
        fields = [f"f{number}=1".encode() for number in range(101)]
        assert len(parse(b"&".join(fields[:100]))) == 100
        with pytest.raises(MalformedRequestError) as refused:
            parse(b"&".join(fields))
        assert refused.value.details["reason"] == "The form has too many fields"


class TestMultipartFormParser:
    @pytest.mark.parametrize(("count", "more"), [(1001, ""), (101, '; filename="f"')], ids=["fields", "files"])
    def test_says_that_there_are_too_many(self, count: int, more: str) -> None:
        parts = [
            f'--B\r\nContent-Disposition: form-data; name="f{number}"{more}\r\n\r\nx\r\n'
            for number in range(count)
        ]
        request = HttpRequest()
        request.META["CONTENT_LENGTH"] = len(body := f"{''.join(parts)}--B--\r\n".encode())
        with pytest.raises(MalformedRequestError) as refused:
            MultipartFormParser().parse(
                BytesIO(body), "multipart/form-data; boundary=B", {"request": request, "encoding": "utf-8"}
            )
        assert refused.value.details["reason"] == "The form has too many fields"
