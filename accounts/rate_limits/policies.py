"""Every rate limit: its name in the headers, its requests, and in which time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from fincred.counters import LIMITS_HIT

MINUTE: Final = 60
DAY: Final = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests, or points, for each subject in a window of `seconds`: whole minutes, counted from 1970."""

    name: str
    quota: int
    seconds: int = MINUTE

    def __post_init__(self) -> None:
        LIMITS_HIT.labels(self.name)


READS = Policy("reads", settings.RATE_LIMIT_READS_PER_MINUTE)
WRITES = Policy("writes", settings.RATE_LIMIT_WRITES_PER_MINUTE)
COST = Policy("cost", settings.RATE_LIMIT_COST_PER_MINUTE)
SIGN_IN_BY_ACCOUNT = Policy("sign-in-account", 10)
SIGN_IN_BY_ADDRESS = Policy("sign-in-address", 60)
MAIL_BY_ADDRESS = Policy("mail-address", 30)
TOKEN_BY_ADDRESS = Policy("token-address", 60)
SIGN_OUT = Policy("sign-out", 60)
BACK_OFFICE = Policy("back-office", 120)
SECOND_FACTOR = Policy("second-factor", 10)
SECOND_FACTOR_BY_DAY = Policy("second-factor-day", 50, DAY)
REFRESH_BY_SESSION = Policy("refresh-session", 10)
CALENDAR_LINK = Policy("calendar-link", 20)
UNSUBSCRIBE = Policy("unsubscribe", 20)
COACH_BY_MINUTE = Policy("coach", 20)
COACH_BY_DAY = Policy("coach-day", 200, DAY)
