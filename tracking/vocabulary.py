"""The words of a weekly pulse, shared by models and serializers."""

from __future__ import annotations

from enum import StrEnum


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
