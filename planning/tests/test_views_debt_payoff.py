"""Ways to pay off debts, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from planning.tests.factories import contents, debt, snapshot_of
from planning.tests.requests import field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestDebtPayoff:
    PATH = "/api/v0/planning/debt-payoff"
    THREE = (
        {"type": "credit_card", "label": "A", "balance": 4200, "interest_rate_annual": 22.99, "min_payment": 95},
        {"type": "car_loan", "label": "B", "balance": 8500, "interest_rate_annual": 11.5, "min_payment": 210},
        {"type": "other", "label": "C", "balance": 1350, "interest_rate_annual": 19.99, "min_payment": 35},
    )

    def test_compares_both_strategies_on_one_budget(self, as_saver: APIClient) -> None:
        document = as_saver.post(
            self.PATH, {"as_of": "2026-01-01", "monthly_budget": 500, "debts": self.THREE}
        ).json()
        avalanche, snowball = document["strategies"]["avalanche"], document["strategies"]["snowball"]
        assert (avalanche["months"], avalanche["total_interest"]) == (35, 3212.71)
        assert (snowball["months"], snowball["total_interest"]) == (35, 3284.79)
        assert {each["label"]: each["months"] for each in avalanche["order"]} == {"A": 20, "C": 24, "B": 35}
        assert [each["label"] for each in snowball["order"]] == ["C", "A", "B"]
        assert (document["recommended"], document["interest_saved"]) == ("avalanche", 72.08)
        assert avalanche["debt_free_date"] == "2028-12-01"
        assert avalanche["series"][0] == {"date": "2026-01-01", "balance": 14050}
        assert [each["extra"] for each in document["more"]] == [50, 100]

    def test_takes_the_snapshots_debts(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver, contents(debts=(debt(),)))
        document = as_saver.post(self.PATH, {"extra_monthly": 344.25}).json()
        assert (document["monthly_budget"], document["strategies"]["avalanche"]["months"]) == (444.25, 12)
        assert document["as_of"] == "2026-03-10"

    def test_without_any_debts_is_done_today(self, as_saver: APIClient) -> None:
        document = as_saver.post(self.PATH, {}).json()
        assert document["strategies"]["avalanche"]["months"] == 0
        assert document["strategies"]["avalanche"]["never"] is False

    def test_says_never_and_the_interest_that_eats_the_budget(self, as_saver: APIClient) -> None:
        owed = {"type": "other", "balance": 10000, "interest_rate_annual": 24, "min_payment": 150}
        document = as_saver.post(self.PATH, {"debts": [owed]}).json()
        snowball = document["strategies"]["snowball"]
        assert (snowball["never"], snowball["months"], snowball["interest_floor"]) == (True, None, 200)
        assert document["recommended"] is None

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"monthly_budget": 339.99, "debts": THREE}, {"monthly_budget": "min_value"}),
            ({"monthly_budget": 500, "extra_monthly": 1, "debts": THREE}, {"monthly_budget": "ambiguous"}),
            ({"extra_monthly": -1}, {"extra_monthly": "min_value"}),
            ({"debts": [THREE[0]] * 51}, {"debts": "max_length"}),
            ({"as_of": "2300-01-01"}, {"as_of": "max_value"}),
        ],
    )
    def test_refuses(self, as_saver: APIClient, body: Any, errors: dict[str, str]) -> None:
        assert field_errors(as_saver.post(self.PATH, body)) == errors
