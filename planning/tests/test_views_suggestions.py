"""Suggestions over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from planning.snapshot_contents import IncomeEntry
from planning.tests.factories import contents, debt, savings, snapshot_of
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.usefixtures("noon")]


class TestSuggestions:
    PATH = "/api/v0/planning/suggestions"

    def test_are_none_without_a_snapshot(self, as_saver: APIClient) -> None:
        assert as_saver.get(self.PATH).json() == []

    def test_carry_their_arithmetic(self, as_saver: APIClient, saver: User) -> None:
        snapshot_of(saver, contents(debts=(debt(),), savings=(savings("1000.00"),)))
        response = as_saver.get(self.PATH)
        fund, payoff, fire = response.json()
        assert (fund["type"], fund["target_amount"], fund["explanation"]["facts"]["months"]) == (
            "emergency_fund", 5000, 3,
        )  # fmt: skip
        assert (payoff["type"], payoff["target_amount"]) == ("debt_payoff", 5000)
        assert (fire["type"], fire["target_amount"]) == ("fire_starter", 600000)
        assert response["X-Total-Count"] == "3"

    @pytest.mark.parametrize(("until", "months"), [(date(2026, 3, 10), 6), (date(2026, 3, 9), 3)])
    def test_look_at_incomes_that_have_not_ended(
        self, as_saver: APIClient, saver: User, until: date, months: int
    ) -> None:
        """A bonus once a year makes a person one who is paid irregularly until it has come for the last time."""
        bonus = IncomeEntry(Decimal(500), PayFrequency.ANNUAL, next_date=date(2019, 3, 10), until=until)
        told = contents()
        snapshot_of(saver, replace(told, incomes=(*told.incomes, bonus)))
        assert as_saver.get(self.PATH).json()[0]["explanation"]["facts"]["months"] == months

    def test_of_the_self_employed_span_six_months(self, as_saver: APIClient, saver: User) -> None:
        saver.profile.employment_status = "Self-employed"
        saver.profile.save()
        snapshot_of(saver)
        assert as_saver.get(self.PATH).json()[0]["target_amount"] == 12000
