"""Ids as clients write them in paths, queries and bodies: with hyphens, in capitals or in lower case."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

PATTERN: Final = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_ID: Final = re.compile(PATTERN)


def read_id(value: Any) -> UUID | None:
    """None if the value isn't an id. `UUID` alone takes other forms too: braces, digits of any script."""
    return UUID(value) if isinstance(value, str) and _ID.fullmatch(value) else None
