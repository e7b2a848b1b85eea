"""The Host names for which requests are served."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware import common


def is_probe(path: str) -> bool:
    """Whether the path is one that balancers, supervisors and Prometheus call: by address, and at any time."""
    return path == "/metrics" or path.startswith("/api/v0/health")


class CommonMiddleware(common.CommonMiddleware):
    """Django's, which refuses a Host that isn't in ALLOWED_HOSTS; probes and Prometheus call by address."""

    def process_request(self, request: HttpRequest) -> Any:
        if is_probe(request.path):
            return None
        return super().process_request(request)
