"""What the OpenAPI document shows of goals."""

from __future__ import annotations

NEW_GOAL = {
    "type": "emergency_fund",
    "name": "Three months of rent",
    "target_amount": 3000,
    "target_date": "2060-03-01",
    "priority": "High",
    "primary_flag": True,
    "why_text": "So that a broken car is not a disaster.",
    "annual_rate": 2.5,
}

GOAL = {
    "id": "0f8b5a3e-7c55-4f9e-9f0e-3a1b8d6c2e11",
    "user_id": "7d2f4c1a-98b7-4f50-8f42-51c0a6a2b9d3",
    **NEW_GOAL,
    "kind": "once",
    "repeat_every_months": None,
    "status": "active",
    "current_amount": 420.5,
    "progress_percentage": 14.02,
    "progress_status": "on_track",
    "last_check_in_date": "2026-03-10",
    "completed_at": None,
    "created_at": "2026-02-01T08:30:00Z",
    "updated_at": "2026-03-10T12:00:00Z",
}
