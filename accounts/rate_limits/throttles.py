"""The general rate limits, as a DRF throttle. Those of signing in and of mail are enforced in the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from fincred import clock

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class PerPerson(BaseThrottle):
    """So many reads and so many writes a minute."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: the quota is used up."""
        if request.user:
            policy = policies.READS if request.method in _READING else policies.WRITES
            enforce(policy, str(request.user.pk), now=clock.moment_of(request._request))
        return True
