"""Days as staff read them, 27 Nov 2026, where data and explanations have them as 2026-11-27. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def day_in_words(day: date | str) -> str:
    """Such as 27 Nov 2026; a text that isn't a day is returned unchanged."""
    try:
        day = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    return f"{day:%-d %b %Y}"


def days_in_words(text: str) -> str:
    """The text with each of its days in words."""
    return _DAY.sub(lambda found: day_in_words(found[0]), text)
