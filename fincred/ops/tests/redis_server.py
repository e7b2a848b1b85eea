"""The Redis that tests count in: TEST_REDIS_URL, else one on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from redis import Redis, RedisError

from fincred.db.tests.postgresql import free_port

SERVER = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379"
# Tests empty it, so each process of a parallel run has a database of its own. The first eight are left alone.
_FIRST = int(os.environ.get("TEST_REDIS_FIRST", "8"))
NUMBER = _FIRST + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % (16 - _FIRST)
REDIS = urlsplit(SERVER)._replace(path=f"/{NUMBER}").geturl()


def answers(url: str = REDIS) -> bool:
    try:
        return bool(Redis.from_url(url, socket_connect_timeout=1).ping())
    except RedisError:
        return False


class ThrowawayRedis:
    """`with ThrowawayRedis() as server: Redis.from_url(server.url)`; needs `redis-server` on the PATH."""

    installed = shutil.which("redis-server")

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not answers(self.url):
            if self.process.poll() is not None:
                raise RuntimeError(f"redis-server ended with status {self.process.returncode}")
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait()
