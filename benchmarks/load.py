"""Load from a process of its own: wrk where it is installed, else the small tool in this file."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
# The server that was measured before may still work on requests whose connections are closed.
SETTLE_SECONDS = 0.5
# wrk counts a later answer as failed. Its own 2 seconds pass where other work keeps the machine busy.
LATEST_SECONDS = 30
SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `body` is JSON or empty."""

    method: str
    path: str
    token: str = ""
    body: str = ""

    @property
    def line(self) -> str:
        return "\t".join((self.method, self.path, self.token, self.body))

    @property
    def raw(self) -> bytes:
        body = self.body.encode()
        authorization = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Measure:
    """How many answers and how many of them a second, and milliseconds; `failed` were late or no 2xx."""

    answers: int
    rate: float
    p50: float
    p99: float
    failed: int


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "our own load tool (wrk is not installed)"


def load(port: int, calls: Sequence[Call], seconds: float, connections: int = CONNECTIONS) -> Measure:
    """So many connections at once, each sending its next request when the answer to the last is there."""
    time.sleep(SETTLE_SECONDS)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join(call.line for call in calls) + "\n")
        file.flush()
        if wrk := shutil.which("wrk"):
            command = [wrk, "-t1", f"-c{connections}", f"-d{math.ceil(seconds)}s"]
            command += [f"--timeout={LATEST_SECONDS}s", "-s", str(SCRIPT)]
            command += [f"http://127.0.0.1:{port}", "--", file.name]
        else:
            command = [
                sys.executable,
                "-m",
                "benchmarks.load",
                str(port),
                str(connections),
                str(seconds),
                file.name,
            ]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests, micros, p50, p99, failed = (int(word) for word in said.strip().splitlines()[-1].split())
    return Measure(requests, requests / (micros / 1e6), p50 / 1000, p99 / 1000, failed)


def _talk(port: int, requests: Sequence[bytes], until: float, took: list[float], failures: list[int]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        place = 0
        while time.perf_counter() < until:
            started = time.perf_counter()
            connection.sendall(requests[place % len(requests)])
            if not _is_fine(connection):
                failures.append(1)
            took.append(time.perf_counter() - started)
            place += 1


def _is_fine(connection: socket.socket) -> bool:
    """Reads one answer, which says its length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    missing = int(headers.get(b"content-length", b"0")) - len(body)
    while missing > 0:
        missing -= len(_received(connection))
    return head.split(b" ", 2)[1].startswith(b"2")


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("The server closed the connection")
    return data


def main(port: int, connections: int, seconds: float, file: Path) -> None:
    calls = [Call(*line.split("\t")) for line in file.read_text().splitlines()]
    took: list[float] = []
    failures: list[int] = []
    started = time.perf_counter()
    threads = [
        threading.Thread(
            target=_talk,
            args=(port, [call.raw for call in calls[n::connections] or calls], started + seconds, took, failures),
        )
        for n in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    micros = (time.perf_counter() - started) * 1e6
    took.sort()
    p50, p99 = (took[int(len(took) * share)] * 1e6 for share in (0.5, 0.99))
    print(len(took), round(micros), round(p50), round(p99), len(failures))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
