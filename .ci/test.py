"""`make test`: every test on SQLite, and on PostgreSQL where there is one. Says what it could not run.

Each database has one run of pytest, with a process more than there are cores, up to four (JOBS=1: one process).
The two runs go side by side, since tests often wait for servers; what PostgreSQL's printed comes last.
Tests marked `unit` or `once` run on SQLite alone; drills run with `-m drill` only. Arguments go to pytest.

All processes begin with a copy of one migrated database.

PostgreSQL is TEST_DATABASE_URL, else a throwaway server from installed binaries, else one at 127.0.0.1:5432 that
lets user postgres in without a password. Redis is TEST_REDIS_URL, else a throwaway server, else 127.0.0.1:6379.
With REQUIRE_PG=1 the absence of either is a failure, and so is every skipped test. With COVERAGE=1 coverage is
measured, on SQLite alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fincred.db.tests import postgresql  # noqa: E402
from fincred.ops.tests import redis_server  # noqa: E402

REQUIRED = os.environ.get("REQUIRE_PG") == "1"
COVERAGE = ("--cov", "--cov-report=") if os.environ.get("COVERAGE") == "1" else ()
JOBS = os.environ.get("JOBS") or str(min(4, 1 + (os.cpu_count() or 1)))
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
    # Filled by the first test that needs a server of its own, and lent to whom PostgreSQL's servers run as.
    data = servers.enter_context(tempfile.TemporaryDirectory(prefix="fincred-migrated-"))
    urls = [f"sqlite:///{file}"]
    variables = {"TEST_MIGRATED_FILE": str(file), "TEST_MIGRATED_DATA": data}
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


@dataclass(frozen=True)
class Run:
    """What a run of pytest printed, unless it was shown at once, and in words how it went."""

    result: str
    printed: str


def run(selection: str, arguments: list[str], variables: dict[str, str], *, shown: bool) -> Run:
    command = [sys.executable, "-m", "pytest", "-n", JOBS, *PARALLEL, *arguments, "-m", selection]
    began = time.monotonic()
    output = None if shown else subprocess.PIPE
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=ENVIRONMENT | variables,
        check=False,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = {0: "passed", NOTHING_SELECTED: "nothing selected"}.get(ended.returncode, "FAILED")
    return Run(f"{passed} after {time.monotonic() - began:.0f} seconds", ended.stdout or "")


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
        on_sqlite = f"({options.markers}){elsewhere}"
        on_postgresql = f"({options.markers}) and not unit and not once"
        with ThreadPoolExecutor() as beside:
            if database:
                variables_there = variables | {"DATABASE_URL": database, "TEST_REDIS_FIRST": "12"}
                second = beside.submit(run, on_postgresql, arguments, variables_there, shown=False)
            print(f"\n==> Tests on SQLite, {JOBS} at a time", flush=True)
            variables |= {"DATABASE_URL": "", "TEST_REDIS_FIRST": "8"}
            results["SQLite"] = run(on_sqlite, [*COVERAGE, *arguments], variables, shown=True).result
            if database:
                title = f"Tests on PostgreSQL ({database_words}), {JOBS} at a time, begun beside those"
                print(f"\n==> {title}", flush=True)
                print(second.result().printed, flush=True)
                results["PostgreSQL"] = second.result().result
    report(results)
    return int(any(result.startswith("FAILED") for result in results.values()))


def report(results: dict[str, str]) -> None:
    print("\n==> Summary")
    for name, result in results.items():
        print(f"{name:<11} {result}")


if __name__ == "__main__":
    sys.exit(main())
