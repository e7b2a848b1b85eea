"""How realistic a goal is, as one number that is easy to check: load = need / room."""

from decimal import ROUND_UP, Decimal
from typing import Final

from planning.vocabulary import Feasibility

COMFORTABLE_LOAD: Final = Decimal("0.8")
FULL_LOAD: Final = Decimal(1)
_DECIMALS: Final = Decimal("0.0001")


def feasibility(need: int, room: int) -> Feasibility:
    """The label of a goal from its `need` and `room`, the cents needed and available by its date.

    Comfortable: `need` is 0 or at most 0.8 of `room`. Tight: at most `room`. Unrealistic: more than `room`.
    """
    if need > room * FULL_LOAD:
        return Feasibility.UNREALISTIC
    if need > room * COMFORTABLE_LOAD:
        return Feasibility.TIGHT
    return Feasibility.COMFORTABLE


def load(need: int, room: int) -> Decimal | None:
    """need / room with four decimals, rounded up so that a load above a limit never shows as the limit.

    0 if nothing is needed; None if something is needed and there is no room.
    """
    if need == 0:
        return Decimal("0.0000")
    return (Decimal(need) / room).quantize(_DECIMALS, rounding=ROUND_UP) if room else None
