"""How the arbiter tells its workers that others take their place.

Worker and arbiter share a file, whose times are the worker's sign of life; its size is the arbiter's.
"""

from __future__ import annotations

import os
from typing import Any


def announce_reload(server: Any) -> None:
    """Tell the arbiter's workers that they are replaced: no balancer has to send requests elsewhere."""
    for worker in server.WORKERS.values():
        os.write(worker.tmp.fileno(), b"reload")


def is_replaced(worker: Any) -> bool:
    """Whether a reload has been announced to this worker."""
    return os.fstat(worker.tmp.fileno()).st_size > 0
