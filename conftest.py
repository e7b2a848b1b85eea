"""Fixtures that every app's tests use: people and staff, their clients, a fixed noon, the databases."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.plugin import blocking_manager_key
from redis import Redis
from rest_framework.test import APIClient

from fincred import clock
from fincred.context import Caller, set_caller
from fincred.db.tests.postgresql import find_binaries
from fincred.ops.probe import CachedProbe, Check, Condition
from fincred.ops.tests import redis_server

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from accounts.models import User

pytest_plugins = ("fincred.tests.chosen_tests",)


class QuickHasher(PBKDF2PasswordHasher):
    """The real algorithm with one round, so that a suite of logins takes seconds."""

    iterations = 1


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["conftest.QuickHasher"]
    settings.RATE_LIMIT_ENABLED = False  # tests of limits switch them on
    # Else each client of a test looks through all static files. Servers that tests start do so, once.
    settings.WHITENOISE_AUTOREFRESH = True
    # A script that runs the tests with "&" has SIGINT ignored; tests send it, also to servers that inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """After a test with real transactions SQLite's tables are emptied by DELETE: the audit trail lets it pass."""
    marker = item.get_closest_marker("django_db")
    used = marker is not None and marker.kwargs.get("transaction") and not item.get_closest_marker("skip")
    if connection.vendor != "sqlite" or not used:
        return (yield)
    trail = import_module("accounts.migrations.0002_audit_trail_append_only")
    looks = import_module("accounts.migrations.0014_fill_search_terms")
    _execute(item, [*trail.REMOVE_SQLITE, *looks.REMOVE_SQLITE])
    try:
        return (yield)
    finally:
        _execute(item, [*trail.SQLITE, *looks.SQLITE])


def _execute(item: pytest.Item, statements: list[str]) -> None:
    with item.config.stash[blocking_manager_key].unblock(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """What `.ci/test.py` has migrated is copied: every process of a parallel run would migrate anew."""
    if connection.vendor == "postgresql" and "TEST_MIGRATED_DATABASE" in os.environ:
        connection.settings_dict["TEST"]["TEMPLATE"] = os.environ["TEST_MIGRATED_DATABASE"]
    elif connection.vendor == "sqlite" and "TEST_MIGRATED_FILE" in os.environ:
        connection_created.connect(_copy_migrated_file)


def _copy_migrated_file(connection: BaseDatabaseWrapper, **_: object) -> None:
    """The first connection is the one that would be migrated."""
    connection_created.disconnect(_copy_migrated_file)
    with closing(sqlite3.connect(os.environ["TEST_MIGRATED_FILE"])) as migrated:
        migrated.backup(connection.connection)


@pytest.fixture(scope="class")
def kept_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of a class write after this is there for each of its tests, and rolled back after the last.

    A test's own writes are rolled back after it, as ever. Not for tests with real transactions.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True, scope="module")
def environment() -> Iterator[None]:
    """A file that leaves a variable behind fails itself, and not another one after it in the same process."""
    before = os.environ.copy()
    yield
    changed = {name for name, _ in before.items() ^ os.environ.items()} - {"PYTEST_CURRENT_TEST"}
    if changed:
        pytest.fail(f"left behind in os.environ: {changed}")


@pytest.fixture(autouse=True, scope="session")
def defaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Erasures go to a list of the run. No request looks whether the database was restored.

    That would be queries of no test's own.
    """
    fine = CachedProbe(lambda: Condition(Check.OK, Check.OK, Check.OK))
    fine.condition()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fincred.ops.restored.probe", fine)
        patch.setattr(settings, "ERASURE_LOG", tmp_path_factory.getbasetemp() / "erasures.log")
        yield


@pytest.fixture(autouse=True)
def nobody_calls() -> None:
    """What an earlier test has noted of its caller is forgotten."""
    set_caller(Caller())


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    """FinCred counts and caches in a real Redis, which is empty. Its tests are marked `redis`."""
    from fincred.redis_server import redis_server as own_redis_server

    settings.REDIS_URL = f"{redis_server.REDIS}?socket_timeout=30"  # on a busy machine a second is not enough
    own_redis_server.cache_clear()
    with Redis.from_url(redis_server.REDIS) as client:
        client.flushdb()
        yield client
    own_redis_server.cache_clear()


@pytest.fixture(scope="session")
def postgresql_binaries() -> Path:
    """For servers of a test's own; without them the test is skipped."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("needs PostgreSQL's binaries (initdb, postgres), to start servers of its own")
    return binaries


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


@pytest.fixture
def agent(db: None) -> User:
    """A member of staff who has the role of support."""
    from accounts.services import set_role
    from accounts.tests.factories import UserFactory
    from accounts.vocabulary import StaffRole

    agent = UserFactory.create(email="agent@example.com", full_name="Alex Agent")
    return set_role(user=agent, role=StaffRole.SUPPORT, now=clock.now())


@pytest.fixture
def support(agent: User) -> Client:
    """The agent's browser."""
    from accounts.back_office.tests.acting import signed_in

    return signed_in(agent)


@pytest.fixture
def boss(db: None) -> Client:
    """A superuser's browser."""
    from accounts.back_office.tests.acting import signed_in
    from accounts.models import User

    return signed_in(User.objects.create_superuser("boss@example.com"))


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
