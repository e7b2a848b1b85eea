"""A database that takes no writes refuses a mail for every address, or it would tell who has an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import OutgoingMail
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db(transaction=True)]

AUTH = "/api/v0/auth"


@pytest.fixture
def people(db: None) -> None:
    UserFactory.create(email="verified@example.com")
    UserFactory.create(email="waiting@example.com", is_verified=False)
    UserFactory.create(email="disabled@example.com", is_active=False)


@contextmanager
def refused_writes() -> Iterator[None]:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = on" if is_sqlite else "SET default_transaction_read_only = on")
        try:
            yield
        finally:
            cursor.execute("PRAGMA query_only = off" if is_sqlite else "RESET default_transaction_read_only")


ASK = pytest.mark.parametrize("path", ["password/reset", "resend-verification"])
ADDRESS = pytest.mark.parametrize("name", ["verified", "waiting", "disabled", "nobody"])


@ASK
@ADDRESS
def test_every_address_is_refused(people: None, path: str, name: str) -> None:
    with refused_writes():
        answer = APIClient(raise_request_exception=False).post(f"{AUTH}/{path}", {"email": f"{name}@example.com"})
    assert (answer.status_code, answer.json()["error_code"]) == (503, "DATABASE_UNAVAILABLE")


@ASK
@pytest.mark.parametrize("name", ["disabled", "nobody"])
def test_no_mail_stays_of_who_gets_none(people: None, path: str, name: str) -> None:
    assert APIClient().post(f"{AUTH}/{path}", {"email": f"{name}@example.com"}).status_code == 200
    assert not OutgoingMail.objects.exists()
