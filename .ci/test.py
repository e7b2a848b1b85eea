"""`make test`: the whole suite on SQLite, then on PostgreSQL where there is one; says what it could not run.

Tests marked `unit` know no database, so one run of them is enough.
PostgreSQL is TEST_DATABASE_URL, else one on 127.0.0.1:5432 that lets user postgres in without a password, else a
throwaway one from installed binaries. With REQUIRE_PG=1 having none is a failure. Arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fincred.db.tests.postgresql import ThrowawayServer, answers, find_binaries  # noqa: E402

NOTHING_SELECTED = 5
LOCAL = "postgres://postgres@127.0.0.1:5432/fincred"


@contextmanager
def postgresql() -> Iterator[tuple[str | None, str]]:
    """A URL, or None, and in words where it is or why there is none."""
    binaries = find_binaries()
    if asked := os.environ.get("TEST_DATABASE_URL"):
        up = answers(_maintenance(asked))
        yield asked if up else None, "TEST_DATABASE_URL" if up else "TEST_DATABASE_URL doesn't answer"
    elif answers(_maintenance(LOCAL)):
        yield LOCAL, "127.0.0.1:5432"
    elif binaries is None:
        yield None, "none answers at 127.0.0.1:5432 and none is installed (or set TEST_DATABASE_URL)"
    else:
        with ThrowawayServer(binaries) as server:
            yield server.url.removesuffix("postgres") + "fincred", f"a throwaway one from {binaries}"


def _maintenance(url: str) -> str:
    """The same server's `postgres` database: the one named need not exist, tests make their own."""
    return urlsplit(url)._replace(path="/postgres").geturl()


def run(title: str, database_url: str, *options: str) -> str:
    """Run pytest, and say in a word how it went."""
    print(f"\n==> Tests on {title}", flush=True)
    # An empty variable counts as absent, and keeps a developer's .env from having its say.
    environment = os.environ | {"DATABASE_URL": database_url, "ENV": "development"}
    command = [sys.executable, "-m", "pytest", *options, *sys.argv[1:]]
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status == NOTHING_SELECTED and options:
        return "nothing selected"
    return "FAILED" if status else "passed"


def main() -> int:
    results = {"SQLite": run("SQLite", "")}
    with postgresql() as (url, words):
        if url:
            results["PostgreSQL"] = run(f"PostgreSQL ({words})", url, "-m", "not unit")
        else:
            results["PostgreSQL"] = f"{'FAILED' if os.environ.get('REQUIRE_PG') == '1' else 'NOT RUN'}: {words}"
    print("\n==> Summary")
    for engine, result in results.items():
        print(f"{engine:<11} {result}")
    return int(any(result.startswith("FAILED") for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
