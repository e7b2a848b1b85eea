"""Rate limits: exact counters over all workers, and the limits that use them.

Belongs here: policies, counters, and what enforces them. Doesn't: the 429 itself (`fincred.api`).
When you add a limit, also give it a `Policy`, call `enforce` before the costly work, and name it in SECURITY.md.
A quota of every call belongs in `throttles`, a limit inside of a service in `limits`. A view names its own in
`own_limits`, and with `write_limit` what it counts against instead of all other writes. `cost` is its price in
points.
"""

from __future__ import annotations

from accounts.rate_limits.counters import count, enforce, window_of
from accounts.rate_limits.limits import (
    limit_back_office,
    limit_before_second_factor,
    limit_calendar,
    limit_cost,
    limit_mail,
    limit_refresh,
    limit_second_factor,
    limit_sign_in,
    limit_tokens,
    limit_unsubscribing,
    second_factor_blocked_until,
    sign_in_blocked_until,
)
from accounts.rate_limits.policies import COACH_BY_DAY, COACH_BY_MINUTE, SIGN_OUT, Policy
from accounts.rate_limits.throttles import PerNetwork

__all__ = [
    "COACH_BY_DAY",
    "COACH_BY_MINUTE",
    "SIGN_OUT",
    "PerNetwork",
    "Policy",
    "count",
    "enforce",
    "limit_back_office",
    "limit_before_second_factor",
    "limit_calendar",
    "limit_cost",
    "limit_mail",
    "limit_refresh",
    "limit_second_factor",
    "limit_sign_in",
    "limit_tokens",
    "limit_unsubscribing",
    "second_factor_blocked_until",
    "sign_in_blocked_until",
    "window_of",
]
