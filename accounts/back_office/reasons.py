"""Why staff act, in words: the trail keeps a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts.vocabulary import StaffReason

REASONS: Final[Mapping[str, str]] = {
    StaffReason.ASKED: "the person asked for it",
    StaffReason.SECURITY: "for the account's safety",
    StaffReason.ABUSE: "abuse of the service",
    StaffReason.CORRECTION: "to correct a mistake of ours",
}


def reason_in_words(reason: str) -> str:
    """What a command was told is in words already."""
    return REASONS.get(reason, reason)
