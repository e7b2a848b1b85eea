"""Which status may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "active": ("paused", "completed", "cancelled"),
    "paused": ("active", "completed", "cancelled"),
    "completed": ("active",),
    "cancelled": ("active",),
}

OPEN: Final = ("active", "paused")
CLOSED: Final = ("completed", "cancelled")
