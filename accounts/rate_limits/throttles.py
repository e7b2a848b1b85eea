"""The general rate limits, as a DRF throttle. Those of signing in and of mail are enforced in the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from accounts.rate_limits.sign_in import network_of
from fincred import clock
from fincred.context import caller

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class PerPerson(BaseThrottle):
    """Reads, writes and points of costly calls a minute; a caller without token is counted as their network."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: a quota is used up."""
        now = clock.moment_of(request._request)
        if request.user:
            policy = policies.READS if request.method in _READING else policies.WRITES
            enforce(policy, str(request.user.pk), now=now)
        if points := getattr(view, "cost", 0):
            subject = str(request.user.pk) if request.user else network_of(caller().address)
            enforce(policies.COST, subject, now=now, points=points)
        return True
