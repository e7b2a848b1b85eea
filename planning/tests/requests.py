"""Bodies of requests, and the field errors of answers."""

from __future__ import annotations

from typing import Any

MONTHLY = {"amount": 3000, "frequency": "monthly"}
ENOUGH = {"income": MONTHLY, "expenses": {"total_amount": 2000}}
CHOICE = {"type": "manual_habit", "amount": 100, "frequency": "biweekly", "day_of_period": 5}


def field_errors(response: Any) -> dict[str, str]:
    """Field and code of each error in a 400."""
    assert response.status_code == 400, response.content
    assert response.json()["error_code"] == "VALIDATION_ERROR"
    return {error["field"]: error["code"] for error in response.json()["details"]["errors"]}
