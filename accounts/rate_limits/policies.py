"""Every rate limit: its name in the headers, and its requests a minute."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from fincred.counters import LIMITS_HIT


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests, or points, a minute for each subject."""

    name: str
    quota: int

    def __post_init__(self) -> None:
        LIMITS_HIT.labels(self.name)


READS = Policy("reads", settings.RATE_LIMIT_READS_PER_MINUTE)
WRITES = Policy("writes", settings.RATE_LIMIT_WRITES_PER_MINUTE)
COST = Policy("cost", settings.RATE_LIMIT_COST_PER_MINUTE)
SIGN_IN_BY_ACCOUNT = Policy("sign-in-account", 10)
SIGN_IN_BY_ADDRESS = Policy("sign-in-address", 60)
MAIL_BY_ADDRESS = Policy("mail-address", 30)
TOKEN_BY_ADDRESS = Policy("token-address", 60)
SECOND_FACTOR = Policy("second-factor", 10)
REFRESH_BY_SESSION = Policy("refresh-session", 10)
