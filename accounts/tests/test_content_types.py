from __future__ import annotations

import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("multipart/form-data", "boundary"),
        (f"multipart/form-data; boundary={'b' * 202}", "boundary"),
        (f"multipart/form-data; boundary={'b' * 230}", "Content-Type has more than 256 characters"),
        (f"application/json; profile={'p' * 231}", "Content-Type has more than 256 characters"),
    ],
    ids=range(4),
)
def test_a_content_type_that_can_not_be_read_is_told_so(api: APIClient, kind: str, told: str) -> None:
    answer = api.generic("POST", "/api/v0/auth/login", "{}", content_type=kind)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")
    assert told in answer.json()["details"]["reason"]
