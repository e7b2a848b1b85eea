from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("multipart/form-data", "boundary"),
        (f"multipart/form-data; boundary={'b' * 202}", "boundary"),
        (f"multipart/form-data; boundary={'b' * 230}", "Content-Type has more than 256 characters"),
        (f"application/json; profile={'p' * 231}", "Content-Type has more than 256 characters"),
        ("multipart/form-data; boundary=other", "boundary"),
    ],
    ids=range(5),
)
def test_a_content_type_that_can_not_be_read_is_told_so(api: APIClient, kind: str, told: str) -> None:
    answer = api.generic("POST", "/api/v0/auth/login", "{}", content_type=kind)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")
    assert told in answer.json()["details"]["reason"]


_PART = '--Bound\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


@pytest.mark.parametrize(
    ("kind", "field", "end"),
    [
        ("Application/X-WWW-Form-Urlencoded", "{}={}&", ""),
        ("Multipart/Form-Data; boundary=Bound", _PART, "--Bound--\r\n"),
    ],
    ids=["urlencoded", "multipart"],
)
def test_the_type_of_a_form_may_have_capitals(
    api: APIClient, saver: User, kind: str, field: str, end: str
) -> None:
    form = field.format("username", saver.email) + field.format("password", "correct horse battery") + end
    assert api.generic("POST", "/api/v0/auth/login", form, content_type=kind).status_code == 200


def test_a_form_that_is_cut_off_is_told_so(api: APIClient, saver: User) -> None:
    """Also where it is cut off within a value, which would be a wrong password."""
    form = _PART.format("username", saver.email) + _PART.format("password", "correct horse battery") + "--Bound--"
    for cut in (len("ery\r\n--Bound--"), len("Bound--"), 1):
        answer = api.generic(
            "POST", "/api/v0/auth/login", form[:-cut], content_type="multipart/form-data; boundary=Bound"
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")
        assert "boundary" in answer.json()["details"]["reason"]


@pytest.mark.parametrize("within", ["\r\n--Bound\r\n", "\r\n--Bound--\r\n", "--Bound", "\r\n--Bound\r\n\r\n"])
def test_a_value_with_the_boundary_in_it_is_told_so(api: APIClient, saver: User, within: str) -> None:
    """It would be cut off there: with a password that is right so far, a sign-in."""
    form = _PART.format("username", saver.email) + _PART.format("password", f"correct horse battery{within}!")
    answer = api.generic(
        "POST", "/api/v0/auth/login", f"{form}--Bound--\r\n", content_type="multipart/form-data; boundary=Bound"
    )
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")
    assert "boundary" in answer.json()["details"]["reason"]


def test_a_form_may_have_a_file_and_text_around_it(api: APIClient, saver: User) -> None:
    file = '--Bound\r\ncontent-disposition: form-data; name="a"; filename="f"\r\n\r\n\r\n'
    form = _PART.format("username", saver.email) + _PART.format("password", "correct horse battery") + file
    answer = api.generic(
        "POST",
        "/api/v0/auth/login",
        f"before\r\n{form}--Bound--\r\nafter",
        content_type="multipart/form-data; boundary=Bound",
    )
    assert answer.status_code == 200


def test_a_long_type_that_is_not_taken_is_a_415(api: APIClient) -> None:
    answer = api.generic("POST", "/api/v0/auth/login", "{}", content_type="x" * 300)
    assert (answer.status_code, answer.json()["error_code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
