"""Money with dates comes on its days: counted by arithmetic, and compared with a list of every day."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from planning.engine.dates import Calendar
from planning.engine.money.flows import Flow, by_month
from planning.engine.tests.lumpy import a_flow, days_of
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def flow(frequency: str, next_date: str, until: str | None = None) -> Flow:
    last = date.fromisoformat(until) if until else None
    return Flow(Decimal("100.00"), PayFrequency(frequency), date.fromisoformat(next_date), last)


def days(of: Flow, since: str, end: str) -> list[str]:
    return sorted(day.isoformat() for day in of.days_in(date.fromisoformat(since), date.fromisoformat(end)))


class TestRhythm:
    @pytest.mark.parametrize(
        ("frequency", "next_date", "expected"),
        [
            ("once", "2026-02-10", ["2026-02-10"]),
            ("weekly", "2026-02-20", ["2026-02-20", "2026-02-27", "2026-03-06"]),
            ("biweekly", "2026-02-20", ["2026-02-20", "2026-03-06"]),
            ("monthly", "2026-01-31", ["2026-01-31", "2026-02-28"]),
            ("quarterly", "2025-11-30", ["2026-02-28"]),
            ("annual", "2024-02-29", ["2026-02-28"]),
            ("semimonthly", "2026-01-15", ["2026-01-15", "2026-01-30", "2026-02-15", "2026-02-28"]),
            ("semimonthly", "2026-01-31", ["2026-01-31", "2026-02-16", "2026-02-28"]),
        ],
    )
    def test_comes_on_its_days(self, frequency: str, next_date: str, expected: list[str]) -> None:
        assert days(flow(frequency, next_date), "2026-01-01", "2026-03-10") == expected

    def test_never_comes_before_its_first_day_nor_after_its_last(self) -> None:
        paid = flow("monthly", "2026-02-10", until="2026-04-10")
        assert days(paid, "2025-01-01", "2027-01-01") == ["2026-02-10", "2026-03-10", "2026-04-10"]
        ended = flow("monthly", "2026-02-10", until="2026-04-09")
        assert days(ended, "2025-01-01", "2027-01-01") == ["2026-02-10", "2026-03-10"]
        assert days(ended, "2026-04-09", "2027-01-01") == []

    def test_does_not_drift_over_a_short_month(self) -> None:
        paid = flow("monthly", "2026-01-31")
        assert days(paid, "2026-02-01", "2026-06-01") == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


class TestCount:
    @pytest.mark.parametrize("seed", range(100))
    def test_is_that_of_the_listed_days(self, seed: int) -> None:
        random = Random(seed)
        start = date(2026, 1, 1) + timedelta(days=random.randint(0, 400))
        some = a_flow(random, start, tuple(PayFrequency), 100)
        end = start + timedelta(days=random.randint(1, 900))
        listed = [day for day in days_of(some, end) if day >= start]
        assert sorted(some.days_in(start, end)) == listed
        assert some.count_before(end) - some.count_before(start) == len(listed)
        calendar = Calendar(start, start - timedelta(days=random.randint(0, 27)))
        months = by_month((some,), calendar, 24)
        for month, cents in enumerate(months):
            since, until = calendar.day(month), calendar.day(month + 1)
            in_month = [day for day in days_of(some, until) if day >= since]
            assert cents == some.amount * 100 * len(in_month)
            assert some.amount_in(since, until) == cents

    @pytest.mark.parametrize("frequency", ["semimonthly", "monthly", "quarterly", "annual"])
    @pytest.mark.parametrize("day", [1, 13, 14, 15, 16, 27, 28, 29, 30, 31])
    def test_by_month_where_the_months_start_late_in_them(self, frequency: str, day: int) -> None:
        """February's 28th may be both the start of a month and the day on which the money comes."""
        for anchor in (1, 13, 27, 28, 29, 30, 31):
            some, calendar = (
                flow(frequency, f"2027-01-{day:02}"),
                Calendar(date(2027, 1, 31), date(2027, 1, anchor)),
            )
            starts = [calendar.day(month) for month in range(40)]
            counted = [some.amount_in(since, end) for since, end in pairwise(starts)]
            assert by_month((some,), calendar, 39) == counted

    @pytest.mark.parametrize("frequency", [each.value for each in PayFrequency])
    def test_by_month_of_what_has_ended_is_nothing(self, frequency: str) -> None:
        ended = flow(frequency, "2023-01-10", "2023-08-11")
        assert by_month((ended,), Calendar(date(2024, 9, 15), date(2024, 8, 28)), 14) == [0] * 14

    def test_takes_no_longer_for_fifty_years_that_have_passed(self) -> None:
        """Some 2 600 weeks: every one would be listed, were they not counted."""
        old = flow("weekly", "1976-01-02")
        assert days(old, "2026-01-01", "2026-01-16") == ["2026-01-02", "2026-01-09"]
        assert old.count_before(date(2026, 1, 2)) == 2609
