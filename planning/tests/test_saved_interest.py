"""Which interest a check-in tells, and what earns for the present month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from goals.history import Told
from planning.engine.dates import Calendar
from planning.put_in.saved_interest import SavedInterest, saved_interest

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
NEXT_YEAR = date(2027, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def told(*check_ins: tuple[str, str]) -> list[Told]:
    """Check-ins as "MM-DD" of 2026 and the amount; after "MM-DD." it is what a cycle has left over."""
    return [
        Told(date.fromisoformat(f"2026-{day.rstrip('.')}"), NOON, Decimal(amount), ends_cycle=day.endswith("."))
        for day, amount in check_ins
    ]


def found(
    as_of: str, *check_ins: tuple[str, str], by: date = NEXT_YEAR, anchors: Sequence[date] = (NEW_YEAR,)
) -> tuple[str, str]:
    """At 12 %, a hundredth a month: the interest that this month's check-ins tell, and what is earning."""
    *earlier, anchor = anchors
    calendar = Calendar(date.fromisoformat(f"2026-{as_of}"), anchor)
    interest = saved_interest(calendar, told(*check_ins), annual_rate=Decimal(12), target_date=by, earlier=earlier)
    return str(interest.told), str(interest.earning)


class TestSavedInterest:
    def test_of_a_month_is_told_by_the_next_check_in(self) -> None:
        assert found("02-10", ("01-01", "1000"), ("02-10", "1110")) == ("10.00", "1010.00")

    def test_of_many_months_is_told_at_once(self) -> None:
        """1 000 grow to 1 010, 1 020.10, 1 030.30, 1 040.60 and 1 051.01 on 1 June."""
        assert found("06-20", ("01-01", "1000"), ("06-20", "1151.01")) == ("51.01", "1051.01")

    def test_is_of_what_was_there_on_the_months_first_day(self) -> None:
        assert found("02-10", ("01-01", "1000"), ("01-20", "1400"), ("02-10", "1410")) == ("10.00", "1410.00")

    def test_counts_interest_that_was_told_in_between(self) -> None:
        """1 010 on 1 February, told with 90 more on the 10th; its interest is 10.10 on 1 March."""
        check_ins = ("01-01", "1000"), ("02-10", "1100"), ("03-05", "1110.10")
        assert found("03-05", *check_ins) == ("10.10", "1110.10")

    def test_is_of_what_is_left_after_a_withdrawal(self) -> None:
        check_ins = ("01-01", "1000"), ("01-10", "500"), ("01-20", "800"), ("02-01", "805")
        assert found("02-01", *check_ins) == ("5.00", "805.00")
        assert found("02-20", *check_ins, ("02-03", "300"), ("02-04", "900")) == ("5.00", "300.00")

    def test_that_was_told_before_the_month_is_not_told_again(self) -> None:
        check_ins = ("01-01", "1000"), ("02-01", "1010"), ("03-01", "1120.10"), ("03-09", "1220.10")
        assert found("03-10", *check_ins) == ("10.10", "1120.10")

    def test_of_the_last_month_is_due_on_the_goals_date(self) -> None:
        check_ins = ("01-01", "1000"), ("02-20", "1120.10"), ("03-02", "1200")
        by = date(2026, 2, 15)
        assert found("02-20", *check_ins, by=by) == ("20.10", "0.00")
        assert found("03-02", *check_ins, by=by) == ("0.00", "1120.10")

    def test_of_an_earlier_calendar_is_told_on_the_first_day_of_another(self) -> None:
        """10 on 1 February, and nothing for the month that the new calendar breaks off on the 20th."""
        anchors, check_ins = (NEW_YEAR, date(2026, 2, 20)), (("01-01", "1000"), ("02-20", "1110"))
        assert found("02-20", *check_ins, anchors=anchors) == ("10.00", "1110.00")
        assert found("03-20", *check_ins, ("03-20", "1121.10"), anchors=anchors) == ("11.10", "1121.10")

    def test_of_an_earlier_calendar_is_told_later_too(self) -> None:
        """1 000, with 10 that no check-in has told, earn 10.10 more by 20 March."""
        anchors, check_ins = (NEW_YEAR, date(2026, 2, 20)), (("01-01", "1000"), ("03-21", "1120.10"))
        assert found("03-21", *check_ins, anchors=anchors) == ("20.10", "1020.10")

    def test_of_an_earlier_calendar_is_credited_on_the_day_that_begins_another(self) -> None:
        check_ins = ("01-01", "1000"), ("02-01", "1110")
        assert found("02-01", *check_ins, anchors=(NEW_YEAR, date(2026, 2, 1))) == ("10.00", "1110.00")

    def test_of_a_last_month_on_an_earlier_calendar_is_due_on_the_goals_date(self) -> None:
        check_ins, by = (("01-01", "1000"), ("02-20", "1120.10")), date(2026, 2, 15)
        for day in ("02-15", "02-20"):
            anchors = NEW_YEAR, date.fromisoformat(f"2026-{day}")
            assert found("02-20", *check_ins, by=by, anchors=anchors)[0] == "20.10"

    def test_of_a_cycles_last_month_is_told_in_the_next_one(self) -> None:
        """On 1 February 10, which are told; on the 20th, as 100 are left over, 10.10, which are told in March."""
        check_ins = ("01-01", "1000"), ("02-10", "1110"), ("02-20.", "100")
        assert found("02-20", *check_ins) == ("0.00", "0.00")
        assert found("03-05", *check_ins, ("03-05", "210.10")) == ("10.10", "110.10")

    def test_of_a_cycle_that_ends_with_a_month_is_credited_once(self) -> None:
        check_ins = ("01-01", "1000"), ("02-01.", "100"), ("02-03", "110")
        assert found("02-03", *check_ins) == ("10.00", "110.00")

    def test_of_cycles_that_end_in_the_month_is_told_of_each(self) -> None:
        check_ins = told(("01-01", "1000"), ("02-10", "1110"), ("02-20.", "100"), ("02-21", "110.10"))
        calendar = Calendar(date(2026, 2, 21), NEW_YEAR)
        interest = saved_interest(calendar, check_ins, annual_rate=Decimal(12), target_date=NEXT_YEAR)
        assert interest == SavedInterest(Decimal("10.10"), Decimal(0), of_ended=(Decimal(10),))

    def test_is_none_before_the_calendar_begins(self) -> None:
        assert found("01-15", ("01-01", "1000"), ("01-15", "1200")) == ("0.00", "1000.00")
        assert found("01-15") == ("0.00", "0.00")

    def test_is_nothing_by_default(self) -> None:
        assert SavedInterest() == SavedInterest(Decimal("0.00"), Decimal("0.00"))
