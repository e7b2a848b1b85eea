"""What never reaches Django is refused like everything else, and no client waits for another one's connection."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from pathlib import Path
from socket import create_connection, socket

import pytest

from fincred.ops.gunicorn_worker.refusals import answer
from fincred.tests.live import LiveServer, live_server, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.slow]

SECRET = "secret-in-a-query"
LINE = f"GET /api/v0/health?token={SECRET} HTTP/1.1\r\n"
JSON = "Host: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = f"POST /api/v0/auth/login HTTP/1.1\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("worker")) as running:
        yield running


def send(server: LiveServer, request: str) -> tuple[HTTPResponse, bytes]:
    """The answer to these bytes, and its body."""
    with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(request.encode("latin-1"))
        response = HTTPResponse(wire)
        response.begin()
        return response, response.read()


def refusal(server: LiveServer, request: str) -> tuple[int, str]:
    """The status and code that these bytes are answered with; fails unless it is our envelope with our headers."""
    response, body = send(server, request)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Connection"] == "close"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Request-ID"]
    envelope = json.loads(body)
    assert envelope.keys() == {"success", "error", "error_code", "details"}
    assert SECRET not in body.decode()
    return response.status, envelope["error_code"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_text", "expected"),
        [
            (f"GET /{'x' * 9_000}?token={SECRET} HTTP/1.1\r\n\r\n", (414, "REQUEST_TOO_LARGE")),
            (f"{LINE}X-Long: {'x' * 20_000}\r\n\r\n", (431, "REQUEST_TOO_LARGE")),
            (LINE + "".join(f"X-{number}: a\r\n" for number in range(200)) + "\r\n", (431, "REQUEST_TOO_LARGE")),
            (f"GET /{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"GET /{SECRET} HTTP/9.9\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"G{{}}T /{SECRET} HTTP/1.1\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}no colon {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}bad name: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}X-Nul: \x00{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Content-Length: -1\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Content-Length: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Transfer-Encoding: {SECRET}\r\n\r\n", (415, "UNSUPPORTED_MEDIA_TYPE")),
            (f"{LINE}Expect: {SECRET}\r\n\r\n", (417, "MALFORMED_REQUEST")),
            (f"{CHUNKED}{SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}X-Other: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
            (f"{LINE}Host: a.example\r\nHost: {SECRET}\r\n\r\n", (400, "MALFORMED_REQUEST")),
        ],
        ids=range(16),
    )
    def test_are_in_the_envelope_and_quote_nothing(
        self, server: LiveServer, request_text: str, expected: tuple[int, str]
    ) -> None:
        assert refusal(server, request_text) == expected
        assert SECRET not in server.log.read_text()

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ("Transfer-Encoding: zstd", 415),
            ("Transfer-Encoding: gzip, chunked", 415),
            ("Expect: miracles", 417),
            ("no colon", 400),
            ("bad name: x", 400),
            ("Content-Length: -1", 400),
            ("Host: another.example", 400),
            ("".join(f"X-{number}: a\r\n" for number in range(200)) + "X-Last: a", 431),
        ],
        ids=range(8),
    )
    def test_of_a_head_that_was_read_carry_its_request_id(
        self, server: LiveServer, fault: str, status: int
    ) -> None:
        for lines in (f"{fault}\r\nX-Request-ID: of-kim.1", f"x-request-id:of-kim.1\t\r\n{fault}"):
            response, _ = send(server, f"{LINE}Host: localhost\r\n{lines}\r\n\r\n")
            assert (response.status, response.headers["X-Request-ID"]) == (status, "of-kim.1")
        assert "request_id=of-kim.1" in server.log.read_text().splitlines()[-1]

    def test_of_a_missing_host_carry_it_too(self, server: LiveServer) -> None:
        assert send(server, f"{LINE}X-Request-ID: of-kim.1\r\n\r\n")[0].headers["X-Request-ID"] == "of-kim.1"

    @pytest.mark.parametrize(
        "lines", ["X-Request-ID: a b", "X-Request-ID:", "X-Request-ID: a\r\nX-Request-ID: b", "X-Request-ID : a"]
    )
    def test_carry_none_that_is_not_valid(self, server: LiveServer, lines: str) -> None:
        response, _ = send(server, f"{LINE}Expect: miracles\r\n{lines}\r\n\r\n")
        assert len(response.headers["X-Request-ID"]) == 36

    def test_names_the_host_that_is_missing(self, server: LiveServer) -> None:
        with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            wire.sendall(f"{LINE}\r\n".encode())
            assert b"HTTP/1.1 needs a Host header" in wire.recv(65_536)

    @pytest.mark.parametrize(
        "rest",
        [
            " HTTP/1.1\r\n",
            " HTTP/1.1\r\nHost: localhost\r\nNo Name: 1\r\n",
            " HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n",
            f"?{'x' * 9000} HTTP/1.1\r\nHost: localhost\r\n",
            "\r\nHost: localhost\r\n",
        ],
        ids=["no host", "no name", "what is expected", "too long", "no version"],
    )
    def test_of_a_head_have_no_body(self, server: LiveServer, rest: str) -> None:
        with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            wire.sendall(f"HEAD /api/v0/health/live{rest}\r\n".encode())
            with wire.makefile("rb") as answered:
                head, _, body = answered.read().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 4")
        assert not body

    def test_name_the_key_that_stands_twice(self, server: LiveServer) -> None:
        """Joined they would be one that a repeat, with the second made anew, doesn't have."""
        with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            wire.sendall(f"{LINE}Host: localhost\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n\r\n".encode())
            assert b"Send one Idempotency-Key" in wire.recv(65_536)

    def test_are_not_of_older_clients_without_a_host(self, server: LiveServer) -> None:
        with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            wire.sendall(b"GET /api/v0/health/live HTTP/1.0\r\n\r\n")
            assert b" 200 OK" in wire.recv(65_536)

    @pytest.mark.parametrize("version", ["1.2", "1.9"])
    def test_are_not_of_newer_clients_which_are_told_what_we_speak(self, server: LiveServer, version: str) -> None:
        with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
            wire.sendall(f"GET /api/v0/health/live HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
            assert wire.recv(65_536).startswith(b"HTTP/1.1 200 OK")

    def test_are_logged_and_counted_like_any_other(self, server: LiveServer) -> None:
        refusal(server, "GET\r\n\r\n")
        assert "Request served" in server.log.read_text().splitlines()[-1]
        assert 'route="unmatched",status="400"' in server.get("/metrics").text.replace('method="",', "")


class TestAnswer:
    def test_is_a_whole_response(self) -> None:
        head, _, body = answer(414).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 414 Request-URI Too Long\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        assert json.loads(body)["error_code"] == "REQUEST_TOO_LARGE"


LAST = b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module", params=["8", "1"], ids="threads={}".format)
def one_worker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("one"), "--workers", "1", "--threads", request.param) as running:
        yield running


def answered(wire: socket, request: bytes = LAST) -> bytes:
    """What a client is told, up to the end; it doesn't hang up."""
    wire.sendall(request)
    return b"".join(iter(lambda: wire.recv(65536), b""))


def is_heard(wire: socket) -> bool:
    """Whether the server still reads what this client sends; else its system resets the connection."""
    try:
        for _ in range(3):
            wire.sendall(b"more")
            time.sleep(0.05)
    except OSError:
        return False
    return True


class TestAnswers:
    def test_arrive_in_one_piece(self, server: LiveServer) -> None:
        """A process that is killed has sent all of a small answer, or nothing."""
        for _ in range(50):
            with create_connection(("127.0.0.1", server.port), timeout=30) as wire:
                wire.sendall(b"GET /api/v0/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert wire.recv(65_536).endswith(b"}")


class TestClients:
    def test_who_does_not_hang_up_keeps_nobody_waiting(self, one_worker: LiveServer) -> None:
        with create_connection(("127.0.0.1", one_worker.port), timeout=30) as wire:
            assert answered(wire).startswith(b"HTTP/1.1 200 ")
            assert one_worker.get("/api/v0/health/live").status == 200
            assert is_heard(wire)

    def test_who_never_hangs_up_is_cut_off(self, one_worker: LiveServer) -> None:
        with create_connection(("127.0.0.1", one_worker.port), timeout=30) as wire:
            answered(wire)
            wait_until(lambda: not is_heard(wire))
        assert one_worker.get("/api/v0/health/live").status == 200

    def test_who_goes_on_talking_hears_the_refusal(self, one_worker: LiveServer) -> None:
        with create_connection(("127.0.0.1", one_worker.port), timeout=30) as wire:
            refused = answered(wire, b"GET /" + b"x" * 1_000_000)
        assert refused.startswith(b"HTTP/1.1 414 ")
        assert json.loads(refused.partition(b"\r\n\r\n")[2])["error_code"] == "REQUEST_TOO_LARGE"


# It takes a password's hash to be refused, so a worker is busy for a while.
LOGIN = (
    b"POST /api/v0/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 46\r\n\r\n{"email": "nobody@a.example", "password": "x"}'
)


class TestAccepting:
    def test_a_worker_with_enough_to_do_leaves_newcomers_to_others(self, tmp_path: Path) -> None:
        if not Path("/proc/self/fd").exists():
            pytest.skip("Needs /proc, which tells how many connections a process has")
        with live_server(tmp_path, "--workers", "2", "--threads", "4") as server:
            master = server.process.pid
            workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
            wait_until(lambda: all(map(accepts, workers)))
            # On a busy machine one worker may be asleep while the other takes all. Without hesitation no group of
            # thirty was shared evenly, with it each.
            assert any(shared(server, workers) == [4, 4] for _ in range(5))

    def test_but_not_for_long(self, tmp_path: Path) -> None:
        """There is no other worker: newcomers are answered although all threads are always at work."""
        options = ("--workers", "1", "--threads", "2")
        with live_server(tmp_path, *options, RATE_LIMIT_ENABLED="false") as server, ExitStack() as busy:
            asking, answers = threading.Event(), list[bytes]()
            asking.set()
            for _ in range(5):
                wire = busy.enter_context(create_connection(("127.0.0.1", server.port), timeout=30))
                thread = threading.Thread(target=keep_asking, args=(wire, asking, answers))
                thread.start()
                busy.callback(thread.join)
            busy.callback(asking.clear)
            wait_until(lambda: len(answers) > 4)
            assert server.get("/api/v0/health/live").status == 200

    @pytest.mark.parametrize("threads", ["2", "1"])
    def test_who_is_connected_when_it_stops_is_answered(self, tmp_path: Path, threads: str) -> None:
        options = ("--workers", "1", "--threads", threads)
        with live_server(tmp_path, *options, RATE_LIMIT_ENABLED="false") as server, ExitStack() as clients:
            wires = [
                clients.enter_context(create_connection(("127.0.0.1", server.port), timeout=60)) for _ in range(8)
            ]
            for wire in wires:
                wire.sendall(LOGIN)
            server.process.send_signal(signal.SIGTERM)
            assert {wire.recv(65536)[:13] for wire in wires} == {b"HTTP/1.1 401 "}


def shared(server: LiveServer, workers: Sequence[str]) -> list[int]:
    """How many of eight connections that come together each of the workers takes."""
    before = [settled(worker) for worker in workers]
    with ExitStack() as wires:
        for _ in range(8):
            wires.enter_context(create_connection(("127.0.0.1", server.port), timeout=30))
        wait_until(lambda: sum(map(sockets, workers)) == sum(before) + 8)
        taken = [sockets(worker) - idle for worker, idle in zip(workers, before, strict=True)]
    wait_until(lambda: sum(map(sockets, workers)) == sum(before))
    return taken


def keep_asking(wire: socket, asking: threading.Event, answers: list[bytes]) -> None:
    while asking.is_set():
        wire.sendall(LOGIN)
        answers.append(wire.recv(65536))


def settled(process: str) -> int:
    """How many sockets it has when the connections that asked whether it runs are gone."""
    numbers = [-1, sockets(process)]
    while numbers[-1] != numbers[-2]:
        time.sleep(0.2)
        numbers.append(sockets(process))
    return numbers[-1]


def accepts(process: str) -> bool:
    """Whether it waits for connections: while it is loading its poller watches none of its sockets."""
    links = links_of(process)
    pollers = [Path(f"/proc/{process}/fdinfo/{fd}") for fd, link in links.items() if "eventpoll" in link]
    watched = {line.split()[1] for path in pollers for line in path.read_text().splitlines() if "tfd:" in line}
    return any(links.get(fd, "").startswith("socket:") for fd in watched)


def sockets(process: str) -> int:
    return sum(link.startswith("socket:") for link in links_of(process).values())


def links_of(process: str) -> dict[str, str]:
    """What its file descriptors are."""
    links = {}
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed in between
            links[entry.name] = str(entry.readlink())
    return links
