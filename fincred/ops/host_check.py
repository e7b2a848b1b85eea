"""The Host names for which requests are served."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware import common


class CommonMiddleware(common.CommonMiddleware):
    """Django's, which refuses a Host that isn't in ALLOWED_HOSTS; probes and Prometheus call by address."""

    def process_request(self, request: HttpRequest) -> Any:
        if request.path == "/metrics" or request.path.startswith("/api/v0/health"):
            return None
        return super().process_request(request)
