"""Errors of check-ins and pulses."""

from __future__ import annotations

from fincred.errors import ConflictError, FieldError


class GoalTakesNoCheckInsError(ConflictError):
    """A check-in needs an active goal; facts: `goal_id`, `status`."""

    message = "Check-ins are only possible on an active goal"


class CycleHasEndedError(ConflictError):
    """What the end of a recurring goal's cycle left over is no check-in of the person; facts: `goal_id`."""

    message = "The end of a cycle can't be corrected or removed"


class CheckInInFutureError(FieldError):
    """The check-in's date is after the person's today."""

    def __init__(self) -> None:
        super().__init__(field="check_in_date", message="Must not be after today.", code="max_value")


class PulsePeriodError(FieldError):
    """The days of a pulse aren't a period that has begun."""
