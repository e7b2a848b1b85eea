"""PostgreSQL stopped and killed under writers, FinCred stopped under load: what clients see, and what is stored.

The server under test and its database are our own; nothing of it is imitated.
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fincred.db.tests.postgresql import ThrowawayServer
from fincred.tests.live import LiveServer, migrated_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql, pytest.mark.slow]

PROMISED_SECONDS = 5
WRITERS = 6


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of a writer; status 0 is a connection that was lost without an answer."""

    began: float
    ended: float
    status: int
    headers: Message = field(default_factory=Message)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_503(self) -> bool:
        return (
            self.status == 503
            and self.headers.get("Retry-After", "").isdecimal()
            and self.body.keys() == {"success", "error", "error_code", "details"}
            and self.body["error_code"] == "DATABASE_UNAVAILABLE"
        )


class Writer:
    """A person with a goal, who checks in again and again, each time with another text.

    A request that isn't answered with 201 is sent again, as a client would: the same text under the same key.
    """

    def __init__(self, server: LiveServer, name: str) -> None:
        self.server, self.name = server, name
        self.attempts: list[Attempt] = []
        self.acknowledged: list[str] = []
        self.token = self._sign_up()
        goal = {"type": "fire_starter", "name": "Trip", "target_amount": 999999999, "priority": "High"}
        created = self.post("/goals", goal | {"target_date": "2090-01-01"})
        assert created.status == 201, created
        self.goal_id = created.body["id"]

    def _sign_up(self) -> str:
        address = f"{self.name}@example.com"
        known = set(self._mails())
        assert self.post("/auth/register", {"email": address, "password": "correct horse battery"}).status == 201
        path = next(path for path in self._mails() if path not in known)
        text = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
        assert text
        mail = text.get_content()
        token = re.search(r"token=([\w-]+)", mail)
        assert token, mail
        verified = self.post("/auth/verify-email", {"token": token[1]})
        assert verified.status == 200, verified
        return str(verified.body["access_token"])

    def _mails(self) -> list[Path]:
        return list(self.server.mails.glob("*")) if self.server.mails.exists() else []

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Attempt:
        headers |= {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        began = time.monotonic()
        try:
            with closing(self.server.connect()) as connection:
                connection.request("POST", f"/api/v0{path}", json.dumps(body), headers)
                answer = connection.getresponse()
                content = json.loads(answer.read())
                return Attempt(began, time.monotonic(), answer.status, answer.headers, content)
        except (OSError, HTTPException):
            return Attempt(began, time.monotonic(), 0)

    def check_in(self, text: str) -> Attempt:
        body = {"current_amount": 1, "reflection": text}
        return self.post(f"/goals/{self.goal_id}/check-ins", body, **{"Idempotency-Key": text})

    def refused_since(self, moment: float) -> int:
        return sum(attempt.status != 201 for attempt in self.attempts if attempt.began > moment)

    def write_until(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            text = f"{self.name}-{len(self.acknowledged)}"
            attempt = self.check_in(text)
            self.attempts.append(attempt)
            if attempt.status == 201:
                self.acknowledged.append(text)
            else:
                time.sleep(0.1)


class Site(LiveServer):
    """FinCred on a PostgreSQL that the tests may end."""

    def __init__(self, postgresql: ThrowawayServer, folder: Path, *options: str, **variables: str) -> None:
        unhindered = {"RATE_LIMIT_ENABLED": "false", "LOG_LEVEL": "ERROR"}
        super().__init__(folder, postgresql.url, *options, **unhindered, **variables)
        self.postgresql = postgresql

    def stored(self) -> dict[str, int]:
        """How often each text is in the database."""
        with psycopg.connect(self.postgresql.url) as connection:
            rows = connection.execute("SELECT reflection, count(*) FROM tracking_checkin GROUP BY 1").fetchall()
        return dict(rows)


def wait_for_writes(writers: list[Writer], number: int) -> None:
    """Until each of them has written so many times more."""
    enough = [len(writer.acknowledged) + number for writer in writers]
    wait_until(
        lambda: all(len(writer.acknowledged) >= least for writer, least in zip(writers, enough, strict=True))
    )


@contextmanager
def writing(writers: list[Writer]) -> Iterator[None]:
    """All of them write for as long as the block lasts."""
    stopped = threading.Event()
    threads = [threading.Thread(target=writer.write_until, args=[stopped]) for writer in writers]
    for writer in writers:
        writer.attempts.clear()
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


@pytest.fixture(scope="module")
def postgresql(postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
    with migrated_server(postgresql_binaries, durable=True) as server:
        yield server


@pytest.fixture(scope="module")
def site(postgresql: ThrowawayServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(postgresql, tmp_path_factory.mktemp("site"), "--workers", "2") as site:
        yield site


@pytest.fixture(scope="module")
def writers(site: Site) -> list[Writer]:
    return [Writer(site, f"writer{number}") for number in range(WRITERS)]


STOP: Callable[[ThrowawayServer], None] = ThrowawayServer.stop
KILL: Callable[[ThrowawayServer], None] = ThrowawayServer.kill


class TestOutage:
    # Each takes as long as the pool waits, two seconds.
    @pytest.mark.parametrize("refusals", [4, pytest.param(40, marks=pytest.mark.drill)])
    @pytest.mark.parametrize("end", [STOP, KILL], ids=["stopped", "killed"])
    def test_is_a_503_within_five_seconds_and_over_five_seconds_after_the_database_is_back(
        self, site: Site, writers: list[Writer], end: Callable[[ThrowawayServer], None], refusals: int
    ) -> None:
        with writing(writers):
            wait_for_writes(writers, 3)
            end(site.postgresql)
            down = time.monotonic()
            wait_until(
                lambda: all(writer.refused_since(down) >= refusals for writer in writers), seconds=10 * refusals
            )
            back = time.monotonic()
            site.postgresql.start()
            started = time.monotonic()
            wait_for_writes(writers, 10)
        for writer in writers:
            assert {attempt.status for attempt in writer.attempts} <= {201, 503}
            meanwhile = [attempt for attempt in writer.attempts if down <= attempt.began and attempt.ended <= back]
            assert meanwhile
            assert all(attempt.is_503 for attempt in meanwhile)
            assert max(attempt.ended - attempt.began for attempt in writer.attempts) < PROMISED_SECONDS
            again = [
                attempt.ended for attempt in writer.attempts if attempt.status == 201 and attempt.began > back
            ]
            assert again
            assert min(again) < started + PROMISED_SECONDS
        assert site.process.poll() is None

    @pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.drill)])
    def test_loses_and_doubles_no_acknowledged_write_when_killed_again_and_again(
        self, site: Site, writers: list[Writer], kills: int
    ) -> None:
        with writing(writers):
            for _ in range(kills):
                wait_for_writes(writers, 5)
                site.postgresql.kill()
                site.postgresql.start()
            wait_for_writes(writers, 5)
        acknowledged = [text for writer in writers for text in writer.acknowledged]
        stored = site.stored()
        assert len(acknowledged) > 10 * WRITERS
        assert [text for text in acknowledged if text not in stored] == []
        assert {text: times for text, times in stored.items() if times != 1} == {}


class TestHang:
    def test_is_a_503_when_the_deadline_is_over_and_ends_with_it(
        self, postgresql: ThrowawayServer, tmp_path: Path
    ) -> None:
        # Two seconds instead of twelve.
        with Site(postgresql, tmp_path, DATABASE_URL=f"{postgresql.url}?tcp_user_timeout=2000") as site:
            writer = Writer(site, "patient")
            assert writer.check_in("before").status == 201
            with postgresql.frozen():
                hung = [writer.check_in(f"meanwhile-{number}") for number in range(2)]
                assert site.get("/api/v0/health/live").status == 200
                # The look of the first request is younger than ten seconds.
                wait_until(lambda: site.get("/api/v0/health/ready").status == 503)
            after = writer.check_in("after")
            assert all(attempt.is_503 for attempt in hung), hung
            assert after.status == 201, after

    def test_does_not_keep_probes_and_scrapes_waiting(self, postgresql: ThrowawayServer, tmp_path: Path) -> None:
        # A minute, twice as long as the client waits.
        url = f"{postgresql.url}?tcp_user_timeout=60000"
        with Site(postgresql, tmp_path, "--workers", "2", DATABASE_URL=url) as site:
            before = site.get("/metrics").text
            assert 'fincred_figures_read{figures="jobs"} 1.0' in before
            with postgresql.frozen():
                # The second asks with what the look of the first has found, the third anew.
                scrapes = [site.get("/metrics") for _ in range(3)]
                wait_until(lambda: site.get("/api/v0/health/ready").status == 503)
            assert [scrape.status for scrape in scrapes] == [200] * 3
            for scrape in scrapes:
                assert "fincred_http_requests_total" in scrape.text
                assert "fincred_job_failures" not in scrape.text
                for figures in ("jobs", "outbox", "server"):
                    assert f'fincred_figures_read{{figures="{figures}"}} 0.0' in scrape.text

    def test_of_the_process_behind_one_connection_ends_when_the_deadline_is_over(
        self, postgresql: ThrowawayServer, tmp_path: Path
    ) -> None:
        url = f"{postgresql.url}?tcp_user_timeout=2000&application_name=hung"
        with Site(
            postgresql, tmp_path, "--workers", "1", DATABASE_URL=url, DB_POOL_MIN="1", DB_POOL_MAX="1"
        ) as site:
            writer = Writer(site, "persistent")
            with psycopg.connect(postgresql.url) as watch:
                name = "SELECT pid FROM pg_stat_activity WHERE application_name = 'hung'"
                [[pid]] = watch.execute(name).fetchall()
            os.kill(pid, signal.SIGSTOP)
            try:
                assert writer.check_in("meanwhile").is_503
                assert writer.check_in("on-another-connection").status == 201
            finally:
                os.kill(pid, signal.SIGCONT)


class TestPool:
    def test_full_is_a_bounded_wait_and_then_a_503(self, postgresql: ThrowawayServer, tmp_path: Path) -> None:
        with Site(
            postgresql, tmp_path, "--workers", "1", DB_POOL_MIN="1", DB_POOL_MAX="2", DB_POOL_TIMEOUT="1"
        ) as site:
            blocked, other = [Writer(site, "blocked0"), Writer(site, "blocked1")], Writer(site, "other")
            with writing(blocked):
                with psycopg.connect(postgresql.url) as lock:
                    lock.execute("SELECT 1 FROM accounts_user WHERE email LIKE 'blocked%' FOR UPDATE")
                    self._await_waiting(postgresql, len(blocked))
                    refused = other.check_in("refused")
                served = other.check_in("served")
            assert refused.is_503, refused
            assert refused.ended - refused.began < PROMISED_SECONDS
            assert served.status == 201, served
            assert "refused" not in site.stored()

    @staticmethod
    def _await_waiting(postgresql: ThrowawayServer, number: int) -> None:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(postgresql.url, autocommit=True) as watch:
            for _ in range(1_000):
                if watch.execute(waiting).fetchone() == (number,):
                    return
                time.sleep(0.01)
        pytest.fail("the requests don't wait for the lock")


class TestStop:
    def test_under_load_answers_whatever_it_has_done(self, postgresql: ThrowawayServer, tmp_path: Path) -> None:
        with Site(postgresql, tmp_path, "--workers", "2") as site:
            writers = [Writer(site, f"leaver{number}") for number in range(WRITERS)]
            with writing(writers):
                wait_for_writes(writers, 5)
                assert site.stop() == 0
            done = {text for text in site.stored() if text.startswith("leaver")}
        assert done == {text for writer in writers for text in writer.acknowledged}
        assert len(done) > WRITERS
        assert {attempt.status for writer in writers for attempt in writer.attempts} <= {201, 0}
