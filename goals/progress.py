"""A goal's progress, and how it compares with what its pace expects."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

_HUNDREDTH: Final = Decimal("0.01")
_NEARLY: Final = Decimal("99.99")
_FULL: Final = Decimal("100.00")


class ProgressStatus(StrEnum):
    """`slightly_behind`: less than expected, by at most a tenth of the target. `off_track`: by more, or late."""

    COMPLETED = "completed"
    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    SLIGHTLY_BEHIND = "slightly_behind"
    OFF_TRACK = "off_track"


def progress_percentage(current_amount: Decimal, target_amount: Decimal) -> Decimal:
    """0.00 to 100.00, rounded to two decimals; 100.00 only when the target is reached."""
    if current_amount >= target_amount:
        return _FULL
    share = current_amount * 100 / target_amount
    return min(share.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP), _NEARLY)


def progress_status(
    *,
    current_amount: Decimal,
    target_amount: Decimal,
    target_date: date,
    last_check_in_date: date | None,
    expected: Decimal,
    today: date,
) -> ProgressStatus:
    """The status today; `expected` is what the goal's pace expects by today."""
    if current_amount >= target_amount:
        return ProgressStatus.COMPLETED
    if last_check_in_date is None:
        return ProgressStatus.NOT_STARTED
    if today > target_date:
        return ProgressStatus.OFF_TRACK
    if current_amount >= expected:
        return ProgressStatus.ON_TRACK
    if (expected - current_amount) * 10 <= target_amount:
        return ProgressStatus.SLIGHTLY_BEHIND
    return ProgressStatus.OFF_TRACK
