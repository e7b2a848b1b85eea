"""Fixtures that every app's tests use: two people, their clients, a fixed noon."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from pytest_django.plugin import blocking_manager_key
from rest_framework.test import APIClient

from fincred import clock

if TYPE_CHECKING:
    from accounts.models import User


class QuickHasher(PBKDF2PasswordHasher):
    """The real algorithm with one round, so that a suite of logins takes seconds."""

    iterations = 1


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["conftest.QuickHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`postgresql` tests say why they are skipped; where PostgreSQL is required, nothing is skipped."""
    if connection.vendor == "postgresql":
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL to one")
    for item in items:
        if item.get_closest_marker("postgresql"):
            item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """After a test with real transactions SQLite's tables are emptied by DELETE: the audit trail lets it pass."""
    marker = item.get_closest_marker("django_db")
    if connection.vendor != "sqlite" or marker is None or not marker.kwargs.get("transaction"):
        return (yield)
    guard = import_module("accounts.migrations.0002_audit_trail_append_only")
    _execute(item, guard.REMOVE_SQLITE)
    try:
        return (yield)
    finally:
        _execute(item, guard.SQLITE)


def _execute(item: pytest.Item, statements: list[str]) -> None:
    with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def quiet_house(settings: object) -> None:
    """Mails of a test go to Django's memory box, and nobody is too fast."""
    settings.RATE_LIMIT_ENABLED = False  # type: ignore[attr-defined]  # those who test limits switch them on
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]


@pytest.fixture
def api() -> APIClient:
    """A client without credentials."""
    return APIClient()


@pytest.fixture
def saver(db: None) -> User:
    from accounts.tests.factories import UserFactory

    return UserFactory.create(email="saver@example.com")


@pytest.fixture
def stranger(db: None) -> User:
    from accounts.tests.factories import UserFactory

    return UserFactory.create(email="stranger@example.com")


def client_of(user: User) -> APIClient:
    """A client that carries a real access token of `user`."""
    from accounts.services import open_session

    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=user, now=clock.now()).access_token}")
    return client


@pytest.fixture
def as_saver(saver: User) -> APIClient:
    return client_of(saver)


@pytest.fixture
def as_stranger(stranger: User) -> APIClient:
    return client_of(stranger)


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Tuesday 10 March 2026, 12:00 UTC, for as long as the test runs."""
    moment = datetime(2026, 3, 10, 12, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        yield moment
