"""`make bench`: the engine, then HTTP beside the peers, then how it grows.

ARGS="--quick" measures FinCred alone on a small database, in less than a minute. Where the database is:
BENCH_DATABASE_URL, else `fincred_bench` on 127.0.0.1:5432, else a throwaway server. It is made anew and dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks import report
from benchmarks.load import Measure, load, tool
from benchmarks.servers import FINCRED, OTHER_WAYS, PEERS, ROOT, Contender, Server, running
from fincred.db.tests.postgresql import ThrowawayServer, answers, find_binaries

if TYPE_CHECKING:
    from benchmarks.workloads import Workload

LOCAL = "postgres://postgres@127.0.0.1:5432/fincred_bench"
SIZES = (10, 100, 1000, 10_000)


def main() -> None:
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and database go, too
    if not asked.quick:
        subprocess.run([".ci/install", "requirements-bench.txt"], cwd=ROOT, check=True)
    with _database() as url:
        _start_django(url)
        if not asked.only or asked.only == "engine":
            from benchmarks import engine

            engine.measure(quick=asked.quick)
        if url is None:
            print("\nHTTP is not measured: no PostgreSQL answers, and none is installed.")
            return
        if not asked.only or asked.only == "http":
            _measure_http(url, asked)
        if asked.only == "growth" or not (asked.only or asked.quick):
            _measure_growth(url, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the engine and FinCred alone, under a minute")
    parser.add_argument("--only", choices=["engine", "http", "growth"], help="one part of it")
    parser.add_argument("--rounds", type=int, default=5, help="of each workload, contenders taking turns")
    parser.add_argument("--seconds", type=int, default=4, help="of load a round")
    parser.add_argument("--workload", default="", help="only those whose name has this in it")
    parser.add_argument("--beside", default="", help="only these peers, with commas between")
    return parser.parse_args()


@contextmanager
def _database() -> Iterator[str | None]:
    """Where to measure, None when there is no PostgreSQL."""
    url = os.environ.get("BENCH_DATABASE_URL") or LOCAL
    binaries = find_binaries()
    if answers(_maintenance(url)):
        yield url
    elif binaries:
        with ThrowawayServer(binaries, durable=True) as server:
            yield server.url.removesuffix("postgres") + "fincred_bench"
    else:
        yield None


def _maintenance(url: str) -> str:
    return urlsplit(url)._replace(path="/postgres").geturl()


def _start_django(url: str | None) -> None:
    """As in production, but for the rate limits: two hundred people are meant to ask too often here."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "fincred.settings",
        "DATABASE_URL": url or "",
        "RATE_LIMIT_ENABLED": "false",
        "ACCESS_TOKEN_MINUTES": "1440",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "DB_POOL_MIN": "1",
    }
    import django

    django.setup()
    import logging

    logging.disable(logging.INFO)


def _measure_http(url: str, asked: argparse.Namespace) -> None:
    from benchmarks import data, workloads

    people, check_ins = (50, 20) if asked.quick else (1000, 20)
    data.new_database(url, _maintenance(url))
    print(f"\nHTTP: {people} people, 5 goals each, {check_ins} check-ins a goal; load by {tool()}")
    callers = data.fill(people, check_ins)
    try:
        with running(_contenders(asked)) as servers:
            rounds, seconds = (1, 2) if asked.quick else (asked.rounds, asked.seconds)
            for workload in [*workloads.reads(callers), *workloads.writes(callers)]:
                if asked.workload in workload.name:
                    _compare(workload, servers, rounds, seconds)
            report.memory({name: server.memory for name, server in servers.items()})
    finally:
        data.drop_database(url, _maintenance(url))


def _contenders(asked: argparse.Namespace) -> list[Contender]:
    if asked.quick:
        return [FINCRED]
    chosen = [one for one in (*OTHER_WAYS, *PEERS) if not asked.beside or one.name in asked.beside.split(",")]
    return [FINCRED, *chosen]


def _compare(workload: Workload, servers: dict[str, Server], rounds: int, seconds: float) -> None:
    """A B A B: whatever else the machine does meets all of them alike."""
    taking_part = {
        name: server for name, server in servers.items() if name.startswith("fincred") or name in workload.beside
    }
    if workload.compared:
        _require_same_answers(workload, taking_part)
    measured: dict[str, list[Measure]] = {name: [] for name in taking_part}
    for server in taking_part.values():
        load(server.port, workload.calls, 1, workload.connections)
    for _ in range(rounds):
        for name, server in taking_part.items():
            measured[name].append(load(server.port, workload.calls, seconds, workload.connections))
    report.table(workload.name, measured)


def _require_same_answers(workload: Workload, servers: dict[str, Server]) -> None:
    for call in workload.calls[:: max(1, len(workload.calls) // 5)]:
        told = {name: _answer(server, call) for name, server in servers.items()}
        wrong = [name for name, answer in told.items() if answer != told["fincred"]]
        if wrong:
            shown = {name: told[name] for name in ("fincred", wrong[0])}
            sys.exit(f"{wrong} answer {call.path} differently:\n{json.dumps(shown, indent=1)[:4000]}")


def _answer(server: Server, call: Any) -> Any:
    status, body = server.ask(call.method, call.path, call.token, call.body)
    return status, json.loads(re.sub(rb"(\.[0-9]{3})[0-9]{3}Z", rb"\1Z", body))  # ninja tells milliseconds


def _measure_growth(url: str, asked: argparse.Namespace) -> None:
    """A database and a server for each size, which take turns as well."""
    from benchmarks import data, workloads

    urls = {size: f"{url}_{size}" for size in SIZES}
    loads: dict[str, dict[int, Workload]] = {}
    print(f"\nGrowth: FinCred by check-ins a goal, answers/s (times as many as with {SIZES[0]})")
    try:
        for size in SIZES:
            data.new_database(url, _maintenance(url))
            callers = data.fill(4, size)
            data.rename_database(url, urls[size], _maintenance(url))
            for workload in workloads.growth(callers, size):
                loads.setdefault(workload.name, {})[size] = workload
        contenders = {
            size: replace(FINCRED, name=str(size), variables={"DATABASE_URL": at}) for size, at in urls.items()
        }
        report.sizes(SIZES)
        with running(list(contenders.values())) as servers:
            for name, by_size in loads.items():
                measured: dict[int, list[Measure]] = {size: [] for size in SIZES}
                for turn in range(asked.rounds + 1):
                    for size, workload in by_size.items():
                        measure = load(servers[str(size)].port, workload.calls, 1)
                        if turn:  # the first warms up
                            measured[size].append(measure)
                report.grown(name, measured)
    finally:
        for at in (url, *urls.values()):
            data.drop_database(at, _maintenance(url))


if __name__ == "__main__":
    main()
