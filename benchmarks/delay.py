"""`python -m benchmarks.delay PORT HOST PORT MILLISECONDS`: a database that is further away.

Listens on the first port and passes everything on to the second; each answer is held back, so that every round
trip takes so much longer.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from urllib.parse import urlsplit

from fincred.db.tests.postgresql import free_port


def main(port: int, host: str, to: int, milliseconds: float) -> None:
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            web, _ = server.accept()
            database = socket.create_connection((host, to))
            for each in (web, database):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target, seconds in ((web, database, 0.0), (database, web, milliseconds / 1000)):
                threading.Thread(target=_pass_on, args=(source, target, seconds), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """What comes in several parts is late once, as on a longer cable: each part by itself, not after the other."""
    parts: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
    threading.Thread(target=_deliver, args=(parts, target), daemon=True).start()
    while True:
        try:
            data = source.recv(65_536)
        except OSError:
            data = b""
        parts.put((time.monotonic() + seconds, data))
        if not data:
            return


def _deliver(parts: SimpleQueue[tuple[float, bytes]], target: socket.socket) -> None:
    with suppress(OSError):
        while True:
            due, data = parts.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)


@contextmanager
def delayed(url: str, milliseconds: float) -> Iterator[Callable[[str], str]]:
    """Makes URLs of databases on the server of `url` lead there with a delay; with none they stay as they are."""
    if not milliseconds:
        yield lambda each: each
        return
    place, port = urlsplit(url), free_port()
    arguments = [str(port), place.hostname or "127.0.0.1", str(place.port or 5432), str(milliseconds)]
    proxy = subprocess.Popen([sys.executable, "-m", "benchmarks.delay", *arguments])
    login = place.netloc.rpartition("@")[0]
    try:
        yield lambda each: urlsplit(each)._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
    finally:
        proxy.terminate()
        proxy.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
