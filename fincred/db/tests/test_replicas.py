"""A primary and its replica, both real, and FinCred reading from one or the other.

The replica is made to stand still while the primary goes on, so what an answer shows tells where it was read.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from fincred.db.tests.postgresql import ThrowawayReplica, ThrowawayServer
from fincred.ops.tests.redis_server import REDIS
from fincred.tests.live import LiveServer, manage, migrated_server, wait_until
from tracking.demo import DEMO_PASSWORD
from tracking.invented_people import DOMAIN

pytestmark = [pytest.mark.integration, pytest.mark.platform]
needs_postgresql = pytest.mark.postgresql

PROMISED_SECONDS = 10
PEOPLE = 30

_numbers = count(1)


class Site(LiveServer):
    """FinCred with a primary and a replica, and people who have written nothing over the API yet."""

    def __init__(
        self, primary: ThrowawayServer, replica: ThrowawayServer, folder: Path, workers: int, redis: str = REDIS
    ) -> None:
        super().__init__(
            folder, primary.url, "--workers", str(workers), DATABASE_REPLICA_URL=replica.url, REDIS_URL=redis,
            RATE_LIMIT_ENABLED="false", LOG_LEVEL="WARNING",
        )  # fmt: skip
        self.primary, self.replica = primary, replica


def counted(site: Site) -> dict[str, float]:
    """What `/metrics` says of reads that may come from the replica, by outcome."""
    lines = site.get("/metrics").text.splitlines()
    found = [re.fullmatch(r'fincred_replica_reads_total\{outcome="(\w+)"\} (\S+)', line) for line in lines]
    return {each[1]: float(each[2]) for each in found if each}


class Person:
    """A person with a token and a goal that is called "before" everywhere."""

    def __init__(self, site: Site) -> None:
        self.site = site
        credentials = {"email": f"{next(_numbers):08}@{DOMAIN}", "password": DEMO_PASSWORD}
        status, answer = self.ask("POST", "/auth/login", credentials)
        assert status == 200, answer
        self.token = answer["access_token"]
        self.id = answer["user"]["id"]
        self.goal_id = self.ask("GET", "/goals")[1][0]["id"]
        self.is_renamed("before")
        wait_until(lambda: self.stored_name(site.replica) == "before")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        with closing(self.site.connect()) as connection:
            connection.request(method, f"/api/v0{path}", json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def sees(self) -> str:
        """The goal's name, over the API."""
        status, goal = self.ask("GET", f"/goals/{self.goal_id}")
        assert status == 200, goal
        return str(goal["name"])

    def renames(self, name: str) -> None:
        status, goal = self.ask("PATCH", f"/goals/{self.goal_id}", {"name": name})
        assert status == 200, goal

    def is_renamed(self, name: str) -> None:
        """By another writer, past the API."""
        with psycopg.connect(self.site.primary.url) as connection:
            connection.execute("UPDATE goals_goal SET name = %s WHERE id = %s", [name, self.goal_id])

    def ends_all_sessions_by_sql(self) -> list[str]:
        """Their ids."""
        ended = (
            "UPDATE accounts_session SET ended_at = now(), end_reason = 'support' WHERE user_id = %s RETURNING id"
        )
        with psycopg.connect(self.site.primary.url) as connection:
            return [str(row[0]) for row in connection.execute(ended, [self.id])]

    def stored_name(self, server: ThrowawayServer) -> str:
        with psycopg.connect(server.url) as connection:
            row = connection.execute("SELECT name FROM goals_goal WHERE id = %s", [self.goal_id]).fetchone()
        assert row
        return str(row[0])


@contextmanager
def standing_still(replica: ThrowawayReplica) -> Iterator[None]:
    replica.pause()
    try:
        yield
    finally:
        replica.resume()


@pytest.fixture(scope="module")
def primary(postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
    with migrated_server(postgresql_binaries) as server:
        manage(server.url, "seed_demo", "--users", str(PEOPLE))
        yield server


@pytest.fixture(scope="module")
def replica(primary: ThrowawayServer) -> Iterator[ThrowawayReplica]:
    with ThrowawayReplica(primary) as server:
        yield server


@pytest.fixture(scope="module")
def site(
    primary: ThrowawayServer, replica: ThrowawayReplica, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with Site(primary, replica, tmp_path_factory.mktemp("site"), workers=2) as site:
        yield site


@pytest.fixture
def person(site: Site) -> Person:
    return Person(site)


@pytest.mark.slow
@pytest.mark.redis
@needs_postgresql
class TestReads:
    def test_of_somebody_who_wrote_nothing_come_from_the_replica(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        with standing_still(replica):
            person.is_renamed("after")
            wait_until(lambda: person.sees() == "before")

    def test_show_what_the_person_wrote_and_come_from_the_replica_again_when_that_has_it(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        with standing_still(replica):
            person.renames("written")
            assert {person.sees() for _ in range(20)} == {"written"}
            assert person.stored_name(replica) == "before"
        person.is_renamed("written, then more")
        wait_until(lambda: person.stored_name(replica) == "written, then more")
        with standing_still(replica):
            person.is_renamed("after")
            wait_until(lambda: person.sees() == "written, then more")

    @pytest.mark.parametrize(
        "path", ["/users/me", "/users/me/profile", "/users/me/export", "/planning/suggestions"]
    )
    def test_are_answered_before_the_session_is_marked_and_after(self, person: Person, path: str) -> None:
        """These check the session alone, before they read anything else."""
        with Redis.from_url(REDIS) as redis:
            redis.delete(*redis.keys("fincred:session:*"))
        assert [person.ask("GET", path)[0] for _ in range(2)] == [200, 200]

    def test_of_others_stay_where_they_are_when_somebody_writes(
        self, site: Site, person: Person, replica: ThrowawayReplica
    ) -> None:
        writer = Person(site)
        with standing_still(replica):
            writer.renames("written")
            person.is_renamed("after")
            wait_until(lambda: person.sees() == "before")

    def test_of_an_ended_session_are_refused_at_once(self, person: Person, replica: ThrowawayReplica) -> None:
        with standing_still(replica):
            assert person.sees() == "before"
            assert person.ask("POST", "/auth/logout-all")[0] == 200
            assert [person.ask("GET", "/goals")[0] for _ in range(5)] == [401] * 5

    def test_of_a_session_that_ends_meanwhile_are_refused_from_then_on(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        ended, answers = threading.Event(), set[tuple[bool, int]]()

        def read_again_and_again() -> None:
            for _ in range(1000):
                began_after = ended.is_set()
                status, _ = person.ask("GET", "/goals")
                answers.add((began_after, status))
                if began_after:
                    return

        with standing_still(replica):
            readers = [threading.Thread(target=read_again_and_again) for _ in range(4)]
            for reader in readers:
                reader.start()
            wait_until(lambda: (False, 200) in answers)
            assert person.ask("POST", "/auth/logout")[0] == 200
            ended.set()
            for reader in readers:
                reader.join()
        assert answers - {(False, 401)} == {(False, 200), (True, 401)}

    def test_of_a_session_that_sql_ended_are_refused_when_its_mark_is_gone(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        with standing_still(replica), Redis.from_url(REDIS) as redis:
            assert person.sees() == "before"
            [session] = person.ends_all_sessions_by_sql()
            mark = f"fincred:session:{session}"
            assert 0 < redis.pttl(mark) <= PROMISED_SECONDS * 1000
            redis.delete(mark)
            status, answer = person.ask("GET", "/goals")
        assert (status, answer["error_code"]) == (401, "TOKEN_INVALID")

    def test_go_on_for_a_moment_without_the_primary(
        self, person: Person, primary: ThrowawayServer, replica: ThrowawayReplica
    ) -> None:
        assert person.sees() == "before"
        primary.stop()
        try:
            assert person.sees() == "before"
            with Redis.from_url(REDIS) as redis:
                redis.delete(*redis.keys("fincred:session:*"))
            assert person.ask("GET", "/goals")[0] == 503
        finally:
            primary.start()
        wait_until(lambda: person.ask("GET", "/goals")[0] == 200)
        person.is_renamed("back")
        wait_until(lambda: person.stored_name(replica) == "back")

    def test_move_fincred_replica_reads_total(self, site: Site, person: Person, replica: ThrowawayReplica) -> None:
        wait_until(lambda: person.sees() == "before" and counted(site)["used"] > 0)
        with standing_still(replica):
            before = counted(site)
            person.renames("written")
            person.sees()
            after = counted(site)
        assert after["behind"] == before["behind"] + 1
        assert after["used"] == before["used"]

    def test_move_fincred_replica_behind_bytes(
        self, site: Site, person: Person, replica: ThrowawayReplica
    ) -> None:
        def behind() -> float:
            [told] = re.findall(r"^fincred_replica_behind_bytes (\S+)$", site.get("/metrics").text, re.MULTILINE)
            return float(told)

        with standing_still(replica):
            person.renames("written")
            wait_until(lambda: behind() > 0)
        wait_until(lambda: behind() == 0)

    def test_that_belong_to_a_write_come_from_the_primary(self, person: Person, replica: ThrowawayReplica) -> None:
        with standing_still(replica):
            person.is_renamed("after")
            status, goal = person.ask("PATCH", f"/goals/{person.goal_id}", {"priority": "Low"})
        assert (status, goal["name"]) == (200, "after")


@pytest.mark.slow
@pytest.mark.redis
@needs_postgresql
class TestFailure:
    def test_of_the_replica_is_nobodys_and_it_is_read_again_when_it_is_back(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        replica.kill()
        try:
            person.is_renamed("meanwhile")
            began, before = time.monotonic(), counted(person.site)
            assert {person.sees() for _ in range(20)} == {"meanwhile"}
            assert counted(person.site)["away"] > before["away"]
            # A few waited a second for the replica; had all of them, it would be twenty.
            assert time.monotonic() - began < PROMISED_SECONDS
            person.renames("written meanwhile")
            assert person.sees() == "written meanwhile"
            assert person.site.get("/api/v0/health/ready").status == 200
        finally:
            replica.start()
        person.is_renamed("back")
        wait_until(lambda: person.stored_name(replica) == "back")
        with standing_still(replica):
            person.is_renamed("after")
            wait_until(lambda: person.sees() == "back")

    def test_to_answer_at_all_leaves_all_to_the_primary(self, person: Person, replica: ThrowawayReplica) -> None:
        with replica.frozen():
            person.is_renamed("meanwhile")
            assert {person.sees() for _ in range(5)} == {"meanwhile"}
        wait_until(lambda: person.stored_name(replica) == "meanwhile")
        with standing_still(replica):
            person.is_renamed("after")
            wait_until(lambda: person.sees() == "meanwhile")

    def test_in_the_midst_of_a_read_has_it_done_again_on_the_primary(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        primary, seen, ended = person.site.primary, set[str](), threading.Event()

        def read_again_and_again() -> None:
            while not ended.is_set():
                seen.add(person.sees())

        with psycopg.connect(primary.url) as lock, psycopg.connect(replica.url, autocommit=True) as watch:
            # A lock that the primary gave up, and the replica, which stands still, has not.
            lock.execute("LOCK TABLE goals_goal IN ACCESS EXCLUSIVE MODE")
            lock.execute("SELECT pg_switch_wal()")
            replayed = "SELECT true FROM pg_locks WHERE mode = 'AccessExclusiveLock'"
            wait_until(lambda: watch.execute(replayed).fetchone() == (True,))
            with standing_still(replica):
                lock.rollback()
                reading = threading.Thread(target=read_again_and_again)
                reading.start()
                try:
                    lose = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    wait_until(lambda: watch.execute(lose).fetchall() == [(True,)])
                finally:
                    ended.set()
                    reading.join()
        assert seen == {"before"}

    def test_of_a_replica_behind_a_migration_has_the_read_done_again_on_the_primary(
        self, person: Person, replica: ThrowawayReplica
    ) -> None:
        with psycopg.connect(person.site.primary.url, autocommit=True) as primary:
            primary.execute("ALTER TABLE goals_goal RENAME name TO nickname")
            with psycopg.connect(replica.url, autocommit=True) as watch:
                renamed = "SELECT true FROM pg_attribute WHERE attname = 'nickname'"
                wait_until(lambda: watch.execute(renamed).fetchone() == (True,))
            with standing_still(replica):
                primary.execute("ALTER TABLE goals_goal RENAME nickname TO name")
                before = person.site.log.read_text().count("Repeated on the primary")
                assert {person.sees() for _ in range(20)} == {"before"}
                # Not every one: a process that has met it leaves the replica alone for a while.
                assert person.site.log.read_text().count("Repeated on the primary") - before < 20

    def test_of_redis_leaves_all_to_the_primary(
        self, primary: ThrowawayServer, replica: ThrowawayReplica, tmp_path: Path
    ) -> None:
        with Site(primary, replica, tmp_path, workers=1, redis="redis://127.0.0.1:1/0") as site:
            person = Person(site)
            with standing_still(replica):
                person.is_renamed("after")
                assert {person.sees() for _ in range(5)} == {"after"}
                person.renames("written")
                assert person.sees() == "written"

    def test_to_follow_the_primary_leaves_all_to_that(self, primary: ThrowawayServer, tmp_path: Path) -> None:
        with ThrowawayReplica(primary) as promoted, Site(primary, promoted, tmp_path, workers=1) as site:
            person = Person(site)
            with psycopg.connect(promoted.url, autocommit=True) as connection:
                connection.execute("SELECT pg_promote()")
            person.is_renamed("after")
            assert person.stored_name(promoted) == "before"
            wait_until(lambda: person.sees() == "after")
            assert {person.sees() for _ in range(20)} == {"after"}
