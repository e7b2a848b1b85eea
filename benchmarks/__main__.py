"""`make bench`: the engine, HTTP beside the peers, its growth, the back office, and what a sign-in's time tells.

ARGS="--only partitions", of tables with 5 000 000 rows, takes long and 10 GB, and is part of no other run.
ARGS="--quick" measures FinCred alone on a small database, in less than a minute. ARGS="--against PATH" measures it
beside another checkout of it, such as the last release. Where the database is: BENCH_DATABASE_URL, else
`fincred_bench` on 127.0.0.1:5432, else a throwaway server. It is made again and dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks import report
from benchmarks.delay import delayed
from benchmarks.load import Measure, load, tool
from benchmarks.servers import FINCRED, OTHER_WAYS, PEERS, ROOT, Contender, Server, running
from fincred.db.tests.postgresql import ThrowawayServer, answers, find_binaries

if TYPE_CHECKING:
    from benchmarks.data import Caller
    from benchmarks.workloads import Workload

BEFORE = "before"
# What another checkout runs with its own code.
FILL = """
import json, sys
import django
django.setup()
from benchmarks import data
url, maintenance, people, check_ins = sys.argv[1:]
data.new_database(url, maintenance)
callers = data.fill(int(people), int(check_ins))
print(json.dumps([[caller.email, caller.token, [str(each) for each in caller.goal_ids]] for caller in callers]))
"""
LOCAL = "postgres://postgres@127.0.0.1:5432/fincred_bench"
SIZES = (10, 100, 1000, 10_000)
PARTS = ("engine", "worst", "http", "growth", "back-office", "sign-in", "partitions")


def main() -> None:
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and database go, too
    if not (options.quick or options.against or options.only in ("engine", "worst", "back-office", "partitions")):
        subprocess.run([".ci/install", "requirements-bench.txt"], cwd=ROOT, check=True)
    with _database() as url:
        _start_django(url)
        if not options.only or options.only == "engine":
            from benchmarks import engine

            engine.measure(quick=options.quick)
        if url is None:
            print("\nHTTP is not measured: no PostgreSQL answers, and none is installed.")
            return
        if options.only == "worst" or not (options.only or options.quick):
            _measure_worst(url, options)
        if not options.only or options.only == "http":
            _measure_http(url, options)
        if options.only == "growth" or not (options.only or options.quick):
            _measure_growth(url, options)
        if options.only == "back-office" or not (options.only or options.quick):
            _measure_back_office(url, options)
        if options.only == "sign-in" or not (options.only or options.quick):
            _measure_sign_in(url, options)
        if options.only == "partitions":
            _measure_partitions(url, options)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the engine and FinCred alone, under a minute")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument("--rounds", type=int, default=5, help="of each workload, contenders taking turns")
    parser.add_argument("--seconds", type=int, default=4, help="of load a round")
    parser.add_argument("--tries", type=int, default=200, help="of each sign-in")
    parser.add_argument("--people", type=int, default=50_000, help="of the partitions, each with 100 rows")
    parser.add_argument("--search", type=float, help="seconds of search for each of the costliest requests")
    parser.add_argument("--seed", type=int, default=1, help="of that search")
    parser.add_argument("--keep", action="store_true", help="what it finds, in benchmarks/worst/kept.json")
    parser.add_argument("--workload", default="", help="only those whose name has this in it")
    parser.add_argument("--beside", default="", help="only these peers, with commas between")
    parser.add_argument("--against", type=Path, help="another checkout, in place of the peers")
    parser.add_argument("--delay-ms", type=float, default=0, help="on each round trip to the database")
    parser.add_argument("--threads", type=int, default=1, help="a worker of FinCred, here and in another checkout")
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
    """As in production, but for the rate limits: the load exceeds them on purpose."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "fincred.settings",
        "DATABASE_URL": url or "",
        "RATE_LIMIT_ENABLED": "false",
        "ACCESS_TOKEN_MINUTES": "1440",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "DB_POOL_MIN": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # For all alike, so that no checkout makes its own.
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET_KEY": secrets.token_urlsafe(48),
    }
    import django

    django.setup()
    import logging

    logging.disable(logging.INFO)


def _measure_worst(url: str, options: argparse.Namespace) -> None:
    from benchmarks import data
    from benchmarks.worst.measure import measure

    data.new_database(url, _maintenance(url))
    try:
        seconds = options.search if options.search is not None else 0 if options.quick else 20
        measure(seconds=seconds, seed=options.seed, keep=options.keep, quick=options.quick)
    finally:
        data.drop_database(url, _maintenance(url))


def _measure_http(url: str, options: argparse.Namespace) -> None:
    from benchmarks import data

    people, check_ins = (50, 20) if options.quick else (1000, 20)
    data.new_database(url, _maintenance(url))
    print(f"\nHTTP: {people} people, 5 goals each, {check_ins} check-ins a goal; load by {tool()}")
    loads = {FINCRED.name: _workloads(data.fill(people, check_ins), options)}
    before = f"{url}_before"
    try:
        if options.against:
            loads[BEFORE] = _workloads(_fill_elsewhere(options.against, before, people, check_ins), options)
        with delayed(url, options.delay_ms) as at, running(_contenders(options, at(url), at(before))) as servers:
            rounds, seconds = (1, 1) if options.quick else (options.rounds, options.seconds)
            for name, workload in loads[FINCRED.name].items():
                taking_part = {
                    each: (server, loads[BEFORE][name] if each == BEFORE else workload)
                    for each, server in servers.items()
                    if each == BEFORE or each.startswith(FINCRED.name) or each in workload.beside
                }
                _compare(name, taking_part, rounds, seconds)
            report.memory({name: server.memory for name, server in servers.items()})
    finally:
        for each in (url, before):
            data.drop_database(each, _maintenance(url))


def _workloads(callers: list[Caller], options: argparse.Namespace) -> dict[str, Workload]:
    from benchmarks import workloads

    every = [*workloads.reads(callers), *workloads.writes(callers)]
    return {workload.name: workload for workload in every if options.workload in workload.name}


def _fill_elsewhere(checkout: Path, url: str, people: int, check_ins: int) -> list[Caller]:
    """The same people in a database of another checkout's making."""
    from benchmarks.data import Caller

    command = [sys.executable, "-c", FILL, url, _maintenance(url), str(people), str(check_ins)]
    environment = os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    filled = subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [Caller(email, token, tuple(ids)) for email, token, ids in json.loads(filled.stdout.splitlines()[-1])]


def _contenders(options: argparse.Namespace, url: str, before: str) -> list[Contender]:
    here = replace(FINCRED, command=(*FINCRED.command, "--threads", str(options.threads)))  # the last one holds
    there = [replace(here, name=BEFORE, variables={"DATABASE_URL": before}, folder=options.against)]
    beside = there if options.against else () if options.quick else (*OTHER_WAYS, *PEERS)
    wanted = [one for one in beside if not options.beside or one.name in options.beside.split(",")]
    return [replace(one, variables={"DATABASE_URL": url} | one.variables) for one in (here, *wanted)]


def _compare(name: str, taking_part: dict[str, tuple[Server, Workload]], rounds: int, seconds: float) -> None:
    """In turns (A B A B), so that other load on the machine slows all of them alike."""
    if all(workload.compared for _, workload in taking_part.values()):
        same = {each: server for each, (server, _) in taking_part.items() if each != BEFORE}
        _require_same_answers(taking_part[FINCRED.name][1], same)
    measured: dict[str, list[Measure]] = {each: [] for each in taking_part}
    sent = dict.fromkeys(taking_part, 0)
    for turn in range(rounds + 1):
        for each, (server, workload) in taking_part.items():
            # Each round goes on where the last one ended: a write from the beginning again would change nothing.
            place = sent[each] % len(workload.calls)
            calls = [*workload.calls[place:], *workload.calls[:place]]
            measure = load(server.port, calls, seconds if turn else 1, workload.connections)
            sent[each] += measure.answers
            if turn:  # the first warms up
                measured[each].append(measure)
    report.table(name, measured)


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


def _measure_growth(url: str, options: argparse.Namespace) -> None:
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
                for turn in range(options.rounds + 1):
                    for size, workload in by_size.items():
                        measure = load(servers[str(size)].port, workload.calls, 1)
                        if turn:  # the first warms up
                            measured[size].append(measure)
                report.grown(name, measured)
    finally:
        for at in (url, *urls.values()):
            data.drop_database(at, _maintenance(url))


def _measure_back_office(url: str, options: argparse.Namespace) -> None:
    """A database and a server for few people, and for many, which take turns."""
    from benchmarks import back_office, data

    urls = {people: f"{url}_{people}" for people in (back_office.FEW, back_office.MANY)}
    cookies: dict[int, str] = {}
    print(f"\nThe back office: ms with {' and '.join(f'{people:,}' for people in urls)} people, and the ratio")
    try:
        for people, at in urls.items():
            data.new_database(url, _maintenance(url))
            cookies[people] = back_office.fill(people)
            data.rename_database(url, at, _maintenance(url))
        contenders = [
            replace(FINCRED, name=str(people), variables={"DATABASE_URL": at}) for people, at in urls.items()
        ]
        with running(contenders) as servers:
            ports = {people: servers[str(people)].port for people in urls}
            back_office.measure(ports, cookies, options.rounds)
    finally:
        for at in (url, *urls.values()):
            data.drop_database(at, _maintenance(url))


def _measure_sign_in(url: str, options: argparse.Namespace) -> None:
    from benchmarks import data, sign_in

    data.new_database(url, _maintenance(url))
    contender = replace(FINCRED, variables={"DATABASE_URL": url, "EMAIL_URL": "smtp://mail.invalid"})
    try:
        sign_in.fill(options.tries)
        with running([contender]) as servers:
            sign_in.measure(servers[FINCRED.name].port, options.tries, options.workload)
    finally:
        data.drop_database(url, _maintenance(url))


def _measure_partitions(url: str, options: argparse.Namespace) -> None:
    from benchmarks import data, partitions

    data.new_database(url, _maintenance(url))
    try:
        partitions.measure(url, options.people)
    finally:
        data.drop_database(url, _maintenance(url))


if __name__ == "__main__":
    main()
