"""What the OpenAPI document shows of tracking."""

from __future__ import annotations

from goals.examples import GOAL

NEW_CHECK_IN = {
    "current_amount": 750,
    "check_in_date": "2026-03-10",
    "reflection": "Sold the old bike.",
}

CHECK_IN = {
    "id": "5b8f7a64-0c0e-4b8c-9f1d-2a7d3c9e4f10",
    "goal_id": GOAL["id"],
    **NEW_CHECK_IN,
    "created_at": "2026-03-10T12:00:00Z",
    "updated_at": "2026-03-10T12:00:00Z",
}

OUTCOME = CHECK_IN | {
    "milestones_reached": [25],
    "goal_completed": False,
    "current_streak": 3,
    "longest_streak": 5,
    "feedback": "750.00 USD of 3,000.00 USD saved, 121.79 USD ahead of what was planned for today.",
}

DASHBOARD = {
    "goals": [
        {
            "id": GOAL["id"],
            "name": GOAL["name"],
            "type": "emergency_fund",
            "target_amount": 3000,
            "current_amount": 750,
            "progress_percentage": 25,
            "progress_status": "on_track",
            "target_date": GOAL["target_date"],
            "priority": "High",
            "feasibility": "Comfortable",
            "next_action_date": "2026-04-01",
        }
    ],
    "stats": {
        "total_goals": 3,
        "active_goals": 1,
        "completed_goals": 1,
        "total_saved": 1950,
        "current_streak": 3,
        "longest_streak": 5,
    },
    "recent_milestones": [
        {
            "goal_id": GOAL["id"],
            "goal_name": GOAL["name"],
            "percent": 25,
            "reached_on": "2026-03-10",
            "text": 'A quarter: 25 % of "Three months of rent".',
        }
    ],
}
