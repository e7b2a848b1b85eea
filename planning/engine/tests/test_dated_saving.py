"""Savings paid on days of their own: interest by month, and no more taken than is needed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.cadence import Cadence
from planning.engine.dated_saving import DatedSaving
from planning.engine.dates import Calendar
from planning.engine.money.cents import grown
from planning.engine.own_days import OwnDays, own_days
from planning.engine.tests.builders import CALENDAR, NEW_YEAR
from planning.vocabulary import Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

THURSDAYS = Cadence(Frequency.WEEKLY, 4, NEW_YEAR)
FIRSTS = Cadence(Frequency.MONTHLY, 1, NEW_YEAR)
FIFTHS = Cadence(Frequency.MONTHLY, 5, NEW_YEAR)


def days_until(
    cadence: Cadence, until: date, calendar: Calendar = CALENDAR, starts: date | None = None
) -> OwnDays:
    return own_days(cadence, calendar, until, calendar.instalments(until), starts)


def grown_month_by_month(saving: DatedSaving, by_day: list[list[int]]) -> int:
    """The oracle: a payment on a month's first day earns interest for it, a later one from the next month on."""
    balance = saving.start
    for month, paid in enumerate(by_day):
        early = paid[0] if saving.days.on_start[month] else 0
        beyond = 0 if month else max(0, saving.credit - sum(paid))
        earning = balance + beyond + early
        interest = grown(earning, saving.rate) - earning
        if not month and saving.first_interest is not None:
            interest = saving.first_interest
        balance += beyond + sum(paid) + interest
    return balance


class TestSimulate:
    @given(
        st.sampled_from([THURSDAYS, FIFTHS]),
        st.integers(1, 3_000_000),
        st.lists(st.integers(0, 50_000), min_size=53, max_size=53),
        st.none() | st.integers(0, 5000),
        st.sampled_from([0, 3000]),
    )
    def test_takes_the_first_offers_up_to_the_cent_that_reaches_the_target(
        self, cadence: Cadence, rate: int, offers: list[int], first_interest: int | None, credit: int
    ) -> None:
        days = days_until(cadence, date(2027, 1, 1))
        saving = DatedSaving(100_000, 20_000, rate, days, 0, credit=credit, first_interest=first_interest)
        trajectory = saving.simulate(offers[: sum(days.counts)])
        by_day = [[*paid] for paid in trajectory.by_day]
        end = grown_month_by_month(saving, by_day)
        if trajectory.missing:
            assert end == 100_000 - trajectory.missing
            return
        assert end >= 100_000
        last = max((month for month, paid in enumerate(by_day) if any(paid)), default=0)
        day = max((day for day, amount in enumerate(by_day[last]) if amount), default=0)
        if sum(by_day[last]) > (0 if last else credit):
            by_day[last][day] -= 1
            assert grown_month_by_month(saving, by_day) < 100_000

    def test_interest_of_a_month_that_has_begun_is_the_first_months(self) -> None:
        calendar = Calendar(date(2026, 1, 3), NEW_YEAR)
        days = days_until(FIFTHS, date(2026, 3, 1), calendar)
        saving = DatedSaving(10_000, 0, 120_000, days, 0, first_interest=50)
        trajectory = saving.simulate([20_000, 20_000])
        assert trajectory.amounts == [9851, 0]  # 98.51 and 0.50 grow to 100.00

    @pytest.mark.parametrize(("first_interest", "before"), [(None, [100_00, 101_00]), (50, [100_00, 100_50])])
    def test_what_is_there_before_the_first_day_earns_interest(
        self, first_interest: int | None, before: list[int]
    ) -> None:
        """1 % a month: what was there, and what was put in, is 1.00 more (or 0.50) after January."""
        days = days_until(FIRSTS, date(2026, 5, 2), starts=date(2026, 2, 2))
        saving = DatedSaving(200_00, 90_00, 120_000, days, 0, credit=10_00, first_interest=first_interest)
        grown_until_march = grown(before[1], 120_000)
        balances = [*before, grown_until_march + 10_00, grown(grown_until_march + 10_00, 120_000), 0]
        balances[4] = grown(balances[3], 120_000) + 5_00
        trajectory = saving.simulate([10_00, 0, 5_00])
        assert (trajectory.amounts, trajectory.balances) == ([10_00, 0, 10_00, 0, 5_00], balances)
        assert trajectory.end == grown(balances[4], 120_000)
        assert saving.missing([10_00, 0, 5_00]) == trajectory.missing == 200_00 - trajectory.end

    def test_asks_for_no_more_than_is_missing_even_without_interest(self) -> None:
        saving = DatedSaving(10_000, 4000, 0, days_until(FIFTHS, date(2026, 3, 1)), 3000)
        assert [saving.raised(5000, gap) for gap in (500, 5000)] == [5500, 6000]

    def test_interest_of_the_dates_month_is_in_no_balance_before_a_late_payment(self) -> None:
        """10.00 a Thursday, of which the first earns 0.10: 30.00 after the third one, 35.10 after a late one."""
        saving = DatedSaving(10_000, 0, 120_000, days_until(THURSDAYS, date(2026, 1, 20)), 0)
        in_time = saving.simulate([1000, 1000, 1000])
        assert saving.simulate_late(in_time, [500, 0]).balances == [3510]
        assert saving.simulate_late(in_time, [0, 0, 500, 0, 0, 0]).balances == [3000, 3510]

    def test_late_days_are_counted_from_the_month_of_the_date(self) -> None:
        saving = DatedSaving(10_000, 0, 0, days_until(THURSDAYS, date(2026, 1, 20)), 0)
        assert saving.late_counts(3) == [2, 4, 4]  # 22 and 29 January, February, March

    def test_payments_that_miss_their_first_days_are_higher(self) -> None:
        """201.00 by March: 99.01 on first days earn 1.99 and 0.99, but 100.00 later in these months earn 1.00."""
        days = days_until(FIRSTS, date(2026, 3, 1))
        level = DatedSaving(20_100, 0, 120_000, days, 0).least_level()
        saving = DatedSaving(20_100, 0, 120_000, days, level)
        later = saving.paid_first_in([False, False])
        assert (saving.level, saving.total) == (9901, 19_802)
        assert (later.level, later.total) == (10_000, 20_000)
        assert saving.paid_first_in([False, False]) is later
