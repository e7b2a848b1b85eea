"""The general rate limits, as DRF asks for them. Those of signing in and of mail are the services' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import reading_ahead
from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from fincred import clock
from fincred.errors import RateLimitExceededError

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class PerPerson(BaseThrottle):
    """So many reads and so many writes a minute."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: the quota is used up."""
        if request.user:
            policy = policies.READS if request.method in _READING else policies.WRITES
            try:
                enforce(policy, str(request.user.pk), now=clock.now())
            except RateLimitExceededError:
                reading_ahead.refused(request.auth.pk)
                raise
            reading_ahead.let_through(request.auth.pk)
        return True
