"""Fixtures that every app's tests use: people and staff, their clients, a fixed noon. And what is run where."""

from __future__ import annotations

import gc
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import get_resolver
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.plugin import blocking_manager_key
from redis import Redis
from rest_framework.test import APIClient

from fincred import clock
from fincred.context import Caller, set_caller
from fincred.db.tests.pgbouncer import ThrowawayPgBouncer
from fincred.db.tests.postgresql import find_binaries
from fincred.ops.probe import CachedProbe, Check, Condition
from fincred.ops.tests import redis_server
from fincred.ops.tests.nginx import ThrowawayNginx

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from accounts.models import User


# A busy machine is no failure; time is measured in benchmarks/. The profile of the gate has no deadline either.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Tests with these markers run programs that a machine may lack.
_PROGRAMS = {
    "kubernetes": ("kubectl", "kubernetes-validate"),
    "promtool": ("promtool",),
    "chromium": ("chromium",),
    "systemd": ("systemd-analyze",),
}

# A parallel run hands out whole files. It begins with these, so that no process ends long after the others: their
# tests start servers and wait for them. The longest is first.
LONGEST = (
    "fincred/tests/test_start.py",
    "fincred/ops/tests/test_work.py",
    "fincred/tests/test_fleet.py",
    "fincred/back_office/tests/test_browser_jobs.py",
    "fincred/back_office/tests/test_browser.py",
    "fincred/tests/test_faults.py",
    "fincred/ops/tests/test_gunicorn.py",
    "fincred/db/tests/test_replicas.py",
    "fincred/tests/test_migrations.py",
    "fincred/tests/test_journey.py",
    "fincred/ops/tests/test_gunicorn_stop.py",
    "fincred/db/tests/test_outages.py",
    "fincred/db/tests/test_pooler.py",
    "fincred/tests/test_upgrade.py",
    "fincred/ops/tests/test_ready_without_primary.py",
    "fincred/tests/test_full_disk.py",
)


class QuickHasher(PBKDF2PasswordHasher):
    """The real algorithm with one round, so that a suite of logins takes seconds."""

    iterations = 1


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["conftest.QuickHasher"]
    settings.RATE_LIMIT_ENABLED = False  # tests of limits switch them on
    # Else each client of a test looks through all static files. Servers that tests start do so, once.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: looking for garbage in it would take a sixth of the time.

    The routes import what answers here, where it is traced, and not in the set-up of the first test that asks.
    """
    gc.disable()
    try:
        get_resolver().url_patterns  # noqa: B018
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Processes of a parallel run have to agree on names: no compressed bytes and no new UUIDs in them."""
    changing = isinstance(val, bytes) or (
        isinstance(val, str) and re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-", val)
    )
    return argname if changing else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drills run when they are named; what lacks its server is skipped and says so."""
    if "drill" not in config.option.markexpr:
        drills = [item for item in items if item.get_closest_marker("drill")]
        config.hook.pytest_deselected(items=drills)
        items[:] = [item for item in items if item not in drills]
    _leave_repetitions_uncovered(items)
    if _is_worker(config):
        items.sort(key=_turn)
    if connection.vendor != "postgresql":
        _skip(items, "postgresql", "needs PostgreSQL: set DATABASE_URL to one")
    if not redis_server.answers():
        _skip(items, "redis", f"needs Redis, which doesn't answer at {redis_server.SERVER} (TEST_REDIS_URL)")
    for marker, programs in _PROGRAMS.items():
        if not all(map(shutil.which, programs)):
            _skip(items, marker, f"needs {' and '.join(programs)}, to run it")
    if find_spec("celery") is None:
        _skip(items, "celery", "needs requirements-celery.txt, which isn't installed by default")
    if not ThrowawayPgBouncer.installed:
        _skip(items, "pgbouncer", "needs PgBouncer's binary; nothing but the tests of poolers does")
    if not ThrowawayNginx.installed:
        _skip(items, "nginx", "needs nginx, before a server of its own")


def _turn(item: pytest.Item) -> tuple[int, bool]:
    """When a parallel run hands it out: the least first."""
    file = item.nodeid.partition("::")[0]
    place = LONGEST.index(file) if file in LONGEST else len(LONGEST)
    return place, not any(map(item.get_closest_marker, ("slow", "once")))


def _leave_repetitions_uncovered(items: list[pytest.Item]) -> None:
    """Coverage makes a test up to 2.5 times as slow, and is of examples that somebody chose.

    So it follows no random examples, neither those of Hypothesis nor those of a `seed`, and no tests of whole
    processes.
    """
    for item in items:
        if _is_random(item) or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


_tracer = pytest.StashKey[Any]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What is done around a test, its set-up too, isn't traced where coverage is measured."""
    if not item.config.pluginmanager.hasplugin("_cov"):
        return (yield)
    item.stash[_tracer] = tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        # After a test that isn't covered pytest-cov has begun another one, and this one is spent.
        if sys.gettrace() is None:
            sys.settrace(tracer)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test is, if it is covered; for another one pytest-cov pauses one tracer of the two of a parallel run."""
    if _tracer not in item.stash:
        return (yield)
    before = sys.gettrace()
    sys.settrace(None if item.get_closest_marker("no_cover") else item.stash[_tracer])
    try:
        return (yield)
    finally:
        sys.settrace(before)


def _is_random(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    seeded = hasattr(item, "callspec") and "seed" in item.callspec.params
    return seeded or hypothesis.is_hypothesis_test(item.obj)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _skip(items: list[pytest.Item], marker: str, reason: str) -> None:
    for item in items:
        if item.get_closest_marker(marker):
            item.add_marker(pytest.mark.skip(reason=reason))


_OPTIONAL = frozenset({"pgbouncer", "nginx", "mount", "history", "celery", "axe", *_PROGRAMS})


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is required, a skipped test fails, except where a machine may lack what it needs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("REQUIRE_PG") != "1" or _is_worker(session.config) or not reporter:
        return
    skipped = [report for report in reporter.stats.get("skipped", ()) if _OPTIONAL.isdisjoint(report.keywords)]
    if skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(
            f"\nREQUIRE_PG=1, but {len(skipped)} tests were skipped (the reasons are below).", red=True
        )


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
