"""What the coach says of plans that aren't the same every month."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from fincred.companion.tests.asking import V0, Ask

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]


@pytest.mark.parametrize(
    ("near", "tax", "why"),
    [
        (60, 0, ", for goals with earlier dates go first."),
        (0, 340, ", for 240.00 USD is kept for tax in the month from 10 June 2026."),
        (60, 340, ", for goals with earlier dates go first and 240.00 USD is kept for tax in the month from "),
        (0, 0, "."),
    ],
)
def test_a_plan_that_waits_says_what_for(as_saver: APIClient, ask: Ask, *, near: int, tax: int, why: str) -> None:
    """500 come late, so that no plan is the same every month."""
    late = {"amount": 500, "frequency": "once", "next_date": "2027-01-12"}
    planned = {"label": "tax", "amount": tax or 1, "frequency": "once", "next_date": "2026-06-15"}
    body = {
        "incomes": [{"amount": 2100, "frequency": "monthly"}, late],
        "expenses": {"total_amount": 2000, "planned": [planned]},
    }
    assert as_saver.put(f"{V0}/snapshot", body).status_code == 200
    goal = {"type": "short_term_saving", "target_date": "2027-03-10", "priority": "Low"}
    goals = [goal | {"name": "Bike", "target_amount": 1300}]
    if near:
        goals.append(goal | {"name": "Near", "target_amount": near, "target_date": "2026-04-09"})
    for each in goals:
        assert as_saver.post(f"{V0}/goals", each).status_code == 201
    as_saver.post(f"{V0}/planning/plan", {})
    assert f"It isn't the same every month{why}" in ask("why is my bike like that")
