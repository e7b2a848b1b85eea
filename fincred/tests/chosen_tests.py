"""Which tests run, in what order, and what of them coverage follows: hooks of pytest, for every app's tests."""

from __future__ import annotations

import gc
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Generator
from importlib.util import find_spec
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.urls import get_resolver

from fincred.db.tests.pgbouncer import ThrowawayPgBouncer
from fincred.ops.tests import redis_server
from fincred.ops.tests.nginx import ThrowawayNginx

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

    So it follows no random examples, neither those of Hypothesis nor those of a `seed`, no tests of whole
    processes, and of a test that isn't `unit` and has many sets of parameters only the first ones.
    """
    sets: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        sets[test] += 1
        is_repeated = sets[test] > _COVERED_SETS and not item.get_closest_marker("unit")
        if is_repeated or _is_random(item) or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


_COVERED_SETS = 6

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
