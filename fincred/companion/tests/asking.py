"""What a person tells of their money before they ask the coach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

V0 = "/api/v0"
Ask = Callable[[str], str]


def answer(client: APIClient, message: str) -> str:
    response = client.post(f"{V0}/chat/message", {"message": message})
    assert response.status_code == 200, response.content
    return str(response.json()["response"])


def tell(client: APIClient, income: int = 3000, expenses: int = 2000, **sections: Any) -> None:
    body = {"income": {"amount": income, "frequency": "monthly"}, "expenses": {"total_amount": expenses}}
    assert client.put(f"{V0}/snapshot", body | sections).status_code == 200


def debt(balance: int, rate: float, minimum: int, label: str = "Visa") -> dict[str, Any]:
    return {
        "type": "credit_card",
        "label": label,
        "balance": balance,
        "interest_rate_annual": rate,
        "min_payment": minimum,
    }
