"""What is owed on linked debts after the months that check-ins tell, against a bank of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.history import Told
from planning.engine.dates import Calendar
from planning.engine.model import Debt
from planning.put_in.paid_off import PaidOff, SnapshotTold, after_month, at_start, before_month, paid_off
from planning.tests import oracle_dates, oracle_debts

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR = date(2026, 1, 1)
JANUARY = Calendar(NEW_YEAR, NEW_YEAR)
STORED = datetime(2026, 1, 1, 12, tzinfo=UTC)


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def as_input(debts: list[oracle_debts.Debt]) -> tuple[Debt, ...]:
    rates = [Decimal(each.rate.numerator) / each.rate.denominator for each in debts]
    return tuple(
        Debt("debt", euros(each.balance), rate, euros(each.minimum))
        for each, rate in zip(debts, rates, strict=True)
    )


def owed(debts: list[oracle_debts.Debt]) -> int:
    return sum(each.balance for each in debts)


@st.composite
def banks(draw: st.DrawFn) -> list[oracle_debts.Debt]:
    """Up to four debts with different rates, whose minimum payments are more than their interest."""
    rates = draw(st.lists(st.sampled_from(["0", "5.5", "12", "22.99"]), min_size=1, max_size=4, unique=True))
    debts = []
    for rate in rates:
        balance = draw(st.integers(1, 600_000))
        debts.append(oracle_debts.Debt(balance, Fraction(rate), draw(st.integers(balance // 40 + 1, 20_000))))
    return debts


class TestManyMonths:
    @settings(max_examples=150)
    @given(banks(), st.lists(st.none() | st.integers(0, 40_000), max_size=20))
    def test_leave_what_the_bank_is_owed(self, bank: list[oracle_debts.Debt], payments: list[int | None]) -> None:
        """In some months nothing is paid and the bank adds no interest; check-ins tell all that is paid."""
        start, check_ins, off = as_input(bank), [], 0
        for month, extra in enumerate(payments, 1):
            day = oracle_dates.calendar_day(NEW_YEAR, month)
            if extra is not None:
                before = owed(bank)
                bank = oracle_debts.pay_debts(bank, sum(each.minimum for each in bank) + extra)
                off += before - owed(bank)
                moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
                check_ins.append(Told(day, moment, euros(off)))
        calendar = Calendar(oracle_dates.calendar_day(NEW_YEAR, len(payments)) + timedelta(days=1), NEW_YEAR)
        told = paid_off(calendar, check_ins, euros(off), SnapshotTold(STORED, NEW_YEAR, Decimal(0)))
        assert at_start(start, told, calendar) == as_input(bank)

    @settings(max_examples=150)
    @given(banks(), st.integers(0, 40_000))
    def test_are_undone_where_no_debt_was_closed(self, bank: list[oracle_debts.Debt], extra: int) -> None:
        paid = oracle_debts.pay_debts(bank, sum(each.minimum for each in bank) + extra)
        before, after, principal = as_input(bank), as_input(paid), euros(owed(bank) - owed(paid))
        assert after_month(before, principal, JANUARY) == after
        undone = before_month(after, principal, JANUARY)
        assert owed(bank) == sum(each.balance for each in undone) * 100
        if all(each.balance for each in paid):
            assert after_month(undone, principal, JANUARY) == after


class TestWhereOneIsClosed:
    def test_the_others_are_paid_their_minimums(self) -> None:
        """17.00 + 4.78 of interest, and 100.00 paid."""
        rates = ((0, Decimal(30)), (850, Decimal(24)), (955, Decimal(6)))
        debts = tuple(Debt("debt", Decimal(balance), rate, Decimal(50)) for balance, rate in rates)
        left = after_month(debts, Decimal("78.22"), JANUARY)
        assert [debt.balance for debt in left] == [Decimal(0), Decimal(817), Decimal("909.78")]


class TestBeforeAMonth:
    def test_in_which_nothing_was_paid_as_much_was_owed(self) -> None:
        """No balance fits: the bank would have added interest and taken its minimum."""
        debts = (Debt("debt", Decimal(100), Decimal(12), Decimal(20)),)
        assert [debt.balance for debt in before_month(debts, Decimal(0), JANUARY)] == [Decimal(100)]

    def test_that_was_paid_otherwise_all_of_it_was_owed_at_the_highest_rate(self) -> None:
        """30.00 paid off is less than both minimum payments."""
        balances = ((50, Decimal(5)), (10, Decimal(12)))
        debts = tuple(Debt("debt", Decimal(balance), rate, Decimal(50)) for balance, rate in balances)
        before = before_month(debts, Decimal(30), JANUARY)
        assert [debt.balance for debt in before] == [Decimal(50), Decimal(40)]


class TestPaidOff:
    def test_does_not_count_a_day_that_is_still_to_come(self) -> None:
        """A person who travels west can have told of tomorrow."""
        check_ins = [
            Told(date(2026, 2, 5), STORED + timedelta(hours=1), Decimal(300)),
            Told(date(2026, 2, 21), STORED + timedelta(hours=2), Decimal(900)),
        ]
        calendar = Calendar(date(2026, 2, 20), NEW_YEAR)
        told = paid_off(calendar, check_ins, Decimal(300), SnapshotTold(STORED, NEW_YEAR, Decimal(0)))
        assert told == PaidOff(Decimal(300), in_month=Decimal(300), in_month_since=Decimal(300))

    def test_before_the_calendar_began_belongs_to_no_month(self) -> None:
        check_in = Told(NEW_YEAR, STORED + timedelta(hours=1), Decimal(2000))
        calendar, snapshot = Calendar(date(2026, 1, 20), NEW_YEAR), SnapshotTold(STORED, NEW_YEAR, Decimal(500))
        told = paid_off(calendar, [check_in], Decimal(2000), snapshot)
        assert told == PaidOff(Decimal(2000), beside=Decimal(1500))
        on_the_day = paid_off(Calendar(NEW_YEAR, NEW_YEAR), [check_in], Decimal(2000), snapshot)
        assert on_the_day == PaidOff(Decimal(2000), beside=Decimal(1500))

    def test_before_the_snapshot_is_in_its_balances(self) -> None:
        check_ins = [
            Told(date(2026, 2, 5), STORED - timedelta(hours=1), Decimal(300)),
            Told(date(2026, 2, 10), STORED + timedelta(hours=1), Decimal(500)),
        ]
        calendar = Calendar(date(2026, 2, 20), NEW_YEAR)
        told = paid_off(calendar, check_ins, Decimal(500), SnapshotTold(STORED, NEW_YEAR, Decimal(300)))
        assert told == PaidOff(Decimal(500), in_month=Decimal(500), in_month_since=Decimal(200))

    def test_of_an_earlier_day_told_later_is_not_what_is_there_now(self) -> None:
        check_ins = [
            Told(date(2026, 1, 20), STORED + timedelta(hours=1), Decimal(100)),
            Told(date(2026, 2, 5), STORED - timedelta(hours=1), Decimal(300)),
        ]
        calendar = Calendar(date(2026, 2, 20), NEW_YEAR)
        told = paid_off(calendar, check_ins, Decimal(300), SnapshotTold(STORED, NEW_YEAR, Decimal(300)))
        assert told == PaidOff(Decimal(300), in_month=Decimal(200))
