from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fincred.clock import local_day, now

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def test_now_is_aware_and_in_utc() -> None:
    assert now().tzinfo is UTC


class TestLocalDay:
    @pytest.mark.parametrize(
        ("moment", "zone", "day"),
        [
            # The same moment is three different days on earth.
            ("2026-03-10T10:30", "Pacific/Kiritimati", "2026-03-11"),
            ("2026-03-10T10:30", "UTC", "2026-03-10"),
            ("2026-03-10T10:30", "Etc/GMT+12", "2026-03-09"),
            # Summer time begins in Berlin on 29 March at 01:00 UTC, and ends on 25 October at 01:00 UTC.
            ("2026-03-28T22:59", "Europe/Berlin", "2026-03-28"),
            ("2026-03-28T23:00", "Europe/Berlin", "2026-03-29"),
            ("2026-03-29T21:59", "Europe/Berlin", "2026-03-29"),
            ("2026-03-29T22:00", "Europe/Berlin", "2026-03-30"),
            ("2026-10-25T22:59", "Europe/Berlin", "2026-10-25"),
            ("2026-10-25T23:00", "Europe/Berlin", "2026-10-26"),
            # 29 February and the turn of the year.
            ("2028-02-28T23:30", "Europe/Berlin", "2028-02-29"),
            ("2028-03-01T04:30", "America/New_York", "2028-02-29"),
            ("2027-02-28T23:30", "Europe/Berlin", "2027-03-01"),
            ("2026-12-31T23:30", "Europe/Berlin", "2027-01-01"),
            ("2027-01-01T04:30", "America/New_York", "2026-12-31"),
        ],
    )
    def test_is_the_day_where_the_person_lives(self, moment: str, zone: str, day: str) -> None:
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert local_day(at, zone) == date.fromisoformat(day)
