"""The general rate limits, as a DRF throttle. Those of signing in and of mail are enforced in the services."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import Error
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.rate_limits import policies
from accounts.rate_limits.counters import enforce
from accounts.rate_limits.sign_in import network_of
from fincred import clock
from fincred.context import caller
from fincred.db.refusals import refuses_writes

logger = logging.getLogger(__name__)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class PerPerson(BaseThrottle):
    """Reads, writes and points of costly calls a minute; a caller without token is counted as their network."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """:raises fincred.errors.RateLimitExceededError: a quota is used up."""
        now = clock.moment_of(request._request)
        if request.user and request.method in _READING:
            _enforce_if_countable(str(request.user.pk), now)
        elif request.user:
            enforce(policies.WRITES, str(request.user.pk), now=now)
        if points := getattr(view, "cost", 0):
            subject = str(request.user.pk) if request.user else network_of(caller().address)
            enforce(policies.COST, subject, now=now, points=points)
        return True


def _enforce_if_countable(person: str, now: datetime) -> None:
    """Reads go on, uncounted, while the counters are in a database that takes no writes.

    :raises fincred.errors.RateLimitExceededError: the quota is used up.
    """
    try:
        enforce(policies.READS, person, now=now)
    except Error as error:
        if not refuses_writes(error):
            raise
        logger.warning("Reads aren't counted: the database takes no writes")
