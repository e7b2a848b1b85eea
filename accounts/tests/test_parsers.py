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

    def test_the_last_of_a_repeated_name_counts(self) -> None:
        assert parse(b"a=1&a=2") == {"a": "2"}

    @pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff", b"&".join([b"a=1"] * 200)])
    def test_refuses_what_is_no_form_in_utf8(self, body: bytes) -> None:
        with pytest.raises(MalformedRequestError):
            parse(body)
