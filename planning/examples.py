"""Planning's examples in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from planning.engine import ENGINE_VERSION

NEW_SNAPSHOT: dict[str, Any] = {
    "incomes": [{"amount": 1500, "frequency": "biweekly", "source_label": "Job"}],
    "expenses": {"total_amount": 2400, "essential_amount": 1700},
    "debts": [
        {
            "type": "credit_card",
            "label": "Blue card",
            "balance": 4200,
            "interest_rate_annual": 22.99,
            "min_payment": 95,
            "goal_id": None,
        }
    ],
    "savings": [{"label": "Savings account", "balance": 1800}],
}

SNAPSHOT: dict[str, Any] = {
    "id": "b1f5c6de-5d02-4c8e-8a3a-86a4e1f0c9d7",
    **NEW_SNAPSHOT,
    "incomes": [income | {"next_date": None, "until": None} for income in NEW_SNAPSHOT["incomes"]],
    "expenses": NEW_SNAPSHOT["expenses"] | {"planned": []},
    "debts": [
        debt | dict.fromkeys(("min_payment_percent", "min_payment_floor", "promo_rate_annual", "promo_until"))
        for debt in NEW_SNAPSHOT["debts"]
    ],
    "income": NEW_SNAPSHOT["incomes"][0] | {"next_date": None, "until": None},
    "summary": {
        "monthly_income": 3250,
        "monthly_expenses": 2400,
        "monthly_minimum_payments": 95,
        "monthly_surplus": 755,
        "total_debt": 4200,
        "total_savings": 1800,
        "net_worth": -2400,
    },
    "created_at": "2026-03-10T12:00:00Z",
}

GOAL_PLAN: dict[str, Any] = {
    "goal_id": "0f8b5a3e-7c55-4f9e-9f0e-3a1b8d6c2e11",
    "name": "Three months of rent",
    "type": "emergency_fund",
    "target_amount": 3000,
    "target_date": "2027-03-10",
    "required_monthly_contribution": 250,
    "allocated_monthly_contribution": 250,
    "this_month": 250,
    "shortfall": 0,
    "feasibility": "Comfortable",
    "explanation": {
        "code": "FUNDED",
        "text": "250.00 a month for 12 months reaches 3,000.00 by 2027-03-10.",
        "facts": {"surplus": 755, "need": 3000, "room": 9060, "load": 0.3312, "months": 12},
    },
    "alternatives": [],
    "projected_completion_date": "2027-02-10",
}

PLAN: dict[str, Any] = {
    "as_of": "2026-03-10",
    "currency": "USD",
    "goals": [GOAL_PLAN],
    "summary": {
        "estimated_monthly_surplus": 755,
        "total_required_contributions": 250,
        "total_allocated_contributions": 250,
        "buffer_remaining": 505,
    },
    "cash_flow": [
        {
            "from": "2026-03-10",
            "income": 3250,
            "expenses": 2400,
            "minimum_payments": 95,
            "surplus": 755,
            "given": 250,
            "carried": 505,
            "held_back": 0,
        },
    ],
}

TERMS: dict[str, Any] = {
    "type": "automated_transfer",
    "amount": 125,
    "frequency": "biweekly",
    "day_of_period": 5,
}

_DECIDED = (
    "required_monthly_contribution", "allocated_monthly_contribution", "this_month", "shortfall", "feasibility",
    "explanation", "alternatives", "projected_completion_date",
)  # fmt: skip

ACTION_PLAN: dict[str, Any] = {
    "id": "5d9c1c55-0a54-4f2c-8a86-9d7de1f0b3a2",
    "user_id": "7d2f4c1a-98b7-4f50-8f42-51c0a6a2b9d3",
    "goal_id": GOAL_PLAN["goal_id"],
    "type": "automated_transfer",
    "amount": 250,
    "frequency": "monthly",
    "day_of_period": 10,
    "is_confirmed_set_up": False,
    **{name: GOAL_PLAN[name] for name in _DECIDED},
    "next_action_date": "2026-03-10",
    "upcoming": [{"date": "2026-03-10", "amount": 250}, {"date": "2026-04-10", "amount": 250}],
    "version": 1,
    "created_at": "2026-03-10T12:00:00Z",
    "updated_at": "2026-03-10T12:00:00Z",
}

PLAN_VERSION: dict[str, Any] = {
    "id": "a3a0b8f5-30b4-4b0e-9a55-0f6d0c1d2e3f",
    "version": 1,
    "reason": "created",
    "engine_version": ENGINE_VERSION,
    "as_of": "2026-03-10",
    "inputs": {
        "goal_id": GOAL_PLAN["goal_id"],
        "terms": TERMS | {"amount": None, "frequency": "monthly", "day_of_period": 10},
        "snapshot_id": SNAPSHOT["id"],
        "missing": [],
        "plan": {
            "as_of": "2026-03-10",
            "finances": {"monthly_income": 3250, "monthly_expenses": 2400, "minimum_payments": 95},
            "goals": [{"id": GOAL_PLAN["goal_id"], "target_amount": 3000, "target_date": "2027-03-10"}],
        },
    },
    "outputs": {"type": "automated_transfer", "amount": 250, **{name: GOAL_PLAN[name] for name in _DECIDED}},
    "created_at": "2026-03-10T12:00:00Z",
}

WHAT_IF: dict[str, Any] = {
    "as_of": "2026-03-10",
    "extra_monthly": 50,
    "new_incomes": [{"amount": 200, "frequency": "monthly", "next_date": "2026-06-01", "source_label": "Raise"}],
    "new_planned_expenses": [
        {"label": "Second-hand car", "amount": 3000, "frequency": "once", "next_date": "2026-05-15"}
    ],
    "goals": [{"id": GOAL_PLAN["goal_id"], "target_amount": 3600}],
    "new_goals": [
        {
            "name": "New laptop",
            "type": "short_term_saving",
            "target_amount": 900,
            "target_date": "2026-12-10",
            "priority": "Low",
        }
    ],
}

WHAT_IF_ANSWER: dict[str, Any] = {
    "as_of": "2026-03-10",
    "baseline": PLAN,
    "scenario": PLAN
    | {"goals": [GOAL_PLAN | {"target_amount": 3600, "required_monthly_contribution": 300, "this_month": 300}]},
    "differences": [
        {
            "goal_id": GOAL_PLAN["goal_id"],
            "name": GOAL_PLAN["name"],
            "required_monthly_contribution": {"from": 250, "to": 300},
            "allocated_monthly_contribution": {"from": 250, "to": 300},
            "shortfall": {"from": 0, "to": 0},
            "projected_completion_date": {"from": "2027-02-10", "to": "2027-02-10"},
            "feasibility": {"from": "Comfortable", "to": "Comfortable"},
        }
    ],
    "cash_flow": [
        {
            "from": "2026-03-10",
            "baseline": {"surplus": 755, "given": 250, "carried": 505},
            "scenario": {"surplus": 805, "given": 300, "carried": 505},
            "difference": {"surplus": 50, "given": 50, "carried": 0},
        }
    ],
}

DEBT_PAYOFF: dict[str, Any] = {
    "extra_monthly": 150,
    "debts": [
        {
            "type": "credit_card",
            "label": "Blue card",
            "balance": 300,
            "interest_rate_annual": 12,
            "min_payment": 50,
        }
    ],
}

_PAYOFF: dict[str, Any] = {
    "never": False,
    "interest_floor": None,
    "months": 2,
    "debt_free_date": "2026-05-10",
    "total_interest": 4.03,
    "total_paid": 304.03,
    "order": [{"label": "Blue card", "months": 2, "closed_on": "2026-05-10", "interest": 4.03}],
    "series": [
        {"date": "2026-03-10", "balance": 300},
        {"date": "2026-04-10", "balance": 103},
        {"date": "2026-05-10", "balance": 0},
    ],
}

DEBT_PAYOFF_ANSWER: dict[str, Any] = {
    "as_of": "2026-03-10",
    "monthly_budget": 200,
    "strategies": {"avalanche": _PAYOFF, "snowball": _PAYOFF},
    "recommended": "avalanche",
    "interest_saved": 0,
    "more": [
        {"extra": 50, "months": 2, "interest_saved": 0.5},
        {"extra": 100, "months": 2, "interest_saved": 1},
    ],
}

SUGGESTION: dict[str, Any] = {
    "type": "emergency_fund",
    "kind": "reserve",
    "target_amount": 3300,
    "explanation": {
        "code": "EMERGENCY_FUND",
        "text": "3 months of 1,700.00 are 5,100.00; with 1,800.00 saved, 3,300.00 is missing.",
        "facts": {"essential_monthly_expenses": 1700, "months": 3, "fund": 5100, "savings": 1800, "missing": 3300},
    },
}

PROPOSAL: dict[str, Any] = {
    "direction": "BEHIND",
    "same_date": {"contribution": 300, "target_date": "2027-03-10", "feasibility": "Comfortable", "shortfall": 0},
    "same_contribution": {
        "contribution": 250,
        "target_date": "2027-05-11",
        "feasibility": "Comfortable",
        "shortfall": 0,
    },
    "why": {
        "code": "BEHIND",
        "text": "600.00 is there on 2026-08-10 where the plan has 1,250.00, 650.00 less than planned.",
        "facts": {"expected": 1250, "actual": 600, "difference": -650},
    },
}

PROJECTION: dict[str, Any] = {
    "goal_id": GOAL_PLAN["goal_id"],
    "as_of": "2026-04-10",
    "target_amount": 3000,
    "target_date": "2027-03-10",
    "series": [
        {"date": "2026-03-10", "planned": 0, "actual": 0, "projected": None},
        {"date": "2026-04-10", "planned": 250, "actual": 200, "projected": 200},
        {"date": "2026-05-10", "planned": 500, "actual": None, "projected": 450},
    ],
    "projected_completion_date": "2027-04-10",
}

CALENDAR: dict[str, Any] = {
    "days": [
        {
            "date": "2026-03-10",
            "entries": [
                {
                    "kind": "goal_payment",
                    "label": GOAL_PLAN["name"],
                    "amount": 250,
                    "goal_id": GOAL_PLAN["goal_id"],
                }
            ],
            "carried_over": 505,
        },
        {
            "date": "2026-04-10",
            "entries": [
                {"kind": "minimum_payment", "label": "Blue card", "amount": 95},
                {
                    "kind": "goal_payment",
                    "label": GOAL_PLAN["name"],
                    "amount": 250,
                    "goal_id": GOAL_PLAN["goal_id"],
                },
            ],
            "carried_over": 1010,
        },
    ]
}

CALENDAR_LINK: dict[str, Any] = {
    "url": "https://api.fincred.example/api/v0/calendar/Yk3b0e9rJ1mV7q2QkXo4sT8uWzA5cD6fG7hI8jK9lM0.ics"
}
