"""The general rate limits, as a DRF throttle. Those of signing in and of mail are enforced in the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from accounts.rate_limits.limits import enforce_if_countable, network_of
from fincred import clock
from fincred.api.django_request import django_request
from fincred.context import caller

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module

    from accounts.authentication import SessionCheck


class PerPerson(BaseThrottle):
    """Reads, writes and points of costly calls a minute, and the view's own limits.

    Without a token only points and the view's own limits are counted, by the caller's network.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: a quota is used up."""
        now = clock.moment_of(django_request(request))
        check = cast("SessionCheck | None", request.auth)
        person = str(check.user_id) if check else ""
        if person and request.method in _READING:
            enforce_if_countable(policies.READS, person, now=now)
        elif person:
            enforce(getattr(view, "write_limit", None) or policies.WRITES, person, now=now)
        points, own_limits = getattr(view, "cost", 0), getattr(view, "own_limits", ())
        if points or own_limits:
            if check:
                check.run()  # so that an ended session spends no points of its person
            subject = person or network_of(caller().address)
            if points:
                enforce(policies.COST, subject, now=now, points=points)
            for policy in own_limits:
                enforce(policy, subject, now=now)
        return True


class PerNetwork(BaseThrottle):
    """Reads a minute of calls that need no token, by the caller's network."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: the quota is used up."""
        now = clock.moment_of(django_request(request))
        enforce_if_countable(policies.READS, network_of(caller().address), now=now)
        return True
