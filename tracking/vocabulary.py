"""The words of check-ins and weekly pulses, shared by models and serializers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CheckInSource(StrEnum):
    """Where the amount of a check-in comes from: the person, or an account that the app reads it from.

    At the end of a recurring goal's cycle it is what is left over.
    """

    MANUAL_ENTRY = "manual_entry"
    DERIVED = "derived"
    CYCLE_END = "cycle_end"


TOLD: Final = (CheckInSource.MANUAL_ENTRY, CheckInSource.DERIVED)
"""The sources that clients can name."""


class PlannedPayments(StrEnum):
    """Whether the week's planned payments were made."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"


class Spending(StrEnum):
    """The week's spending against what was planned."""

    UNDER = "under"
    ON = "on"
    OVER = "over"
