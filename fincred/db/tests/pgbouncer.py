"""A PgBouncer of our own, from the installed binary, gone when the tests are."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from fincred.db.tests.postgresql import ThrowawayServer, answers, free_port, lent

CONFIGURATION = """
[databases]
postgres = host=127.0.0.1 port={server} dbname=postgres user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
logfile = {log}
{settings}
"""


class ThrowawayPgBouncer:
    """`with ThrowawayPgBouncer(server, connections=3) as pooler: connect(pooler.url)`, in transaction mode."""

    installed = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin")

    def __init__(self, server: ThrowawayServer, *, connections: int, settings: str = "") -> None:
        self.server = server
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.folder = Path(tempfile.mkdtemp(prefix="fincred-pgbouncer-"))
        self.configuration = self.folder / "pgbouncer.ini"
        self.configuration.write_text(
            CONFIGURATION.format(
                server=server.port,
                port=self.port,
                log=self.folder / "log",
                connections=connections,
                settings=settings,
            )
        )

    def __enter__(self) -> Self:
        command = [str(self.installed), "--quiet", str(self.configuration)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **lent(self.folder))
        for _ in range(500):
            if answers(self.url):
                return self
            time.sleep(0.02)
        raise RuntimeError(f"PgBouncer doesn't start:\n{(self.folder / 'log').read_text()}")

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
