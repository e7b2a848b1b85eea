"""The only place that reads the clock. All other code gets the time as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, timezone_name: str) -> date:
    """The calendar day of `moment` for a person who lives in the IANA zone `timezone_name`."""
    return moment.astimezone(ZoneInfo(timezone_name)).date()
