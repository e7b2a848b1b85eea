"""By when a reserve is to be full."""

from __future__ import annotations

from datetime import date

import pytest

from goals.reserves import last_due, planned_for

pytestmark = [pytest.mark.unit, pytest.mark.goals]

DATE = date(2026, 6, 1)


class TestPlannedFor:
    @pytest.mark.parametrize(
        ("drained_on", "today", "due"),
        [
            (None, date(2026, 5, 31), DATE),
            (None, DATE, date(2027, 6, 1)),
            (None, date(2028, 6, 1), date(2029, 6, 1)),
            (None, date(2028, 5, 31), date(2028, 6, 1)),
            (date(2025, 5, 31), date(2025, 6, 1), DATE),
            (date(2025, 6, 1), date(2025, 7, 1), DATE),
            (date(2025, 6, 2), date(2025, 7, 1), date(2026, 6, 2)),
            (date(2028, 2, 29), date(2028, 3, 1), date(2029, 2, 28)),
            (date(2026, 8, 15), date(2027, 8, 15), date(2028, 8, 15)),
        ],
    )
    def test_is_its_date_or_twelve_months_after_it_was_drained_and_never_past(
        self, drained_on: date | None, today: date, due: date
    ) -> None:
        assert planned_for(DATE, drained_on, today) == due

    def test_ends_with_the_calendar(self) -> None:
        assert planned_for(date(9999, 6, 1), None, date(9999, 12, 1)) == date.max


class TestLastDue:
    @pytest.mark.parametrize(
        ("drained_on", "today", "due"),
        [
            (None, date(2026, 5, 31), None),
            (None, DATE, DATE),
            (None, date(2028, 5, 31), date(2027, 6, 1)),
            (date(2026, 8, 15), date(2027, 8, 14), None),
            (date(2026, 8, 15), date(2027, 8, 15), date(2027, 8, 15)),
        ],
    )
    def test_is_the_day_that_has_come(self, drained_on: date | None, today: date, due: date | None) -> None:
        assert last_due(DATE, drained_on, today) == due
