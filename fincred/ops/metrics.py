"""Requests by route, method and status, and how long they took; summed over all workers. And what is stored."""

from __future__ import annotations

import hmac
import os
from functools import cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from fincred.api.exception_handler import plain_response
from fincred.db.postgresql.patience import patience
from fincred.ops.figures import StoredFigures
from fincred.ops.probe import Check, probe

REQUESTS = Counter("fincred_http_requests_total", "Requests served", ["route", "method", "status"])
SECONDS = Histogram("fincred_http_request_seconds", "Time to answer, in seconds", ["route", "method"])

# How many seconds the stored figures may wait for PostgreSQL. A scrape has ten by default, and the probe may have
# taken five of them.
LONGEST_READ: Final = 4

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count one request. Unknown methods are counted as OTHER, or clients could create series without end."""
    known = method if method in _METHODS else "OTHER"
    requests, durations = _series(route, known, str(status))
    requests.inc()
    durations.observe(seconds)


@cache
def _series(route: str, method: str, status: str) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(route, method, status), SECONDS.labels(route, method)


@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """`GET /metrics` for Prometheus, with METRICS_TOKEN as bearer where one is set."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and not hmac.compare_digest(given.encode(), expected.encode()):
        return plain_response(401)
    readable = probe.condition().database != Check.FAILED  # sets the gauges of database and cache
    with patience(LONGEST_READ):
        stored = generate_latest(StoredFigures(readable=readable))
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry) + stored
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
