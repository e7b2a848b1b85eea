"""Every write to check-ins and pulses, and what follows from it; and the dashboard.

Belongs here: rules and transactions, keyword-only, the moment and the person's day passed in. Doesn't: HTTP.
When you add a service that makes a week count, count it with `weeks`, and let `tracking.integrity` compare.
"""

from __future__ import annotations

from tracking.services.check_ins import (
    CheckInChanges,
    CheckInOutcome,
    create_check_in,
    delete_check_in,
    update_check_in,
)
from tracking.services.dashboard import Dashboard, GoalLine, dashboard_reads, make_dashboard
from tracking.services.pulses import PulseChanges, create_pulse, delete_pulse, update_pulse

__all__ = [
    "CheckInChanges",
    "CheckInOutcome",
    "Dashboard",
    "GoalLine",
    "PulseChanges",
    "create_check_in",
    "create_pulse",
    "dashboard_reads",
    "delete_check_in",
    "delete_pulse",
    "make_dashboard",
    "update_check_in",
    "update_pulse",
]
