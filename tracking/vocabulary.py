"""The words of check-ins and weekly pulses, shared by models and serializers."""

from __future__ import annotations

from enum import StrEnum


class CheckInSource(StrEnum):
    """Where the amount of a check-in comes from: the person, or an account that the app reads it from."""

    MANUAL_ENTRY = "manual_entry"
    DERIVED = "derived"


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
