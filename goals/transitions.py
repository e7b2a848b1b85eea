"""Which status may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from goals.vocabulary import Status

ALLOWED: Final[Mapping[str, tuple[Status, ...]]] = {
    Status.ACTIVE: (Status.PAUSED, Status.COMPLETED, Status.CANCELLED),
    Status.PAUSED: (Status.ACTIVE, Status.COMPLETED, Status.CANCELLED),
    Status.COMPLETED: (Status.ACTIVE,),
    Status.CANCELLED: (Status.ACTIVE,),
}

OPEN: Final = (Status.ACTIVE, Status.PAUSED)
CLOSED: Final = (Status.COMPLETED, Status.CANCELLED)
