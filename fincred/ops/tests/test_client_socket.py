"""Every wait for a client ends: at its deadline, or where others need the thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

import pytest

from fincred.ops.gunicorn_worker import client_socket
from fincred.ops.gunicorn_worker.client_socket import ClientSocket, Deadlines
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.unit, pytest.mark.platform]

SOON = 0.1
FAR = 60.0


def limits(**seconds: float) -> Deadlines:
    far = {"head_seconds": FAR, "body_seconds": FAR, "body_bytes_per_second": 1e6, "send_seconds": FAR}
    return Deadlines(**far | seconds)


Connect = Callable[..., tuple[ClientSocket, socket.socket]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes our end of a connection, and the client's."""
    opened: list[socket.socket] = []

    def connected(
        deadlines: Deadlines,
        waiting: dict[ClientSocket, float] | None = None,
        lacking: Callable[[], int] = lambda: 0,
    ) -> tuple[ClientSocket, socket.socket]:
        accepted, client = socket.socketpair()
        ours = ClientSocket(accepted, deadlines, {} if waiting is None else waiting, lacking, lambda: False)
        opened.extend((ours, client))
        return ours, client

    yield connected
    for each in opened:
        each.close()


@contextmanager
def sending(client: socket.socket, every: float) -> Iterator[None]:
    """A client that sends a byte now and then."""
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(every):
            client.send(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def read_on(ours: ClientSocket) -> None:
    while True:
        ours.recv(100)


class TestReading:
    def test_takes_what_is_there(self, connect: Connect) -> None:
        ours, client = connect(limits())
        client.sendall(b"GET /")
        assert ours.recv(100) == b"GET /"

    def test_waits_for_what_comes(self, connect: Connect) -> None:
        ours, client = connect(limits())
        with sending(client, every=0.05):
            assert ours.recv(100) == b"x"

    def test_tells_when_the_client_has_hung_up(self, connect: Connect) -> None:
        ours, client = connect(limits())
        client.close()
        assert ours.recv(100) == b""

    def test_a_head_that_does_not_come_ends_the_wait(self, connect: Connect) -> None:
        ours, _ = connect(limits(head_seconds=SOON))
        with pytest.raises(ConnectionResetError):
            ours.recv(100)
        assert ours.gave_up

    def test_a_head_that_trickles_ends_it_as_well(self, connect: Connect) -> None:
        ours, client = connect(limits(head_seconds=SOON))
        with sending(client, every=0.01), pytest.raises(ConnectionResetError):
            read_on(ours)

    def test_the_next_request_has_its_own_time(self, connect: Connect) -> None:
        ours, client = connect(limits(head_seconds=SOON))
        time.sleep(SOON)
        ours.expect_head()
        client.sendall(b"GET /")
        assert ours.recv(100) == b"GET /"

    def test_a_body_has_more_time_the_more_has_come(self, connect: Connect) -> None:
        ours, client = connect(limits(head_seconds=SOON, body_bytes_per_second=1))
        ours.expect_body()
        with sending(client, every=0.05):
            assert b"".join(ours.recv(1) for _ in range(4)) == b"xxxx"

    def test_a_body_below_the_rate_ends_the_wait(self, connect: Connect) -> None:
        ours, client = connect(limits(head_seconds=SOON, body_bytes_per_second=1000))
        ours.expect_body()
        with sending(client, every=0.02), pytest.raises(ConnectionResetError):
            read_on(ours)

    def test_a_body_has_so_much_time_in_all(self, connect: Connect) -> None:
        ours, client = connect(limits(body_seconds=SOON, body_bytes_per_second=0.001))
        ours.expect_body()
        with sending(client, every=0.01), pytest.raises(ConnectionResetError):
            read_on(ours)

    def test_a_rest_that_nobody_wants_is_read_but_not_waited_for(self, connect: Connect) -> None:
        ours, client = connect(limits())
        client.sendall(b"rest")
        ours.expect_rest(0)
        assert ours.recv(100) == b"rest"
        with pytest.raises(ConnectionResetError):
            ours.recv(100)
        assert not ours.gave_up

    def test_unless_it_may_come_soon(self, connect: Connect) -> None:
        ours, client = connect(limits())
        ours.expect_rest(FAR)
        with sending(client, every=0.05):
            assert ours.recv(100) == b"x"

    def test_what_has_arrived_is_seen_without_reading_it(self, connect: Connect) -> None:
        ours, client = connect(limits())
        assert not ours.has_arrived()
        client.sendall(b"GET /")
        assert ours.has_arrived()
        assert ours.recv(100) == b"GET /"


LARGE = b"x" * 4_000_000


def received(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


class TestSending:
    def test_all_of_it_arrives(self, connect: Connect) -> None:
        ours, client = connect(limits(send_seconds=10 * SOON))
        with ThreadPoolExecutor() as pool:
            got = pool.submit(received, client)
            ours.sendall(LARGE)
            ours.shutdown(socket.SHUT_WR)
            assert got.result() == LARGE

    def test_a_client_that_does_not_read_ends_the_wait(self, connect: Connect) -> None:
        ours, _ = connect(limits(send_seconds=SOON))
        with pytest.raises(ConnectionResetError):
            ours.sendall(LARGE)
        assert ours.gave_up

    def test_also_one_that_took_much_before(self, connect: Connect) -> None:
        ours, client = connect(limits(send_seconds=5 * SOON))
        with ThreadPoolExecutor() as pool:
            sent = pool.submit(ours.sendall, LARGE)
            for _ in range(100):
                client.recv(30_000, socket.MSG_WAITALL)
            assert isinstance(sent.exception(timeout=10), ConnectionResetError)

    def test_also_one_that_was_refused(self, connect: Connect) -> None:
        ours, _ = connect(limits(send_seconds=SOON))
        ours.expect_rest(0)
        with pytest.raises(ConnectionResetError):
            ours.sendall(LARGE)
        assert ours.gave_up

    def test_a_file_is_sent_from_where_it_is_asked_for(self, connect: Connect) -> None:
        ours, client = connect(limits())
        with TemporaryFile() as file:
            file.write(b"0123456789")
            assert ours.sendfile(file, 2, 3) == 3
            assert ours.sendfile(file, 8) == 2
        assert client.recv(100) == b"23489"

    def test_gunicorn_can_make_it_wait_neither_for_ever_nor_not_at_all(self, connect: Connect) -> None:
        ours, client = connect(limits(head_seconds=SOON))
        ours.setblocking(True)
        ours.settimeout(None)
        with pytest.raises(ConnectionResetError):
            ours.recv(100)
        ours.setblocking(False)
        ours.expect_head()
        with sending(client, every=0.05):
            assert ours.recv(100) == b"x"


@pytest.fixture
def waiting() -> dict[ClientSocket, float]:
    return {}


class TestGivingWay:
    """When requests have no thread, those that have waited longest for their clients leave theirs."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(client_socket, "PATIENCE", 0.02)
        monkeypatch.setattr(client_socket, "STEP", 10)

    def wait_for(
        self, ours: ClientSocket, waiting: dict[ClientSocket, float], pool: ThreadPoolExecutor
    ) -> Future[Any]:
        """Starts to wait for a client, after those that wait already."""
        future = pool.submit(ours.recv, 100)
        wait_until(lambda: ours in waiting)
        return future

    def test_as_many_as_lack_one(self, connect: Connect, waiting: dict[ClientSocket, float]) -> None:
        futures: list[Future[Any]] = []
        pairs = [
            connect(limits(), waiting, lambda: 2 - sum(future.done() for future in futures)) for _ in range(3)
        ]
        with ThreadPoolExecutor() as pool:
            for ours, _ in pairs:
                futures.append(self.wait_for(ours, waiting, pool))
            wait_until(lambda: futures[0].done() and futures[1].done())
            time.sleep(0.1)
            pairs[2][1].sendall(b"GET /")
            assert futures[2].result() == b"GET /"
        assert isinstance(futures[0].exception(), ConnectionResetError)
        assert isinstance(futures[1].exception(), ConnectionResetError)

    def test_but_none_where_none_lacks_one(self, connect: Connect, waiting: dict[ClientSocket, float]) -> None:
        ours, client = connect(limits(), waiting, lambda: 0)
        with ThreadPoolExecutor() as pool:
            future = self.wait_for(ours, waiting, pool)
            time.sleep(0.1)
            client.sendall(b"GET /")
            assert future.result() == b"GET /"
        assert waiting == {}


class TestAnswering:
    def test_sends_the_head_with_what_follows_it(self, connect: Connect) -> None:
        ours, client = connect(limits())
        client.setblocking(False)
        with ours.answering():
            ours.sendall(b"head ")
            with pytest.raises(BlockingIOError):
                client.recv(100)
            ours.sendall(b"body")
            assert client.recv(100) == b"head body"
            ours.sendall(b" more")
            assert client.recv(100) == b" more"
        ours.sendall(b"the next")
        assert client.recv(100) == b"the next"

    def test_sends_a_head_without_a_body_at_the_end(self, connect: Connect) -> None:
        ours, client = connect(limits())
        with ours.answering():
            ours.sendall(b"head")
        assert client.recv(100) == b"head"

    def test_sends_what_invites_a_body_at_once(self, connect: Connect) -> None:
        ours, client = connect(limits())
        with ours.answering():
            ours.send_at_once(b"continue ")
            ours.sendall(b"head ")
            ours.sendall(b"body")
            assert client.recv(100) == b"continue head body"

    def test_sends_no_head_of_an_answer_that_fails_before_its_body(self, connect: Connect) -> None:
        ours, client = connect(limits())

        def fail() -> None:
            with ours.answering():
                ours.sendall(b"head")
                raise ValueError("no body")

        with pytest.raises(ValueError, match="no body"):
            fail()
        ours.sendall(b"refused")
        assert client.recv(100) == b"refused"
