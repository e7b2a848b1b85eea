"""What of a month's payment on several debts was made, and what is still due on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from planning.engine.dates import Calendar
from planning.engine.model import Debt
from planning.put_in.debt_months import DebtMonth, Due, count_debt_month, kept_last_month
from planning.put_in.months import Planned
from planning.put_in.paid_off import PaidOff

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CALENDAR = Calendar(date(2026, 3, 1), date(2026, 1, 1))
TENTH = Calendar(date(2026, 3, 10), date(2026, 1, 1))
YEAR_END = date(2026, 12, 31)
ASKED = Planned(None, Decimal("100.00"), [], of_debts=True)


def two(first: str, second: str) -> tuple[Debt, ...]:
    """One at 24 % and one at 6 %, with minimum payments of 50 each."""
    rates = (Decimal(24), Decimal(6))
    balances = (Decimal(first), Decimal(second))
    return tuple(Debt("debt", balance, rate, Decimal(50)) for balance, rate in zip(balances, rates, strict=True))


def due(debts: tuple[Debt, ...], last_month: str, since: str | None = None) -> Due:
    """What is due on 1 March, if so much was paid off in February, all of it `since` the snapshot or a part."""
    in_month = Decimal(last_month)
    paid_off = PaidOff(in_month, in_month, in_month_since=Decimal(since or last_month))
    return count_debt_month(CALENDAR, debts, paid_off, ASKED, CALENDAR.as_of).due


class TestMonth:
    def test_without_a_plan_is_paid_off_and_asks_for_nothing(self) -> None:
        """On the tenth 300 were paid off, before there was a plan: they come off the highest rate."""
        paid_off = PaidOff(Decimal(300), Decimal(300), in_month_since=Decimal(300))
        found = count_debt_month(TENTH, two("1000", "955"), paid_off, None, YEAR_END)
        assert [debt.balance for debt in found.debts] == [Decimal(700), Decimal(955)]
        assert (found.month.paid, found.principal, found.due) == (Decimal(0), Decimal(0), Due())


class TestDue:
    """1 000 each, and 200 a month of which 100 are above the minimums.

    In the first month 20 + 5 of interest and 175 of principal leave 870 and 955, in the second 17.40 + 4.78 and
    177.82.
    """

    def test_is_nothing_once_the_months_payment_is_told(self) -> None:
        assert due(two("870", "955"), "177.82") == Due()

    def test_is_nothing_where_a_snapshot_was_stored_after_the_payment(self) -> None:
        assert due(two("737.40", "909.78"), "177.82", since="0") == Due()

    def test_is_all_that_was_asked_for_before_the_payment(self) -> None:
        found = due(two("870", "955"), "0")
        assert (found.amount, found.made, found.principal) == (Decimal(100), Decimal(0), Decimal("177.82"))

    def test_is_all_that_was_asked_for_where_the_minimums_are_less_than_the_interest(self) -> None:
        """30 + 80 of interest; 200 are to be paid."""
        found = due(two("1500", "16000"), "0")
        assert (found.amount, found.made, found.principal) == (Decimal(100), Decimal(0), Decimal(90))

    def test_is_the_rest_of_a_part(self) -> None:
        found = due(two("870", "955"), "127.82")
        assert (found.amount, found.made) == (Decimal(50), Decimal(50))

    @pytest.mark.parametrize(("until", "principal"), [("2026-02-28", "177.82"), ("2026-03-01", "200.00")])
    def test_is_of_the_rate_of_the_month_that_ends_today(self, until: str, principal: str) -> None:
        day = date.fromisoformat(until)
        debts = tuple(replace(debt, promo_rate=Decimal(0), promo_until=day) for debt in two("870", "955"))
        assert due(debts, "0", "0").principal == Decimal(principal)

    def test_is_no_more_than_was_asked_for_where_a_minimum_has_risen(self) -> None:
        """20 % of 887.40 are 177.48, of which 50 are kept: with the other 50 more is paid than 200."""
        dear, cheap = two("870", "955")
        risen = replace(dear, min_payment_percent=Decimal(20), min_payment_floor=Decimal(0))
        found = due((risen, cheap), "0", "0")
        assert (found.amount, found.principal) == (Decimal(100), Decimal("205.30"))

    def test_is_less_where_less_clears_the_debts(self) -> None:
        assert due(two("0", "120"), "0").amount == Decimal("20.60")

    def test_is_nothing_once_less_than_was_asked_for_cleared_the_debts(self) -> None:
        assert due(two("0", "20"), "20") == Due()


class TestWhereOneIsClosed:
    """The dear one is closed; 400 are owed on the other, whose minimums of 50 alone clear it in nine months.

    A month's interest is 2.00, so a minimum payment is 48.00 of principal.
    """

    def found(self, calendar: Calendar, told: str, by: date = YEAR_END, ask: str = "0") -> DebtMonth:
        told_off = PaidOff(Decimal(told), Decimal(told), in_month_since=Decimal(told))
        asked = Planned(None, Decimal(ask), [], of_debts=True)
        return count_debt_month(calendar, two("0", "400"), told_off, asked, by)

    def test_no_more_than_its_minimum_counts_as_due_on_the_day_of_payment(self) -> None:
        before = self.found(CALENDAR, "0")
        assert before.due == Due(Decimal(0), Decimal(0), principal=Decimal(48))
        assert [debt.balance for debt in before.debts] == [Decimal(0), Decimal(352)]

    def test_nothing_is_due_once_its_minimum_is_paid(self) -> None:
        after = self.found(CALENDAR, "48")
        assert after.due == Due()
        assert [debt.balance for debt in after.debts] == [Decimal(0), Decimal(352)]

    def test_what_is_paid_beyond_its_minimum_was_never_owed_in_the_month(self) -> None:
        found = self.found(TENTH, "68")
        assert (found.principal, found.month.paid) == (Decimal(48), Decimal(0))
        assert [debt.balance for debt in found.debts] == [Decimal(0), Decimal(380)]

    def test_what_was_asked_for_comes_on_top_of_its_minimum(self) -> None:
        assert self.found(TENTH, "68", ask="20").month.paid == Decimal(20)
        assert self.found(CALENDAR, "58", ask="20").due == Due(Decimal(10), Decimal(10), principal=Decimal(10))

    def test_the_minimum_of_the_closed_one_is_paid_too_where_the_others_do_not_suffice(self) -> None:
        """In five months: 50 + 50, of which 98.00 are principal."""
        by = date(2026, 7, 1)
        assert self.found(CALENDAR, "0", by).due.principal == Decimal(98)
        assert self.found(CALENDAR, "98", by).due == Due()

    def test_the_minimum_of_the_closed_one_is_paid_no_more_after_the_goals_date(self) -> None:
        """The month that ends on 1 March is the last one up to the first of these dates."""
        assert self.found(CALENDAR, "0", date(2026, 3, 1)).due.principal == Decimal(98)
        assert self.found(CALENDAR, "0", date(2026, 2, 28)).due.principal == Decimal(48)


class TestKeptLastMonth:
    """In January the dear one was cleared and the other one paid its minimum; 452.50 are owed on 1 February."""

    def kept(self, calendar: Calendar, by: date, told: str = "47.74") -> tuple[Decimal, ...]:
        earlier = ((1, Decimal("347.50")), (2, Decimal(told)))
        paid_off = PaidOff(Decimal("347.50") + Decimal(told), earlier=earlier)
        if not calendar.month_has_begun:
            told_off = Decimal(told)
            paid_off = replace(paid_off, in_month=told_off, in_month_since=told_off, earlier=earlier[:1])
        return kept_last_month(calendar, two("300", "500"), paid_off, None, by)

    @pytest.mark.parametrize("calendar", [CALENDAR, TENTH])
    def test_is_all_minimums_up_to_the_goals_date_and_what_is_due_after_it(self, calendar: Calendar) -> None:
        assert self.kept(calendar, date(2026, 3, 1)) == (Decimal(50), Decimal(50))
        assert self.kept(calendar, date(2026, 2, 28)) == (Decimal(0), Decimal(50))

    @pytest.mark.parametrize("calendar", [CALENDAR, TENTH])
    def test_is_nothing_once_the_debts_are_cleared(self, calendar: Calendar) -> None:
        assert self.kept(calendar, date(2026, 2, 28), told="452.50") == (Decimal(0), Decimal(0))
