"""What the OpenAPI document shows of the companion's calls."""

from __future__ import annotations

from goals.examples import GOAL

NEW_PULSE = {
    "made_planned_payments": "partial",
    "spending_vs_plan": "over",
    "mood_score": 3,
    "comment": "The car needed new tyres.",
}

PULSE = NEW_PULSE | {
    "id": "0f6c9d2e-8a41-4d0b-9f5e-3b7c61a2d480",
    "user_id": GOAL["user_id"],
    "period_start": "2026-03-09",
    "period_end": "2026-03-15",
    "completed_at": "2026-03-10T12:00:00Z",
}

NEW_PROGRESS = {"current_balance": 750, "source": "manual_entry", "note": "Sold the old bike."}

PROGRESS = NEW_PROGRESS | {
    "id": "5b8f7a64-0c0e-4b8c-9f1d-2a7d3c9e4f10",
    "goal_id": GOAL["id"],
    "user_id": GOAL["user_id"],
    "recorded_at": "2026-03-10T12:00:00Z",
}

PROGRESS_OUTCOME = {
    "progress": PROGRESS,
    "milestones_reached": ["25%"],
    "message": "750.00 USD of 3,000.00 USD saved, 121.79 USD ahead of what was planned for today.",
}

SNIPPET = {
    "id": "ca6a3f0c-0d0f-5d4f-9f0a-0b9d0f6f3c11",
    "topic": "savings_strategies",
    "short_title": "Half of every raise",
    "content": "The easiest money to save is money that you are not used to yet.",
    "context_goal_type": None,
    "context_feasibility": "Tight",
    "created_at": "2026-11-26T00:00:00Z",
    "updated_at": "2026-11-26T00:00:00Z",
}

_SESSION_ID = "3f2b8c1d-6a57-4a0e-9d34-8c1e5f7a2b90"

CHAT_GREETING = {
    "session_id": _SESSION_ID,
    "greeting": (
        "Hello! Three months of rent: 750.00 USD of 3,000.00 USD saved (25.00 %), on track. "
        "Your streak: 3 weeks in a row."
    ),
    "intent": "progress",
}

CHAT_ANSWER = {
    "session_id": _SESSION_ID,
    "response": CHAT_GREETING["greeting"].removeprefix("Hello! "),
    "intent": "progress",
}

CHAT_SESSION = {
    "session_id": _SESSION_ID,
    "intent": "progress",
    "message_count": 2,
    "created_at": "2026-03-10T12:00:00Z",
    "updated_at": "2026-03-10T12:05:00Z",
}

CHAT_REFRESHED = {"status": "ok", "message": "Your figures are read again for every answer."}

PREFERENCES = {
    "reminders": True,
    "payments": True,
    "weekly_summary": True,
    "milestones": True,
    "drift": True,
}

NEW_NOTIFICATION = {"type": "weekly_summary", "channel": "push", "next_send_at": "2099-03-15T17:00:00Z"}

NOTIFICATION = NEW_NOTIFICATION | {
    "id": "c1a5e1de-3f6b-4a52-8d0c-6b0f5f4d2e11",
    "user_id": GOAL["user_id"],
    "action_plan_id": None,
    "status": "active",
    "last_sent_at": None,
    "created_at": "2026-03-10T12:00:00Z",
    "updated_at": "2026-03-10T12:00:00Z",
}

NEW_DEVICE = {"platform": "android", "token": "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]"}

DEVICE = NEW_DEVICE | {"id": "7f3a4b0e-52b1-4a2f-9a40-0d9c6a1f7b22", "created_at": "2026-03-10T12:00:00Z"}
