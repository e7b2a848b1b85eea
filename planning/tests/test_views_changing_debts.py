"""Minimum payments by percentage and promotional rates, over HTTP: stored, told, planned, compared."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from planning.models import Snapshot
from planning.services.replanning import replay_mismatches
from planning.tests.requests import ENOUGH, field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]

SNAPSHOT = "/api/v0/snapshot"
PAYOFF = "/api/v0/planning/debt-payoff"
CARD = {
    "type": "credit_card",
    "balance": 5000,
    "interest_rate_annual": 18,
    "min_payment_percent": 2,
    "min_payment_floor": 25,
}
PROMOTED = {
    "type": "personal_loan",
    "balance": 6000,
    "interest_rate_annual": 24.99,
    "min_payment": 200,
    "promo_rate_annual": 0,
    "promo_until": "2027-03-10",
}
FIXED = {"type": "other", "balance": 1000, "interest_rate_annual": 12, "min_payment": 50}
UNSET = dict.fromkeys(
    (
        "label",
        "goal_id",
        "min_payment",
        "min_payment_percent",
        "min_payment_floor",
        "promo_rate_annual",
        "promo_until",
    )
)


def put(client: APIClient, *debts: Any) -> Any:
    response = client.put(SNAPSHOT, ENOUGH | {"debts": debts})
    assert response.status_code == 200, response.content
    return response.json()


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def least_payment(rates: list[str], owed: int) -> Decimal:
    """The smallest payment that clears what is owed, with these rates by month; counted apart from the engine."""
    low, high = 0, owed * 200
    while high - low > 1:
        each, balance = (low + high) // 2, Decimal(owed)
        for rate in rates:
            balance = max(Decimal(0), balance + cents(balance * Decimal(rate) / 1200) - Decimal(each) / 100)
        low, high = (each, high) if balance else (low, each)
    return Decimal(high) / 100


class TestSnapshot:
    def test_tells_debts_as_they_were_told(self, as_saver: APIClient) -> None:
        stored = put(as_saver, CARD, PROMOTED, FIXED)
        assert stored["debts"] == [UNSET | CARD, UNSET | PROMOTED, UNSET | FIXED]
        assert as_saver.get(SNAPSHOT).json() == stored
        assert as_saver.get(f"{SNAPSHOT}/history").json() == [stored]
        again = put(as_saver, *stored["debts"])
        assert (again["debts"], again["summary"]) == (stored["debts"], stored["summary"])

    def test_keeps_the_first_month_s_minimums_of_the_surplus(self, as_saver: APIClient) -> None:
        """5 000 with a month's 75.00 of interest: 2 % of 5 075 are 101.50."""
        summary = put(as_saver, CARD, PROMOTED)["summary"]
        assert summary["monthly_minimum_payments"] == 301.5
        assert summary["monthly_surplus"] == 698.5

    def test_caps_a_minimum_at_what_is_owed(self, as_saver: APIClient) -> None:
        assert put(as_saver, CARD | {"balance": 10})["summary"]["monthly_minimum_payments"] == 10.15
        promoted = CARD | {"balance": 10, "promo_rate_annual": 0, "promo_until": "2026-04-10"}
        assert put(as_saver, promoted)["summary"]["monthly_minimum_payments"] == 10
        assert put(as_saver, CARD | {"balance": 0})["summary"]["monthly_minimum_payments"] == 0

    def test_leaves_what_the_first_release_reads_without_unknown_fields(
        self, as_saver: APIClient, saver: User
    ) -> None:
        put(as_saver, FIXED)
        put(as_saver, CARD, FIXED)
        before, after = Snapshot.objects.owned_by(saver).order_by("number")
        assert before.additions is None
        assert [set(debt) for debt in after.debts] == [set(before.debts[0])] * 2
        assert after.debts[0]["min_payment"] == "101.50"

    @pytest.mark.parametrize(
        ("changes", "errors"),
        [
            ({"min_payment": 25}, {"min_payment_percent": "ambiguous", "min_payment_floor": "ambiguous"}),
            ({"min_payment": 25, "min_payment_floor": None}, {"min_payment_percent": "ambiguous"}),
            ({"min_payment": 25, "min_payment_percent": None}, {"min_payment_floor": "ambiguous"}),
            ({"min_payment_floor": None}, {"min_payment_floor": "required"}),
            ({"min_payment_percent": None}, {"min_payment_percent": "required"}),
            ({"min_payment_percent": None, "min_payment_floor": None}, {"min_payment": "required"}),
            ({"min_payment_percent": 0}, {"min_payment_percent": "positive"}),
            ({"min_payment_percent": 100.0001}, {"min_payment_percent": "max_value"}),
            ({"min_payment_percent": 2.00001}, {"min_payment_percent": "max_decimal_places"}),
            ({"min_payment_floor": -1}, {"min_payment_floor": "min_value"}),
            ({"promo_rate_annual": 0}, {"promo_until": "required"}),
            ({"promo_until": "2027-01-01"}, {"promo_rate_annual": "required"}),
            ({"promo_rate_annual": 1001, "promo_until": "2027-01-01"}, {"promo_rate_annual": "max_value"}),
            ({"promo_rate_annual": 0, "promo_until": "2027-02-30"}, {"promo_until": "invalid"}),
            ({"promo_rate_annual": 0, "promo_until": "2201-01-01"}, {"promo_until": "max_value"}),
            (
                {"balance": -1, "promo_rate_annual": 0, "min_payment_floor": None},
                {"balance": "min_value", "promo_until": "required", "min_payment_floor": "required"},
            ),
        ],
    )
    def test_refuses(
        self, as_saver: APIClient, saver: User, changes: dict[str, Any], errors: dict[str, str]
    ) -> None:
        body = {"debts": [CARD | changes]}
        named = {f"debts.0.{field}": code for field, code in errors.items()}
        assert field_errors(as_saver.put(SNAPSHOT, ENOUGH | body)) == named
        assert field_errors(as_saver.post(PAYOFF, body)) == named
        what_if = as_saver.post("/api/v0/planning/what-if", {"snapshot": ENOUGH | body})
        assert field_errors(what_if) == {f"snapshot.{field}": code for field, code in named.items()}
        assert not Snapshot.objects.owned_by(saver).exists()

    def test_refuses_immense_minimums(self, as_saver: APIClient) -> None:
        immense = CARD | {"balance": 999_999_999_999, "interest_rate_annual": 1000, "min_payment_percent": 100}
        assert field_errors(as_saver.put(SNAPSHOT, ENOUGH | {"debts": [immense]})) == {"debts": "max_value"}
        hidden = immense | {"promo_rate_annual": 0, "promo_until": "2030-01-01"}
        assert field_errors(as_saver.put(SNAPSHOT, ENOUGH | {"debts": [hidden]})) == {"debts": "max_value"}


class TestDebtPayoff:
    def ask(self, client: APIClient, *debts: Any, **body: Any) -> Any:
        response = client.post(PAYOFF, {"as_of": "2026-03-10", "debts": debts} | body)
        assert response.status_code == 200, response.content
        return response.json()

    @pytest.mark.parametrize(("debt", "months", "interest"), [(CARD, 354, 11688.80), (PROMOTED, 35, 958.73)])
    def test_gives_the_published_figures(
        self, as_saver: APIClient, debt: dict[str, Any], months: int, interest: float
    ) -> None:
        put(as_saver, debt)
        for answer in (self.ask(as_saver, debt), as_saver.post(PAYOFF, {}).json()):
            for strategy in answer["strategies"].values():
                assert (strategy["months"], strategy["total_interest"]) == (months, interest)

    def test_a_promotional_rate_that_is_over_no_longer_counts(self, as_saver: APIClient) -> None:
        plain = {name: value for name, value in PROMOTED.items() if not name.startswith("promo")}
        over = PROMOTED | {"promo_until": "2026-04-09"}
        assert self.ask(as_saver, over) == self.ask(as_saver, plain)
        assert self.ask(as_saver, over | {"promo_until": "2026-04-10"}) != self.ask(as_saver, plain)

    def test_takes_an_extra_for_a_time_and_payments_that_come_once(self, as_saver: APIClient) -> None:
        free = FIXED | {"interest_rate_annual": 0}
        answer = self.ask(
            as_saver,
            free,
            extra_monthly=50,
            extra_from="2026-05-10",
            extra_until="2026-06-09",
            extra_payments=[{"date": "2026-04-11", "amount": 100}, {"date": "2026-01-01", "amount": 10}],
        )
        series = [point["balance"] for point in answer["strategies"]["avalanche"]["series"]]
        assert series[:5] == [1000, 940, 740, 690, 640]
        assert answer["monthly_budget"] == 50

    def test_takes_payments_on_top_of_a_budget(self, as_saver: APIClient) -> None:
        payments = [{"date": "2026-04-10", "amount": 100.5}]
        answer = self.ask(
            as_saver, FIXED | {"interest_rate_annual": 0}, monthly_budget=60, extra_payments=payments
        )
        assert answer["strategies"]["snowball"]["series"][1]["balance"] == 839.5
        assert answer["monthly_budget"] == 60

    def test_says_what_more_a_month_would_save(self, as_saver: APIClient) -> None:
        answer = self.ask(as_saver, CARD, PROMOTED, extra_monthly=10, extra_until="2026-04-10")
        for more in answer["more"]:
            raised = self.ask(
                as_saver, CARD, PROMOTED, extra_monthly=more["extra"],
                extra_payments=[{"date": "2026-04-10", "amount": 10}],
            )  # fmt: skip
            before, after = (each["strategies"][answer["recommended"]] for each in (answer, raised))
            assert more["months"] == after["months"]
            assert more["interest_saved"] == round(before["total_interest"] - after["total_interest"], 2)

    def test_takes_a_budget_that_pays_the_first_month_s_minimums(self, as_saver: APIClient) -> None:
        assert self.ask(as_saver, CARD, monthly_budget=101.5)["strategies"]["avalanche"]["months"] == 91

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"debts": [CARD], "monthly_budget": 101.49}, {"monthly_budget": "min_value"}),
            ({"monthly_budget": 500, "extra_from": "2026-05-01"}, {"extra_from": "ambiguous"}),
            ({"monthly_budget": 500, "extra_until": "2026-05-01"}, {"extra_until": "ambiguous"}),
            ({"extra_until": "2026-05-01"}, {"extra_monthly": "required"}),
            (
                {"extra_monthly": 5, "extra_from": "2026-05-02", "extra_until": "2026-05-01"},
                {"extra_until": "min_value"},
            ),
            ({"extra_monthly": 5, "extra_from": "soon"}, {"extra_from": "invalid"}),
            ({"extra_payments": [{"date": "2026-05-01"}]}, {"extra_payments.0.amount": "required"}),
            ({"extra_payments": [{"amount": 1}]}, {"extra_payments.0.date": "required"}),
            (
                {"extra_payments": [{"date": "1899-12-31", "amount": -1}]},
                {"extra_payments.0.date": "min_value", "extra_payments.0.amount": "min_value"},
            ),
            ({"extra_payments": [{"date": "2026-05-01", "amount": 1}] * 51}, {"extra_payments": "max_length"}),
        ],
    )
    def test_refuses(self, as_saver: APIClient, body: dict[str, Any], errors: dict[str, str]) -> None:
        assert field_errors(as_saver.post(PAYOFF, body)) == errors


class TestPlan:
    def goal(self, client: APIClient, by: str) -> str:
        body = {
            "type": "debt_payoff",
            "name": "Card",
            "target_amount": 5000,
            "priority": "High",
            "target_date": by,
        }
        return str(client.post("/api/v0/goals", body).json()["id"])

    def facts(self, client: APIClient) -> Any:
        response = client.post("/api/v0/planning/plan")
        assert response.status_code == 200, response.content
        return response.json()["goals"][0]["explanation"]["facts"]

    def test_pays_the_smallest_level_that_clears_a_linked_card(self, as_saver: APIClient) -> None:
        put(as_saver, CARD | {"goal_id": self.goal(as_saver, "2028-03-10")})
        facts = self.facts(as_saver)
        level = least_payment(["18"] * 24, 5000)
        assert facts["level_total"] == float(level)
        assert facts["linked_minimums"] == 101.5
        assert facts["required_monthly"] == float(level - Decimal("101.5"))
        [told] = facts["debts"]
        assert (told["min_payment_percent"], told["min_payment_floor"]) == (2, 25)

    def test_pays_the_smallest_level_over_the_end_of_a_promotional_rate(self, as_saver: APIClient) -> None:
        put(as_saver, PROMOTED | {"balance": 5000, "goal_id": self.goal(as_saver, "2028-03-10")})
        level = least_payment(["0"] * 12 + ["24.99"] * 12, 5000)
        assert self.facts(as_saver)["level_total"] == float(level)
        assert list(replay_mismatches()) == []

    def test_counts_a_promotional_rate_from_the_day_of_planning_on(
        self, as_saver: APIClient, time_machine: Any
    ) -> None:
        put(as_saver, PROMOTED | {"balance": 5000, "goal_id": self.goal(as_saver, "2028-03-10")})
        question = {"as_of": "2026-12-10", "include_schedule": True}
        answer = as_saver.post("/api/v0/planning/what-if", question).json()
        level = least_payment(["0"] * 3 + ["24.99"] * 12, 5000)
        assert answer["baseline"]["goals"][0]["explanation"]["facts"]["level_total"] == float(level)

    def test_goes_by_the_day_of_a_what_if_with_a_snapshot(self, as_saver: APIClient) -> None:
        promoted = CARD | {"promo_rate_annual": 0, "promo_until": "2026-04-10"}
        for as_of, minimum in (("2026-03-10", 100), ("2026-03-11", 101.5)):
            question = {"as_of": as_of, "snapshot": ENOUGH | {"debts": [promoted]}}
            answer = as_saver.post("/api/v0/planning/what-if", question).json()
            assert answer["baseline"]["cash_flow"][0]["surplus"] == 1000 - minimum

    def test_pays_the_dearest_debt_of_the_month_first(self, as_saver: APIClient) -> None:
        """What is owed after a check-in: the loan costs more now, the card from April on."""
        goal = self.goal(as_saver, "2028-03-10")
        card = CARD | {"promo_rate_annual": 0, "promo_until": "2026-04-10", "goal_id": goal}
        put(as_saver, card, FIXED | {"goal_id": goal})
        assert as_saver.post("/api/v0/planning/plan").status_code == 200
        as_saver.post(f"/api/v0/goals/{goal}/check-ins", {"current_amount": 300})
        as_saver.delete(f"/api/v0/action-plans/{as_saver.get('/api/v0/action-plans').json()[0]['id']}")
        assert [debt["balance"] for debt in self.facts(as_saver)["debts"]] == [5000, 700]


class TestSuggestions:
    def test_name_debts_by_the_rate_that_counts_now(self, as_saver: APIClient) -> None:
        def dear() -> list[tuple[str, float]]:
            suggested = as_saver.get("/api/v0/planning/suggestions").json()
            [payoff] = [each for each in suggested if each["type"] == "debt_payoff"] or [None]
            debts = payoff["explanation"]["facts"]["debts"] if payoff else []
            return [(debt["label"], debt["annual_rate"]) for debt in debts]

        put(as_saver, PROMOTED | {"promo_until": "2026-04-10"})
        assert dear() == []
        put(as_saver, PROMOTED | {"promo_until": "2026-04-09"})
        assert dear() == [("personal_loan", 24.99)]
        put(as_saver, PROMOTED | {"interest_rate_annual": 1, "promo_rate_annual": 15, "label": "Loan"})
        assert dear() == [("Loan", 15)]
