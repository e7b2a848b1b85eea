"""How a refusal quotes what was typed."""

from __future__ import annotations

from typing import Final

_MOST_QUOTED: Final = 60


def quoted(typed: str) -> str:
    """What was typed, short enough for a sentence, and without what a page would not show."""
    words = "".join(" " if each.isspace() else each for each in typed[: _MOST_QUOTED + 1])
    shown = "".join(each if each.isprintable() else "\ufffd" for each in words)
    return shown if len(shown) <= _MOST_QUOTED else f"{shown[: _MOST_QUOTED - 1]}…"
