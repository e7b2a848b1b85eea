from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from goals.progress import ProgressStatus, progress_percentage, progress_status

pytestmark = [pytest.mark.unit, pytest.mark.goals]


class TestProgressPercentage:
    @pytest.mark.parametrize(
        ("current", "target", "percentage"),
        [
            ("0.00", "300.00", "0.00"),
            ("100.00", "300.00", "33.33"),
            ("200.00", "300.00", "66.67"),
            ("300.00", "300.00", "100.00"),
            ("301.00", "300.00", "100.00"),
            ("999999999999.98", "999999999999.99", "99.99"),
        ],
    )
    def test_is_rounded_but_full_only_at_the_target(self, current: str, target: str, percentage: str) -> None:
        assert str(progress_percentage(Decimal(current), Decimal(target))) == percentage


def status(
    current: str, *, expected: str = "500.00", day: date = date(2026, 3, 10), checked_in: bool = True
) -> ProgressStatus:
    return progress_status(
        current_amount=Decimal(current),
        target_amount=Decimal("1000.00"),
        target_date=date(2026, 6, 1),
        last_check_in_date=date(2026, 3, 1) if checked_in else None,
        expected=Decimal(expected),
        today=day,
    )


class TestProgressStatus:
    def test_is_completed_at_the_target_even_without_a_check_in(self) -> None:
        assert status("1000.00", checked_in=False) is ProgressStatus.COMPLETED

    def test_is_not_started_without_a_check_in(self) -> None:
        assert status("0.00", checked_in=False) is ProgressStatus.NOT_STARTED

    @pytest.mark.parametrize(
        ("current", "expected_status"),
        [
            ("500.01", ProgressStatus.ON_TRACK),
            ("500.00", ProgressStatus.ON_TRACK),
            ("499.99", ProgressStatus.SLIGHTLY_BEHIND),
            ("400.00", ProgressStatus.SLIGHTLY_BEHIND),
            ("399.99", ProgressStatus.OFF_TRACK),
        ],
    )
    def test_compares_with_what_is_expected_today(self, current: str, expected_status: ProgressStatus) -> None:
        assert status(current) is expected_status

    def test_is_still_on_track_on_the_target_date(self) -> None:
        assert status("999.99", expected="999.99", day=date(2026, 6, 1)) is ProgressStatus.ON_TRACK

    def test_is_off_track_past_the_target_date_whatever_the_plan_expected(self) -> None:
        assert status("999.99", expected="0.00", day=date(2026, 6, 2)) is ProgressStatus.OFF_TRACK
