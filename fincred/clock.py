"""The only place that reads the clock. All other code gets the time as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from django.http import HttpRequest


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def moment_of(request: HttpRequest) -> datetime:
    """The moment of a request: read at its first use, and the same for all that the request does."""
    kept = vars(request)
    if "moment" not in kept:
        kept["moment"] = now()
    moment: datetime = kept["moment"]
    return moment


def local_day(moment: datetime, timezone_name: str) -> date:
    """The calendar day of `moment` for a person who lives in the IANA zone `timezone_name`."""
    return moment.astimezone(ZoneInfo(timezone_name)).date()
