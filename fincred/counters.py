"""What every app counts for `/metrics`: one definition for each figure, summed over the workers of a server.

Requests are counted in `fincred/ops/metrics.py`, what is stored in `fincred/ops/figures.py`. To add a figure:
here, a rule or a panel in `deploy/` if one is to look at it, and a test in `fincred/ops/tests/test_counters.py`.
"""

from __future__ import annotations

from functools import cache, partial
from typing import NamedTuple

from django.db import transaction
from prometheus_client import Counter, Gauge

_POOL_USED = Gauge(
    "fincred_database_pool_used", "Connections in use", ["database"], multiprocess_mode="livesum"
)  # fmt: skip
_POOL_WAITING = Gauge(
    "fincred_database_pool_waiting",
    "Threads that wait for a connection",
    ["database"],
    multiprocess_mode="livesum",
)
_POOL_TIMEOUTS = Counter(
    "fincred_database_pool_timeouts_total", "Waits for a connection that were in vain", ["database"]
)
REPLICA_READS = Counter("fincred_replica_reads_total", "Requests that may read from the replica", ["outcome"])
LIMITS_HIT = Counter("fincred_rate_limits_hit_total", "Requests refused by a rate limit", ["limit"])
SIGN_INS_REFUSED = Counter("fincred_sign_ins_refused_total", "Sign-ins refused, but for rate limits", ["reason"])
CHECK_INS = Counter("fincred_check_ins_total", "Check-ins stored")
PLAN_VERSIONS = Counter("fincred_plan_versions_total", "Versions of plans stored")


class PoolFigures(NamedTuple):
    """Those of one database's pool."""

    used: Gauge
    waiting: Gauge
    timeouts: Counter


@cache
def figures_of_pool(database: str) -> PoolFigures:
    """Kept, because every request updates these, and `labels()` costs more than the update."""
    return PoolFigures(
        _POOL_USED.labels(database), _POOL_WAITING.labels(database), _POOL_TIMEOUTS.labels(database)
    )


# From the start at 0: of a series that begins at 1, Prometheus sees no increase.
for _database in ("default", "replica"):
    figures_of_pool(_database)
for _outcome in ("used", "behind", "away", "failed"):
    REPLICA_READS.labels(_outcome)
for _reason in ("credentials", "inactive", "unverified", "no_role", "second_factor"):
    SIGN_INS_REFUSED.labels(_reason)


def count_on_commit(counter: Counter, number: int = 1) -> None:
    """Count once the transaction is committed; what is rolled back, or done again, isn't counted."""
    transaction.on_commit(partial(counter.inc, number))
