from __future__ import annotations

from io import BytesIO

import pytest

from accounts.parsers import URLEncodedParser
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

    @pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff", b"&".join([b"a=1"] * 200)])
    def test_refuses_what_is_no_form_in_utf8(self, body: bytes) -> None:
        with pytest.raises(MalformedRequestError):
            parse(body)
