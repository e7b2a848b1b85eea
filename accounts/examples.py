"""Examples of requests and answers for the OpenAPI document."""

from __future__ import annotations

from typing import Any

CREDENTIALS = {"email": "sam@example.com", "password": "correct horse battery"}

PROFILE_CHANGES = {
    "country": "DE",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "preferred_checkin_day_of_week": 7,
}

PROFILE: dict[str, Any] = {
    "id": "2f1c9f0e-51f6-4f0a-8d35-0e6b9b0a7c11",
    "user_id": "7d2f4c1a-98b7-4f50-8f42-51c0a6a2b9d3",
    "full_name": "Sam Saver",
    "age_range": "25-34",
    "employment_status": None,
    "reminder_frequency": "weekly",
    "reminder_hour": 18,
    "persona_hint": None,
    **PROFILE_CHANGES,
}

USER = {
    "id": "7d2f4c1a-98b7-4f50-8f42-51c0a6a2b9d3",
    "email": "sam@example.com",
    "is_active": True,
    "is_verified": True,
    "created_at": "2026-01-31T18:02:11Z",
    "profile": PROFILE,
}

SECRET = "pT0w2n4vY1kq7sYc3m9rXbZ6dQe8uFhJ5gLaKiOo_Ns"  # noqa: S105  invented

PAIR = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3ZDJmIn0.c2lnbmF0dXJl",
    "refresh_token": SECRET,
    "token_type": "bearer",
    "expires_in": 1800,
}

LOGIN_ANSWER = PAIR | {"user": USER}

EXPORT = {
    "exported_at": "2026-03-10T12:00:00Z",
    "account": {name: value for name, value in USER.items() if name != "profile"},
    "profile": PROFILE,
    "sessions": [],
    "known_places": [],
    "refresh_tokens": [],
    "one_time_tokens": [],
    "mails": [],
    "idempotency_keys": [],
    "looks_in_lists": [],
    "audit_trail": [],
    "goals": [],
    "planning": {"snapshots": [], "action_plans": [], "plan_versions": [], "calendar_links": []},
    "companion": {
        "chat_sessions": [],
        "chat_messages": [],
        "notification_preferences": [],
        "notifications": [],
        "devices": [],
        "pushes": [],
    },
    "tracking": {"check_ins": [], "pulses": [], "weeks": [], "milestones": []},
}
