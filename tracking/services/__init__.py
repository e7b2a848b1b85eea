"""Every write to check-ins and pulses, and what follows from it.

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
from tracking.services.pulses import PulseChanges, create_pulse, delete_pulse, update_pulse

__all__ = [
    "CheckInChanges",
    "CheckInOutcome",
    "PulseChanges",
    "create_check_in",
    "create_pulse",
    "delete_check_in",
    "delete_pulse",
    "update_check_in",
    "update_pulse",
]
