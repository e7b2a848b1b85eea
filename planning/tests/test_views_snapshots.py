"""Snapshots over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from planning.models import Snapshot
from planning.tests.factories import contents, goal_of, snapshot_of
from planning.tests.requests import ENOUGH, MONTHLY, field_errors

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestSnapshot:
    def test_is_nulls_and_empty_lists_when_there_is_none(self, as_saver: APIClient) -> None:
        response = as_saver.get("/api/v0/snapshot")
        assert response.json() == {
            "id": None,
            "incomes": [],
            "income": None,
            "expenses": None,
            "debts": [],
            "savings": [],
            "summary": None,
            "created_at": None,
        }

    def test_is_read_as_it_was_stored(self, as_saver: APIClient) -> None:
        body = {
            "incomes": [{"amount": "1500.50", "frequency": "biweekly", "source_label": " Job "}],
            "expenses": {"total_amount": 2000, "essential_amount": 1500},
            "debts": [{"type": "car_loan", "balance": 900, "interest_rate_annual": 4.25, "min_payment": 50}],
            "savings": [{"label": "", "balance": 0.1}],
        }
        stored = as_saver.put("/api/v0/snapshot", body)
        assert stored.status_code == 200
        assert stored.json() == as_saver.get("/api/v0/snapshot").json()
        document = stored.json()
        assert document["incomes"] == [
            {"amount": 1500.5, "frequency": "biweekly", "source_label": "Job", "next_date": None, "until": None}
        ]
        assert document["income"] == document["incomes"][0]
        assert document["savings"] == [{"label": None, "balance": 0.1}]
        assert document["debts"][0]["goal_id"] is None
        assert document["summary"] == {
            "monthly_income": 3251.08,
            "monthly_expenses": 2000,
            "monthly_minimum_payments": 50,
            "monthly_surplus": 1201.08,
            "total_debt": 900,
            "total_savings": 0.1,
            "net_worth": -899.9,
        }
        assert document["created_at"] == "2026-03-10T12:00:00Z"

    def test_the_largest_amount_comes_back_to_the_cent(self, as_saver: APIClient) -> None:
        as_saver.put("/api/v0/snapshot", {"savings": [{"balance": "999999999999.99"}]})
        assert b'"total_savings":999999999999.99' in as_saver.get("/api/v0/snapshot").content

    def test_put_replaces_the_whole_document(self, as_saver: APIClient) -> None:
        as_saver.put("/api/v0/snapshot", ENOUGH)
        document = as_saver.put("/api/v0/snapshot", {"incomes": []}).json()
        assert (document["incomes"], document["income"], document["expenses"]) == ([], None, None)
        assert document["summary"]["monthly_surplus"] == 0

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"income_list": [MONTHLY]},
            {"id": None, "summary": None},
            {"income": None},
            {"expenses": None, "income": None},
            {"incomes": None, "income": None, "expenses": None, "debts": None, "savings": None},
        ],
    )
    def test_a_document_that_names_nothing_erases_nothing(self, as_saver: APIClient, body: dict[str, Any]) -> None:
        as_saver.put("/api/v0/snapshot", ENOUGH)
        before = as_saver.get("/api/v0/snapshot").content
        response = as_saver.put("/api/v0/snapshot", body)
        assert (response.status_code, response.json()["error_code"]) == (400, "NO_FIELDS_TO_UPDATE")
        assert as_saver.get("/api/v0/snapshot").content == before

    def test_one_list_is_enough_to_empty_all(self, as_saver: APIClient) -> None:
        as_saver.put("/api/v0/snapshot", ENOUGH)
        assert as_saver.put("/api/v0/snapshot", {"debts": [], "expenses": None}).json()["incomes"] == []

    def test_a_document_that_names_nothing_is_refused_before_there_is_one(self, as_saver: APIClient) -> None:
        assert as_saver.put("/api/v0/snapshot", {}).status_code == 400
        assert as_saver.get("/api/v0/snapshot").json()["id"] is None

    @pytest.mark.parametrize("incomes", [[], [MONTHLY], [{**MONTHLY, "source_label": "Job"}, MONTHLY]])
    def test_what_was_read_can_be_put_back(self, as_saver: APIClient, incomes: list[dict[str, Any]]) -> None:
        body = {"incomes": incomes, "expenses": {"total_amount": 2000}, "savings": [{"balance": 5}]}
        read = as_saver.put("/api/v0/snapshot", body).json()
        again = as_saver.put("/api/v0/snapshot", read)
        assert again.status_code == 200, again.content
        assert again.json() | {"id": read["id"]} == read
        assert again.json()["id"] != read["id"]

    def test_income_is_null_when_there_are_several(self, as_saver: APIClient) -> None:
        document = as_saver.put("/api/v0/snapshot", {"incomes": [MONTHLY, MONTHLY]}).json()
        assert (document["income"], len(document["incomes"])) == (None, 2)

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({"income": MONTHLY, "incomes": [MONTHLY, MONTHLY]}, {"income": "ambiguous"}),
            ({"income": MONTHLY, "incomes": [{**MONTHLY, "amount": 3000.01}]}, {"income": "ambiguous"}),
            ({"income": MONTHLY, "incomes": []}, {"income": "ambiguous"}),
            ({"incomes": [MONTHLY] * 51}, {"incomes": "max_length"}),
            ({"savings": [{"balance": 1}] * 51}, {"savings": "max_length"}),
            ({"incomes": [MONTHLY, {**MONTHLY, "frequency": "daily"}]}, {"incomes.1.frequency": "invalid_choice"}),
            ({"incomes": "all"}, {"incomes": "not_a_list"}),
            ({"savings": [{"balance": -1}]}, {"savings.0.balance": "min_value"}),
            ({"savings": [{"balance": 0.001}]}, {"savings.0.balance": "max_decimal_places"}),
            ({"savings": [{"balance": 1, "label": "x" * 101}]}, {"savings.0.label": "max_length"}),
            (
                {"expenses": {"total_amount": 10, "essential_amount": 10.01}},
                {"expenses.essential_amount": "max_value"},
            ),
            ({"savings": [{"balance": 999999999999.99}] * 2}, {"savings": "max_value"}),
            ({"incomes": [{"amount": 999999999999, "frequency": "weekly"}]}, {"incomes": "max_value"}),
            ({"debts": [{"type": "other"}]}, dict.fromkeys(
                ("debts.0.balance", "debts.0.interest_rate_annual", "debts.0.min_payment"), "required"
            )),
            (
                {"debts": [{"type": "other", "balance": 1, "interest_rate_annual": 1000.1, "min_payment": 0}]},
                {"debts.0.interest_rate_annual": "max_value"},
            ),
        ],
    )  # fmt: skip
    def test_refuses(self, as_saver: APIClient, body: dict[str, Any], errors: dict[str, str]) -> None:
        assert field_errors(as_saver.put("/api/v0/snapshot", body)) == errors
        assert not Snapshot.objects.exists()

    def test_refuses_a_debt_of_a_goal_that_is_not_ones_own(self, as_saver: APIClient, stranger: User) -> None:
        theirs = goal_of(stranger, type="debt_payoff")
        owed = {
            "type": "other",
            "balance": 1,
            "interest_rate_annual": 1,
            "min_payment": 1,
            "goal_id": str(theirs.id),
        }
        response = as_saver.put("/api/v0/snapshot", {"debts": [owed]})
        assert field_errors(response) == {"debts.0.goal_id": "unknown_goal"}

    def test_history_is_newest_first_in_pages(self, as_saver: APIClient, saver: User) -> None:
        for income in ("1.00", "2.00", "3.00"):
            snapshot_of(saver, contents(income=income))
        response = as_saver.get("/api/v0/snapshot/history?limit=2")
        assert [row["summary"]["monthly_income"] for row in response.json()] == [3, 2]
        assert response["X-Total-Count"] == "3"
        assert 'rel="next"' in response["Link"]

    def test_history_is_ones_own(self, as_saver: APIClient, stranger: User) -> None:
        snapshot_of(stranger)
        assert as_saver.get("/api/v0/snapshot/history").json() == []
