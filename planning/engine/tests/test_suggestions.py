"""Suggested goals, each with the numbers used."""

from decimal import Decimal

import pytest

from planning.engine.model import Debt, Finances
from planning.engine.suggestions import Suggestion, suggest

pytestmark = [pytest.mark.unit, pytest.mark.planning]

CARD = Debt("Card", Decimal(1200), Decimal(24), Decimal(50))
STORE = Debt("Store", Decimal(300), Decimal("24.5"), Decimal(10))
LOAN = Debt("Loan", Decimal(5000), Decimal(10), Decimal(100))


def suggested(
    *,
    income: str = "3000",
    expenses: str = "2000",
    essential: str | None = None,
    savings: str = "0",
    debts: tuple[Debt, ...] = (),
    irregular: bool = False,
) -> dict[str, Suggestion]:
    minimums = sum((debt.min_payment for debt in debts), Decimal(0))
    suggestions = suggest(
        Finances(Decimal(income), Decimal(expenses), minimums),
        essential_expenses=None if essential is None else Decimal(essential),
        savings=Decimal(savings),
        debts=debts,
        irregular_income=irregular,
    )
    return {suggestion.type: suggestion for suggestion in suggestions}


class TestEmergencyFund:
    def test_is_three_months_of_essential_expenses_less_savings(self) -> None:
        fund = suggested(essential="1500", savings="1000")["emergency_fund"]

        assert fund.target_amount == 3500
        assert fund.explanation.code == "EMERGENCY_FUND"
        assert fund.explanation.text == (
            "3 months of essential expenses of 1,500.00 are 4,500.00; with 1,000.00 saved, 3,500.00 is missing."
        )
        assert fund.explanation.facts == {
            "essential_monthly_expenses": Decimal(1500),
            "months": 3,
            "irregular_income": False,
            "fund": Decimal(4500),
            "savings": Decimal(1000),
            "missing": Decimal(3500),
        }

    def test_is_six_months_with_irregular_income(self) -> None:
        assert suggested(essential="1500", irregular=True)["emergency_fund"].target_amount == 9000

    def test_takes_all_expenses_when_essential_ones_are_not_given(self) -> None:
        assert suggested()["emergency_fund"].target_amount == 6000

    def test_nothing_essential_needs_no_fund(self) -> None:
        assert "emergency_fund" not in suggested(essential="0")

    def test_is_left_out_when_it_is_there(self) -> None:
        assert "emergency_fund" in suggested(savings="5999.99")
        assert "emergency_fund" not in suggested(savings="6000")


class TestDebtPayoff:
    def test_lists_debts_above_ten_percent_highest_rate_first(self) -> None:
        payoff = suggested(debts=(LOAN, CARD, STORE))["debt_payoff"]

        assert payoff.target_amount == 1500
        assert payoff.explanation.code == "DEBT_PAYOFF"
        assert [debt["label"] for debt in payoff.explanation.facts["debts"]] == ["Store", "Card"]
        # 300 x 24.5 / 1200 is 6.125, and 1 200 x 24 / 1200 is 24.
        assert payoff.explanation.facts["monthly_interest"] == Decimal("30.13")
        assert "come to 1,500.00 and cost 30.13 of interest" in payoff.explanation.text

    def test_the_smaller_of_two_debts_at_the_same_rate_comes_first(self) -> None:
        small = Debt("Small", Decimal(100), Decimal(24), Decimal(5))

        payoff = suggested(debts=(CARD, small))["debt_payoff"]

        assert [debt["label"] for debt in payoff.explanation.facts["debts"]] == ["Small", "Card"]

    def test_is_left_out_without_such_debts(self) -> None:
        paid = Debt("Paid", Decimal(0), Decimal(24), Decimal(0))

        assert "debt_payoff" not in suggested(debts=(LOAN, paid))


class TestFire:
    def test_is_annual_expenses_at_four_percent_with_the_years_to_it(self) -> None:
        fire = suggested(savings="60000")["fire_starter"]

        assert fire.target_amount == 600_000
        assert fire.explanation.code == "FIRE"
        assert fire.explanation.facts == {
            "annual_expenses": Decimal(24_000),
            "withdrawal_rate": Decimal(4),
            "target": Decimal(600_000),
            "savings": Decimal(60_000),
            "monthly_surplus": Decimal(1000),
            "years": Decimal("45.0"),
        }
        assert fire.explanation.text == (
            "24,000.00 of expenses a year at 4 % a year are 600,000.00. "
            "With 60,000.00 saved, 1,000.00 a month, without growth, takes 45.0 years."
        )

    @pytest.mark.parametrize("income", ["2000", "1000"])
    def test_without_surplus_there_are_no_years(self, income: str) -> None:
        fire = suggested(income=income)["fire_starter"]

        assert fire.explanation.facts["years"] is None
        assert fire.explanation.text.endswith("There is no surplus to get there with.")

    def test_is_left_out_when_it_is_there(self) -> None:
        assert "fire_starter" not in suggested(savings="600000")
