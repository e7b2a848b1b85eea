"""The general rate limits, as DRF asks for them. Those of signing in and of mail are the services' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts import rate_limits, reading_ahead
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
            policy = rate_limits.READS if request.method in _READING else rate_limits.WRITES
            try:
                rate_limits.enforce(policy, str(request.user.pk), now=clock.now())
            except RateLimitExceededError:
                reading_ahead.refused(request.auth.pk)
                raise
            reading_ahead.let_through(request.auth.pk)
        return True
