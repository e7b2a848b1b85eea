"""When things are due on people's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from accounts.vocabulary import ReminderFrequency
from fincred.companion.schedule import (
    Due,
    Rhythm,
    after_quiet_hours,
    has_checked_in,
    moment_at,
    waking_hour,
)

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


def rhythm(
    frequency: str = "weekly", weekday: int = 1, hour: int = 18, zone: ZoneInfo = BERLIN, since: str = "2026-03-10"
) -> Rhythm:
    return Rhythm(zone, hour, ReminderFrequency(frequency), weekday, date.fromisoformat(since))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days_of(one: Rhythm, *, count: int, now: datetime = TUESDAY) -> list[str]:
    """The days of the next reminders, each looked for when the one before is sent."""
    days: list[str] = []
    after = None
    while len(days) < count:
        due = one.next_check_in(now, after)
        assert due
        days.append(due.day.isoformat())
        now, after = due.moment, due.day
    return days


class TestReminders:
    def test_come_on_the_persons_day_and_hour(self) -> None:
        assert rhythm(weekday=5, hour=7).next_check_in(TUESDAY, None) == Due(
            date(2026, 3, 13), at("2026-03-13T06:00")
        )

    def test_come_today_while_the_hour_is_to_come(self) -> None:
        due = rhythm(weekday=2).next_check_in(TUESDAY, None)
        assert due == Due(date(2026, 3, 10), at("2026-03-10T17:00"))

    def test_of_an_hour_that_is_over_come_next_week(self) -> None:
        due = rhythm(weekday=2, hour=13).next_check_in(TUESDAY, None)
        assert due == Due(date(2026, 3, 17), at("2026-03-17T12:00"))

    def test_every_other_week_count_from_the_week_in_which_that_was_chosen(self) -> None:
        chosen_today = rhythm("biweekly", weekday=4)
        assert days_of(chosen_today, count=3) == ["2026-03-12", "2026-03-26", "2026-04-09"]
        chosen_last_week = rhythm("biweekly", weekday=4, since="2026-03-08")
        assert days_of(chosen_last_week, count=2) == ["2026-03-19", "2026-04-02"]

    def test_every_month_are_on_its_first_such_weekday(self) -> None:
        assert days_of(rhythm("monthly", weekday=3), count=3) == ["2026-04-01", "2026-05-06", "2026-06-03"]

    def test_of_nobody_who_said_off(self) -> None:
        assert rhythm("off").next_check_in(TUESDAY, None) is None

    def test_do_not_come_twice_in_a_week_when_the_day_is_changed(self) -> None:
        sent_on_monday = date(2026, 3, 9)
        due = rhythm(weekday=4).next_check_in(TUESDAY, sent_on_monday)
        assert due
        assert due.day == date(2026, 3, 19)

    def test_do_not_come_twice_in_a_month(self) -> None:
        due = rhythm("monthly", weekday=3).next_check_in(at("2026-04-01T00:00"), date(2026, 4, 1))
        assert due
        assert due.day == date(2026, 5, 6)

    def test_come_once_a_week_through_a_year_of_clock_changes(self) -> None:
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"):
            one = rhythm(weekday=7, hour=2, zone=ZoneInfo(zone))
            days = days_of(one, count=60)
            steps = {date.fromisoformat(b) - date.fromisoformat(a) for a, b in pairwise(days)}
            assert steps == {timedelta(days=7)}, zone


class TestMoments:
    def test_an_hour_that_the_clock_skips_is_an_hour_later(self) -> None:
        assert moment_at(date(2026, 3, 29), 2, BERLIN) == at("2026-03-29T01:00")

    def test_an_hour_that_comes_twice_is_the_first(self) -> None:
        assert moment_at(date(2026, 10, 25), 2, BERLIN) == at("2026-10-25T00:00")

    @pytest.mark.parametrize(("hour", "expected"), [(0, 8), (7, 8), (8, 8), (20, 20), (21, 20), (23, 20)])
    def test_a_waking_hour_is_the_nearest(self, hour: int, expected: int) -> None:
        assert waking_hour(hour) == expected

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-03-10T19:59", "2026-03-10T19:59"),
            ("2026-03-10T20:00", "2026-03-11T07:00"),
            ("2026-03-11T06:59", "2026-03-11T07:00"),
            ("2026-03-11T07:00", "2026-03-11T07:00"),
        ],
    )
    def test_quiet_hours_end_at_eight_in_their_zone(self, moment: str, expected: str) -> None:
        assert after_quiet_hours(at(moment), BERLIN) == at(expected)


class TestMornings:
    def test_are_at_nine_on_their_weekday(self) -> None:
        assert rhythm().next_morning(4, TUESDAY, None) == Due(date(2026, 3, 12), at("2026-03-12T08:00"))

    def test_of_today_are_next_week_once_it_is_over(self) -> None:
        assert rhythm().next_morning(2, TUESDAY, None).day == date(2026, 3, 17)

    def test_come_after_the_last_one_though_the_clock_went_back(self) -> None:
        assert rhythm().next_morning(4, TUESDAY, date(2026, 3, 12)).day == date(2026, 3, 19)


class TestPayments:
    DAYS = (date(2026, 3, 11), date(2026, 3, 20), date(2026, 4, 20))

    def test_are_told_the_day_before(self) -> None:
        due = rhythm().next_payment(self.DAYS, TUESDAY, None)
        assert due == Due(date(2026, 3, 11), at("2026-03-10T17:00"))

    def test_are_told_in_waking_hours(self) -> None:
        due = rhythm(hour=23).next_payment(self.DAYS, TUESDAY, None)
        assert due
        assert due.moment == at("2026-03-10T19:00")

    def test_are_told_once_a_date(self) -> None:
        due = rhythm().next_payment(self.DAYS, TUESDAY, date(2026, 3, 11))
        assert due
        assert due.day == date(2026, 3, 20)

    def test_that_are_too_near_are_not_told(self) -> None:
        due = rhythm(hour=9).next_payment(self.DAYS, TUESDAY, None)
        assert due
        assert due.day == date(2026, 3, 20)

    def test_may_be_none(self) -> None:
        assert rhythm().next_payment([], TUESDAY, None) is None


class TestOnesOwn:
    def test_come_at_the_same_hour_in_summer_and_winter(self) -> None:
        saturday = at("2026-03-28T17:00")
        assert rhythm().moment_again(saturday, saturday, as_reminder=False) == at("2026-04-04T16:00")

    def test_come_as_often_as_reminders_if_they_are_reminders(self) -> None:
        first = at("2026-06-01T17:00")
        again = rhythm("biweekly").moment_again(first, first, as_reminder=True)
        assert again == at("2026-06-15T17:00")

    def test_that_were_missed_come_once(self) -> None:
        assert rhythm().moment_again(at("2026-01-06T11:00"), TUESDAY, as_reminder=False) == at("2026-03-17T11:00")


class TestHasCheckedIn:
    @pytest.mark.parametrize(
        ("frequency", "monday", "expected"),
        [
            ("weekly", "2026-03-09", True),
            ("weekly", "2026-03-02", False),
            ("weekly", "2026-03-16", False),
            ("biweekly", "2026-03-02", False),
            ("monthly", "2026-03-02", True),
            ("monthly", "2026-02-16", False),
        ],
    )
    def test_in_the_period_of_the_reminder(self, frequency: str, monday: str, expected: bool) -> None:
        mondays = [date.fromisoformat(monday)]
        assert has_checked_in(date(2026, 3, 12), ReminderFrequency(frequency), mondays) is expected
