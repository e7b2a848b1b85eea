"""FinCred as deploy/ has it, as processes: nginx, three nodes, a primary and a replica, Redis. And clients."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psycopg

from fincred.db.tests.postgresql import ThrowawayReplica
from fincred.ops.tests.nginx import ThrowawayNginx
from fincred.ops.tests.redis_server import ThrowawayRedis
from fincred.tests.live import LiveServer, manage, migrated_server, wait_until
from tracking.demo import DEMO_PASSWORD
from tracking.invented_people import DOMAIN

CLIENTS = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; status 0 is one without an answer. `kind` is GET, POST or keyed POST."""

    kind: str
    status: int
    seconds: float


class Node(LiveServer):
    """One gunicorn of two workers, which comes back to the same port."""

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        """What a power cut does to it: all of its processes at once."""
        parent = self.process.pid
        children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout
        for process in (parent, *map(int, children.split())):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()

    def reload(self) -> None:
        """SIGHUP, until the old workers are gone."""
        before = self.log.read_text()
        booted = before.count("Booting worker") - before.count("Worker exiting")
        gone = before.count("Worker exiting") + booted
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log.read_text().count("Worker exiting") >= gone, seconds=90)


@dataclass
class Client:
    """A person who reads, and every fourth time checks in, over a kept connection to nginx.

    Every other check-in has an Idempotency-Key, and is sent again until it is answered with 201. The others are
    sent once.
    """

    port: int
    number: int
    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    turn: int = 0

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        credentials = {"email": f"{self.number:08}@{DOMAIN}", "password": DEMO_PASSWORD}
        status, answer = self._ask("POST", "/auth/login", credentials)
        assert status == 200, answer
        self.token = answer["access_token"]
        goals = self._ask("GET", "/goals")[1]
        self.goal_id = next(goal["id"] for goal in goals if goal["status"] == "active")

    def _ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        headers |= {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            self.connection.request(method, f"/api/v0{path}", json.dumps(body) if body else None, headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, HTTPException):
            self.connection.close()
            return 0, {}

    def call_until(self, stopped: threading.Event, pause: float) -> None:
        with closing(self.connection):
            while not stopped.is_set():
                self.turn += 1
                began = time.monotonic()
                if self.turn % 4:
                    path = ("/dashboard", f"/goals/{self.goal_id}", "/goals")[self.turn % 3]
                    self._note("GET", self._ask("GET", path)[0], began)
                elif self.turn % 8:
                    self._check_in(f"{self.number}-{self.turn}", began)
                else:
                    self._check_in_surely(f"{self.number}-{self.turn}", began)
                stopped.wait(max(0, pause - (time.monotonic() - began)))

    def _check_in(self, text: str, began: float) -> None:
        status, _ = self._ask(
            "POST", f"/goals/{self.goal_id}/check-ins", {"current_amount": 1, "reflection": text}
        )
        self._note("POST", status, began)
        if status == 201:
            self.acknowledged.append(text)

    def _check_in_surely(self, text: str, began: float) -> None:
        body = {"current_amount": 1, "reflection": text}
        while True:
            status, _ = self._ask("POST", f"/goals/{self.goal_id}/check-ins", body, **{"Idempotency-Key": text})
            self._note("keyed POST", status, began)
            if status == 201:
                self.acknowledged.append(text)
                return
            time.sleep(0.2)
            began = time.monotonic()

    def _note(self, kind: str, status: int, began: float) -> None:
        self.attempts.append(Attempt(kind, status, time.monotonic() - began))


@dataclass
class Report:
    """What all clients saw."""

    attempts: list[Attempt]

    @property
    def failures(self) -> Counter[tuple[str, int]]:
        return Counter((each.kind, each.status) for each in self.attempts if each.status not in (200, 201))

    def __str__(self) -> str:
        seconds = sorted(each.seconds for each in self.attempts)
        posts = sum(each.kind != "GET" for each in self.attempts)
        p99 = seconds[int(len(seconds) * 0.99)]
        return (
            f"{len(seconds)} requests, {posts} POSTs, failed {dict(self.failures) or 'none'}, "
            f"p50 {seconds[len(seconds) // 2]:.3f} s, p99 {p99:.2f} s, slowest {seconds[-1]:.2f} s"
        )


class Fleet:
    """`with Fleet(binaries, folder) as fleet, fleet.load() as report: ...`"""

    def __init__(self, binaries: Path, folder: Path, **variables: str) -> None:
        self.binaries, self.folder, self.variables = binaries, folder, variables

    def __enter__(self) -> Fleet:
        with ExitStack() as stack:
            self.primary = stack.enter_context(migrated_server(self.binaries, durable=True))
            manage(self.primary.url, "seed_demo", "--users", str(CLIENTS))
            self.replica = stack.enter_context(ThrowawayReplica(self.primary))
            self.redis = stack.enter_context(ThrowawayRedis())
            self.nodes = [self._node(stack, number) for number in range(3)]
            self.nginx = stack.enter_context(ThrowawayNginx(*(node.port for node in self.nodes)))
            self.clients = [Client(self.nginx.port, number) for number in range(1, CLIENTS + 1)]
            self.stack = stack.pop_all()
        return self

    def _node(self, stack: ExitStack, number: int) -> Node:
        folder = self.folder / str(number)
        folder.mkdir()
        variables = {
            "DATABASE_REPLICA_URL": self.replica.url,
            "REDIS_URL": f"{self.redis.url}/0",
            "RATE_LIMIT_ENABLED": "false",
            "TRUSTED_PROXIES": "127.0.0.1",
            "LOG_LEVEL": "ERROR",
        }
        return stack.enter_context(Node(folder, self.primary.url, "--workers", "2", **variables | self.variables))

    def __exit__(self, *error: object) -> None:
        for node in self.nodes:  # without waiting for each to drain
            node.process.send_signal(signal.SIGINT)
            node.process.wait()
        self.stack.close()

    @contextmanager
    def load(self, *, pause: float = CLIENTS / 50) -> Iterator[Report]:
        """All clients call for as long as the block lasts: 50 requests a second, where the machine bears it."""
        stopped, report = threading.Event(), Report([])
        for client in self.clients:
            client.attempts.clear()
            client.acknowledged.clear()
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            connection.execute("UPDATE tracking_checkin SET reflection = NULL")
        threads = [threading.Thread(target=client.call_until, args=[stopped, pause]) for client in self.clients]
        for thread in threads:
            thread.start()
        try:
            self.wait_for_calls(10)
            yield report
            self.wait_for_calls(20)
        finally:
            stopped.set()
            for thread in threads:
                thread.join()
        report.attempts = [attempt for client in self.clients for attempt in client.attempts]

    def wait_for_calls(self, number: int) -> None:
        """Until each client has had so many more answers that are as they should be."""

        def good() -> list[int]:
            return [sum(each.status in (200, 201) for each in client.attempts) for client in self.clients]

        before = good()
        wait_until(lambda: all(now >= then + number for now, then in zip(good(), before, strict=True)), seconds=90)

    def stored(self) -> dict[str, int]:
        """How often each check-in of the load is in the database."""
        with psycopg.connect(self.primary.url) as connection:
            rows = connection.execute(
                "SELECT reflection, count(*) FROM tracking_checkin WHERE reflection IS NOT NULL GROUP BY 1"
            ).fetchall()
        return dict(rows)


def again_and_again(times: int, fleet: Fleet, act: Callable[[int], None]) -> None:
    """With some answers for each client in between."""
    for number in range(times):
        act(number)
        fleet.wait_for_calls(5)
