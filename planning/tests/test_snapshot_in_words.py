from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from planning.snapshot_contents import (
    DebtEntry,
    Expenses,
    IncomeEntry,
    PlannedExpense,
    SavingsEntry,
    SnapshotContents,
)
from planning.snapshot_in_words import debts_in_words, expenses_in_words, incomes_in_words, savings_in_words
from planning.vocabulary import DebtType, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CARD = DebtEntry(DebtType.CREDIT_CARD, Decimal("3200.00"), Decimal("22.9000"), Decimal("97.84"), label="Card")


class TestWords:
    def test_of_incomes_and_savings_have_their_labels(self) -> None:
        contents = SnapshotContents(
            incomes=(
                IncomeEntry(Decimal("2075.00"), PayFrequency.BIWEEKLY, "Salary"),
                IncomeEntry(Decimal("10.00"), PayFrequency.MONTHLY),
            ),
            savings=(SavingsEntry(Decimal("1800.00"), "Account"), SavingsEntry(Decimal("5.00"))),
        )
        assert incomes_in_words(contents) == ["Salary: 2,075.00 biweekly", "Income: 10.00 monthly"]
        assert savings_in_words(contents) == ["Account: 1,800.00", "Savings: 5.00"]

    def test_of_expenses_say_what_is_essential_if_it_was_told(self) -> None:
        total, essential = Decimal("2950.00"), Decimal("2300.00")
        assert expenses_in_words(SnapshotContents()) == []
        assert expenses_in_words(SnapshotContents(expenses=Expenses(total))) == ["2,950.00 a month"]
        assert expenses_in_words(SnapshotContents(expenses=Expenses(total, essential))) == [
            "2,950.00 a month, 2,300.00 of them essential"
        ]

    def test_have_the_days_of_what_has_days(self) -> None:
        day, last = date(2027, 6, 1), date(2028, 6, 1)
        contents = SnapshotContents(
            incomes=(IncomeEntry(Decimal("500.00"), PayFrequency.ONCE, "Refund", day),),
            expenses=Expenses(
                Decimal("10.00"), planned=(PlannedExpense(Decimal("480.00"), PayFrequency.ANNUAL, day, last),)
            ),
        )
        assert incomes_in_words(contents) == ["Refund: 500.00 once on 1 Jun 2027"]
        assert expenses_in_words(contents) == [
            "10.00 a month",
            "Planned: 480.00 annual from 1 Jun 2027 until 1 Jun 2028",
        ]

    def test_of_debts_have_rates_and_minimum_payments(self) -> None:
        loan = DebtEntry(
            DebtType.CAR_LOAN,
            Decimal("8500.00"),
            Decimal("5.9"),
            Decimal("210.00"),
            min_payment_percent=Decimal("3.0000"),
            min_payment_floor=Decimal("25.00"),
            promo_rate_annual=Decimal("1.9"),
            promo_until=date(2027, 6, 30),
        )
        assert debts_in_words(SnapshotContents(debts=(CARD, loan))) == [
            "Card: 3,200.00 at 22.9 % a year; minimum payment 97.84",
            (
                "car loan: 8,500.00 at 5.9 % a year, 1.9 % until 30 Jun 2027; "
                "minimum payment 210.00 (3 % of it, 25.00 at least)"
            ),
        ]
