"""A PostgreSQL that hangs: no wait of a connection is longer than its deadline."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg_pool import ConnectionPool

from fincred.db.postgresql.patience import patience
from fincred.db.postgresql.pipeline import Connection
from fincred.db.tests.postgresql import ThrowawayServer

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.postgresql, pytest.mark.slow]

# In seconds, instead of twelve.
QUICK = 0.15


@pytest.fixture(scope="module")
def server(postgresql_binaries: Path) -> Iterator[ThrowawayServer]:
    with ThrowawayServer(postgresql_binaries) as server:
        yield server


@contextmanager
def hung(link: Connection, *, deadline: float = QUICK) -> Iterator[None]:
    """The server process behind this connection does nothing for as long as the block runs."""
    process = link.info.backend_pid
    link.deadline = deadline
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


WAITS: dict[str, Callable[[Connection], Any]] = {
    "pipeline": lambda link: link.run([("SELECT 1", ())]),
    "cursor": lambda link: link.execute("SELECT 1"),
    "much to send": lambda link: link.run([("SELECT length(%s)", ["x" * 30_000_000])]),
    "COMMIT": Connection.commit,
    "ROLLBACK": Connection.rollback,
}


class TestDeadline:
    @pytest.mark.parametrize("wait", WAITS)
    def test_ends_a_wait_and_closes_the_connection(self, server: ThrowawayServer, wait: str) -> None:
        with Connection.connect(server.url) as link:
            link.execute("SELECT 1")  # begins the transaction that COMMIT and ROLLBACK end
            with hung(link), pytest.raises(psycopg.OperationalError, match=r"no answer for 0\.15 seconds"):
                WAITS[wait](link)
            assert link.closed

    def test_is_shorter_where_the_caller_has_less_patience(self, server: ThrowawayServer) -> None:
        with Connection.connect(server.url) as link:
            with (
                hung(link, deadline=60),
                patience(60),
                patience(QUICK),
                pytest.raises(psycopg.OperationalError, match=r"no answer for 0\.1\d? seconds"),
            ):
                link.execute("SELECT 1")
            assert link.closed

    def test_is_over_at_once_when_patience_is(self, server: ThrowawayServer) -> None:
        with (
            Connection.connect(server.url) as link,
            hung(link, deadline=60),
            patience(0),
            pytest.raises(psycopg.OperationalError, match="No time was left to wait for PostgreSQL's answer"),
        ):
            link.execute("SELECT 1")

    def test_is_not_longer_for_a_caller_with_much_patience(self, server: ThrowawayServer) -> None:
        with (
            Connection.connect(server.url) as link,
            hung(link),
            patience(60),
            pytest.raises(psycopg.OperationalError, match=r"no answer for 0\.15 seconds"),
        ):
            link.execute("SELECT 1")

    def test_is_what_the_network_may_be_silent_for(self, server: ThrowawayServer) -> None:
        with Connection.connect(server.url, tcp_user_timeout=10_000) as link:
            assert link.deadline == 10

    def test_leaves_a_slow_answer_alone(self, server: ThrowawayServer) -> None:
        with Connection.connect(server.url, tcp_user_timeout=10_000, autocommit=True) as link:
            assert link.run([("SELECT 1 FROM pg_sleep(0.2)", ())]) == [([(1,)], 1)]

    def test_exchanges_the_other_connections_of_the_pool(self, server: ThrowawayServer) -> None:
        with ConnectionPool(server.url, connection_class=Connection, open=False, min_size=2) as pool:
            pool.wait()
            idle, link = pool.getconn(), pool.getconn()
            before = {idle.info.backend_pid, link.info.backend_pid}
            pool.putconn(idle)
            with hung(link), pytest.raises(psycopg.OperationalError):
                link.execute("SELECT 1")
            pool.putconn(link)
            assert idle.closed
            assert {pool.getconn().info.backend_pid for _ in range(2)}.isdisjoint(before)

    def test_is_above_the_time_after_which_postgresql_itself_ends_a_statement(self) -> None:
        options = settings.DATABASES["default"]["OPTIONS"]
        assert "-c statement_timeout=10s" in options["options"]
        assert options["tcp_user_timeout"] == 12_000


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="needs Linux, whose kernel has this timeout")
class TestNetwork:
    def test_that_is_gone_is_noticed_by_the_kernel(self, server: ThrowawayServer) -> None:
        options = settings.DATABASES["default"]["OPTIONS"]
        waits = {name: value for name, value in options.items() if name.startswith(("tcp", "keepalives"))}
        with (
            Connection.connect(server.url, **waits) as link,
            socket.socket(fileno=os.dup(link.fileno())) as plug,
        ):
            set_to = [
                plug.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
            ]
        assert set_to == [12_000, 30, 10]
