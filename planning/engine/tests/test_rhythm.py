"""Which of its times a day of a rhythm is."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.cadence import Cadence, action_dates, latest_action_date
from planning.engine.dates import Calendar
from planning.engine.money.flows import Flow
from planning.engine.rhythm import phase, turn, turn_of_flow, turn_of_payment
from planning.engine.tests.builders import NEW_YEAR, goal, money
from planning.vocabulary import Frequency, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONDAY = date(2026, 3, 9)
STARTS = [date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 16), date(2026, 1, 30), date(2026, 1, 31)]


class TestTurn:
    @pytest.mark.parametrize(
        ("frequency", "first", "last"),
        [
            ("weekly", MONDAY, date(2026, 3, 15)),
            ("biweekly", date(2026, 3, 16), date(2026, 3, 29)),
            ("monthly", date(2026, 3, 1), date(2026, 3, 31)),
            ("quarterly", date(2026, 4, 1), date(2026, 6, 30)),
            ("annual", date(2026, 1, 1), date(2026, 12, 31)),
        ],
    )
    def test_is_the_same_within_its_period_and_the_next_after_it(
        self, frequency: str, first: date, last: date
    ) -> None:
        assert turn(frequency, first) == turn(frequency, last)
        assert turn(frequency, last + timedelta(days=1)) == turn(frequency, first) + 1


class TestFlow:
    @pytest.mark.parametrize("start", STARTS)
    @pytest.mark.parametrize("frequency", [*PayFrequency])
    def test_has_a_turn_of_its_own_on_each_of_its_days(self, frequency: PayFrequency, start: date) -> None:
        flow = Flow(money(1), frequency, start)
        days = sorted(flow.days_in(start, date(2029, 1, 1)))
        turns = [turn_of_flow(flow, day) for day in days]
        assert [later - earlier for earlier, later in pairwise(turns)] == [1] * (len(days) - 1)

    @pytest.mark.parametrize("frequency", [*PayFrequency])
    def test_has_the_same_phase_when_its_next_date_rolls_forward(self, frequency: PayFrequency) -> None:
        flow = Flow(money(1), frequency, date(2026, 1, 10))
        phases = {phase(frequency, day) for day in flow.days_in(flow.next_date, date(2029, 1, 1))}
        assert phases == {phase(frequency, flow.next_date)}
        assert phase(frequency, date(2026, 1, 11)) not in phases


class TestPayment:
    @given(
        st.sampled_from([*Frequency]), st.integers(1, 7), st.dates(NEW_YEAR, date(2030, 1, 1)), st.integers(0, 400)
    )
    def test_that_is_overdue_is_the_last_one_that_has_passed(
        self, frequency: Frequency, day_of_period: int, since: date, after: int
    ) -> None:
        cadence, day = Cadence(frequency, day_of_period, since), since + timedelta(days=after)
        latest = latest_action_date(cadence, day)
        assert next(action_dates(cadence, latest)) == latest <= day
        assert next(action_dates(cadence, latest + timedelta(days=1))) > day
        wanted = goal(100, cadence=cadence)
        calendar = Calendar(NEW_YEAR, NEW_YEAR)
        assert turn_of_payment(wanted, calendar, day) == turn_of_payment(wanted, calendar, latest)

    @pytest.mark.parametrize(
        ("day_of_month", "day", "latest"),
        [
            (31, date(2026, 3, 30), date(2026, 2, 28)),
            (31, date(2026, 3, 31), date(2026, 3, 31)),
            (30, date(2026, 2, 28), date(2026, 2, 28)),
            (10, date(2026, 1, 9), date(2025, 12, 10)),
        ],
    )
    def test_of_a_month_may_be_clamped(self, day_of_month: int, day: date, latest: date) -> None:
        assert latest_action_date(Cadence(Frequency.MONTHLY, day_of_month, NEW_YEAR), day) == latest

    @pytest.mark.parametrize(("frequency", "latest"), [("weekly", 13), ("biweekly", 6)])
    def test_of_a_week_is_on_its_weekday(self, frequency: str, latest: int) -> None:
        cadence = Cadence(Frequency(frequency), 5, date(2026, 3, 2))
        assert latest_action_date(cadence, date(2026, 3, 19)) == date(2026, 3, latest)

    def test_on_a_day_of_the_calendar_is_of_the_month_in_which_that_began(self) -> None:
        """From 31 January on, a month begins on 28 February, and the next one on 31 March."""
        calendar = Calendar(date(2026, 1, 31), date(2026, 1, 31))
        turns = [turn_of_payment(goal(1), calendar, day) for day in (date(2026, 2, 28), date(2026, 3, 30))]
        assert len({*turns}) == 1
        assert turn_of_payment(goal(1), calendar, date(2026, 3, 31)) == str(int(turns[0]) + 1)
