"""What the OpenAPI document shows of the companion's calls."""

from __future__ import annotations

NEW_PULSE = {
    "made_planned_payments": "partial",
    "spending_vs_plan": "over",
    "mood_score": 3,
    "comment": "The car needed new tyres.",
}

PULSE = NEW_PULSE | {
    "id": "0f6c9d2e-8a41-4d0b-9f5e-3b7c61a2d480",
    "user_id": "7d0c4c1e-3f0a-4c55-8b86-2f6a1d9e5b21",
    "period_start": "2026-03-09",
    "period_end": "2026-03-15",
    "completed_at": "2026-03-10T12:00:00Z",
}
