"""The general rate limits, as a DRF throttle. Those of signing in and of mail are enforced in the services."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import Error
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from accounts.rate_limits.limits import network_of
from fincred import clock
from fincred.api.django_request import django_request
from fincred.context import caller
from fincred.db.refusals import refuses_writes

logger = logging.getLogger(__name__)

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
            _enforce_if_countable(person, now)
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
        _enforce_if_countable(network_of(caller().address), clock.moment_of(django_request(request)))
        return True


def _enforce_if_countable(subject: str, now: datetime) -> None:
    """Reads go on, uncounted, while the counters are in a database that takes no writes.

    :raises fincred.errors.RateLimitExceededError: the quota is used up.
    """
    try:
        enforce(policies.READS, subject, now=now)
    except Error as error:
        if not refuses_writes(error):
            raise
        logger.warning("Reads aren't counted: the database takes no writes")
