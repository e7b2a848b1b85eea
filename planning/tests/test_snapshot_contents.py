"""The contents of a snapshot, and their sums."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from fincred.money import ZERO
from planning.snapshot_contents import Expenses, IncomeEntry, SavingsEntry, SnapshotContents
from planning.tests.factories import TODAY, contents, debt, savings
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestFigures:
    def test_sums_incomes_of_a_year_exactly_and_divides_once(self) -> None:
        snapshot = SnapshotContents(
            incomes=(
                IncomeEntry(Decimal("500.00"), PayFrequency.WEEKLY),
                IncomeEntry(Decimal("1000.00"), PayFrequency.BIWEEKLY),
                IncomeEntry(Decimal("100.01"), PayFrequency.ANNUAL),
            )
        )
        assert snapshot.income_from(TODAY) == Decimal("4341.67")  # (26 000 + 26 000 + 100.01) / 12

    def test_sums_debts_minimums_and_savings(self) -> None:
        snapshot = contents(
            debts=(debt(), debt(balance=Decimal("1.50"))), savings=(savings("10.00"), savings("0.10"))
        )
        assert (snapshot.total_debt, snapshot.monthly_minimum_payments, snapshot.total_savings) == (
            Decimal("5001.50"),
            Decimal("200.00"),
            Decimal("10.10"),
        )

    def test_counts_missing_sections_as_zero_and_names_them(self) -> None:
        snapshot = SnapshotContents()
        assert snapshot.missing == ("incomes", "expenses")
        assert snapshot.finances.surplus == Decimal("0.00")

    def test_comes_back_equal_from_json(self) -> None:
        snapshot = SnapshotContents(
            incomes=(IncomeEntry(Decimal("0.10"), PayFrequency.MONTHLY, "Job"),),
            expenses=Expenses(Decimal("2.00"), Decimal("1.00")),
            debts=(debt(goal_id=uuid4()), debt(label=None)),
            savings=(SavingsEntry(Decimal("3.00"), "Jar"),),
        )
        assert SnapshotContents.from_json(json.loads(json.dumps(snapshot.as_json()))) == snapshot

    def test_comes_back_equal_from_json_without_expenses(self) -> None:
        assert (
            SnapshotContents.from_json(json.loads(json.dumps(SnapshotContents().as_json()))) == SnapshotContents()
        )

    def test_comes_back_equal_from_json_with_a_percentage_and_a_promotional_rate(self) -> None:
        card = debt(min_payment=ZERO, min_payment_percent=Decimal("2.0000"), min_payment_floor=Decimal("25.00"))
        loan = debt(promo_rate_annual=Decimal("0.0000"), promo_until=date(2027, 3, 10))
        snapshot = contents(debts=(card, debt(), loan)).on(date(2026, 3, 10))
        assert SnapshotContents.from_json(json.loads(json.dumps(snapshot.as_json()))) == snapshot

    def test_has_no_additions_where_there_are_none(self) -> None:
        assert contents(debts=(debt(),)).as_json()["additions"] is None

    def test_keeps_a_percentage_of_what_is_owed_at_the_end_of_the_first_month(self) -> None:
        """5 000 at 12 % are 5 050 a month later; without interest 5 000."""
        card = debt(min_payment=ZERO, min_payment_percent=Decimal("2.5"), min_payment_floor=Decimal("25.00"))
        promoted = replace(card, promo_rate_annual=Decimal(0), promo_until=date(2026, 4, 10))
        snapshot = contents(debts=(card, promoted, debt()))
        for day, kept in ((date(2026, 3, 10), "351.25"), (date(2026, 3, 11), "352.50")):
            assert snapshot.on(day).monthly_minimum_payments == Decimal(kept)
        assert snapshot.highest_minimum_payments == Decimal("352.50")

    def test_names_a_debt_without_label_by_its_type(self) -> None:
        snapshot = contents(debts=(debt(goal_id=uuid4(), label=None), debt(goal_id=uuid4()), debt()))
        assert [each.label for each in snapshot.engine_debts()] == ["credit_card", "Card", "Card"]
