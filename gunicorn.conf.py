"""What FinCred relies on under gunicorn; everything else is the command line's."""

from __future__ import annotations

import os
import runpy
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

# Run, not imported: workers inherit the arbiter's modules, and after a reload they need the new code.
env_file = runpy.run_path(str(Path(__file__).with_name("fincred") / "env_file.py"))
bind = f"127.0.0.1:{env_file['port']()}"
worker_class = "fincred.ops.gunicorn_worker.EnvelopeWorker"
# Two at least, so that one goes on when the other is held up; PostgreSQL's 100 connections are enough for four.
workers = env_file["workers"](default=min(max(2, os.cpu_count() or 2), 4))
threads = 3
# Each worker opens its own database pool and threads: nothing of that survives a fork.
preload_app = False
control_socket_disable = True
graceful_timeout = 30
timeout = 90
keepalive = 75
limit_request_line = 8190
limit_request_field_size = 16380
# What a proxy says of a request is weighed in TrustedProxyMiddleware: by TRUSTED_PROXIES, and nowhere else.
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
accesslog = None

# In memory where there is such a folder: on a full disk a worker that writes a figure would get SIGBUS.
in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  folders and files of our own
worker_tmp_dir = in_memory
# prometheus-client sums the figures of all workers through files in this folder, whose name it must find in the
# environment when it is first imported. A reload reads this file again and must keep the folder.
made = "fincred-metrics-"
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=made, dir=in_memory)


def pre_fork(server: Any, worker: Any) -> None:
    # systemd-logind removes what users have in /dev/shm when they log out. An error here would end the arbiter.
    with suppress(OSError):
        Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(mode=0o700, parents=True, exist_ok=True)


def when_ready(server: Any) -> None:
    from fincred.ops.gunicorn_worker import refuse_faulty_reloads  # noqa: PLC0415  as below

    refuse_faulty_reloads(server)


def on_reload(server: Any) -> None:
    from fincred.ops.gunicorn_worker import announce_reload  # noqa: PLC0415  gunicorn has it loaded by then

    announce_reload(server)


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415  only now is its folder named

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.name.startswith(made):
        shutil.rmtree(folder, ignore_errors=True)
    # An operator's folder may hold other files.
    for kind in ("counter", "gauge_*", "histogram"):
        for file in folder.glob(f"{kind}_*.db"):
            file.unlink(missing_ok=True)
