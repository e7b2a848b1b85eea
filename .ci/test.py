"""`make test`: every test on SQLite, then on PostgreSQL where there is one. Says what it could not run.

Each database has one run of pytest, with a process for each core and one more, since tests often wait for servers
that they have stopped (JOBS=1: one process). Tests marked `unit` or `once` run on SQLite alone; drills run with
`-m drill` only. Arguments go to pytest.

All processes begin with a copy of one migrated database.

PostgreSQL is TEST_DATABASE_URL, else a throwaway server from installed binaries, else one at 127.0.0.1:5432 that
lets user postgres in without a password. Redis is TEST_REDIS_URL, else a throwaway server, else 127.0.0.1:6379.
With REQUIRE_PG=1 the absence of either is a failure, and so is every skipped test. With COVERAGE=1 coverage is
measured, on SQLite alone: it makes a run half as long again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fincred.db.tests import postgresql  # noqa: E402
from fincred.ops.tests import redis_server  # noqa: E402

REQUIRED = os.environ.get("REQUIRE_PG") == "1"
COVERAGE = ("--cov", "--cov-report=") if os.environ.get("COVERAGE") == "1" else ()
JOBS = os.environ.get("JOBS") or str(min(8, os.cpu_count() or 1) + 1)
# Files whole, so that their tests share servers.
PARALLEL = ("--dist", "loadfile", "--no-loadscope-reorder")
NOTHING_SELECTED = 5
# An empty variable counts as absent and overrides a developer's .env. Compiled files are kept in any
# environment: tests start hundreds of processes, and each would compile everything anew.
ENVIRONMENT = os.environ | {"ENV": "development", "PYTHONDONTWRITEBYTECODE": ""}
LOCAL_POSTGRESQL = "postgres://postgres@127.0.0.1:5432/fincred"


def find_postgresql(servers: ExitStack) -> tuple[str | None, str]:
    """A URL, or None, and in words where it is or why there is none."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        up = postgresql.answers(_maintenance(given))
        return (given, "TEST_DATABASE_URL") if up else (None, "TEST_DATABASE_URL doesn't answer")
    if binaries := postgresql.find_binaries():
        server = servers.enter_context(postgresql.ThrowawayServer(binaries))
        return server.url.removesuffix("postgres") + "fincred", f"a throwaway server from {binaries}"
    if postgresql.answers(_maintenance(LOCAL_POSTGRESQL)):
        return LOCAL_POSTGRESQL, "127.0.0.1:5432"
    return None, "it isn't installed, and none answers at 127.0.0.1:5432 (or set TEST_DATABASE_URL)"


def _maintenance(url: str) -> str:
    """The same server's `postgres` database: tests create the one that is named."""
    return urlsplit(url)._replace(path="/postgres").geturl()


def find_redis(servers: ExitStack) -> tuple[str | None, str]:
    """A URL, or None, and in words where it is or why there is none."""
    if given := os.environ.get("TEST_REDIS_URL"):
        up = redis_server.answers(given)
        return (given, "TEST_REDIS_URL") if up else (None, "TEST_REDIS_URL doesn't answer")
    if redis_server.ThrowawayRedis.installed:
        return servers.enter_context(redis_server.ThrowawayRedis()).url, "a throwaway server"
    if redis_server.answers():
        return redis_server.SERVER, "127.0.0.1:6379"
    return None, "redis-server isn't installed, and none answers at 127.0.0.1:6379 (or set TEST_REDIS_URL)"


def migrate(servers: ExitStack, database: str | None) -> dict[str, str]:
    """Migrate an SQLite file and a PostgreSQL database at the same time, and say in variables where they are."""
    file = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="fincred-migrated-"))) / "db.sqlite3"
    urls = [f"sqlite:///{file}"]
    variables = {"TEST_MIGRATED_FILE": str(file)}
    if database:
        name = f"test_{urlsplit(database).path[1:]}_migrated"
        execute(database, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        servers.callback(execute, database, f'DROP DATABASE "{name}" WITH (FORCE)')
        urls.append(urlsplit(database)._replace(path=f"/{name}").geturl())
        variables["TEST_MIGRATED_DATABASE"] = name
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    started = [subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT | {"DATABASE_URL": url}) for url in urls]
    statuses = [process.wait() for process in started]
    if any(statuses):
        sys.exit("The migrations failed, for the reason above.")
    return variables


def execute(database: str, *statements: str) -> None:
    with psycopg.connect(_maintenance(database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def run(database: str, selection: str, arguments: list[str], **variables: str) -> str:
    """Run pytest, and say in words how it went."""
    print(f"\n==> Tests on {database}, {JOBS} at a time", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", JOBS, *PARALLEL, *arguments, "-m", selection]
    began = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT | variables, check=False)
    passed = {0: "passed", NOTHING_SELECTED: "nothing selected"}.get(status.returncode, "FAILED")
    return f"{passed} after {time.monotonic() - began:.0f} seconds"


def main() -> int | str:
    parser = ArgumentParser(add_help=False)
    parser.add_argument("-m", dest="markers", default="not drill")
    options, arguments = parser.parse_known_args()
    results = {}
    with ExitStack() as servers:
        database, database_words = find_postgresql(servers)
        redis, redis_words = find_redis(servers)
        if not database:
            results["PostgreSQL"] = f"NOT RUN: {database_words}"
        if not redis:
            results["Redis"] = f"NOT RUN: {redis_words}"
        if results and REQUIRED:
            report(results)
            return "With REQUIRE_PG=1 the tests need both PostgreSQL and Redis."
        variables = migrate(servers, database)
        if redis:
            variables["TEST_REDIS_URL"] = redis
        elsewhere = " and not postgresql" if database else ""
        selection = f"({options.markers}){elsewhere}"
        measured = [*COVERAGE, *arguments]
        results["SQLite"] = run("SQLite", selection, measured, DATABASE_URL="", **variables)
        if database:
            title = f"PostgreSQL ({database_words})"
            selection = f"({options.markers}) and not unit and not once"
            results["PostgreSQL"] = run(title, selection, arguments, DATABASE_URL=database, **variables)
    report(results)
    return int(any(result.startswith("FAILED") for result in results.values()))


def report(results: dict[str, str]) -> None:
    print("\n==> Summary")
    for name, result in results.items():
        print(f"{name:<11} {result}")


if __name__ == "__main__":
    sys.exit(main())
