"""How realistic a goal is, as one number that anyone can check: load = need / room."""

from decimal import ROUND_UP, Decimal
from typing import Final

from planning.vocabulary import Feasibility

COMFORTABLE_LOAD: Final = Decimal("0.8")
FULL_LOAD: Final = Decimal(1)
_DECIMALS: Final = Decimal("0.0001")


def feasibility(need: int, room: int) -> Feasibility:
    """Judge what a goal needs by its date against what can be given to it by then; both in cents.

    Nothing needed, or at most 0.8 of the room: Comfortable. At most the room: Tight. Else Unrealistic.
    """
    if need > room * FULL_LOAD:
        return Feasibility.UNREALISTIC
    if need > room * COMFORTABLE_LOAD:
        return Feasibility.TIGHT
    return Feasibility.COMFORTABLE


def load(need: int, room: int) -> Decimal | None:
    """The load to four decimals, rounded up so that it never looks like less. None without any room."""
    if need == 0:
        return Decimal("0.0000")
    return (Decimal(need) / room).quantize(_DECIMALS, rounding=ROUND_UP) if room else None
