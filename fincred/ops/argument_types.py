"""What arguments of commands are read as; argparse would name the Python function that fails."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, datetime


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError("write a whole number") from None


def moment(text: str) -> datetime:
    """In UTC, where a moment at an end of the calendar may be in a year that there isn't."""
    try:
        read = datetime.fromisoformat(text)
        in_utc = read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        in_utc = None
    if in_utc is None:
        raise ArgumentTypeError("write a moment with its zone, such as 2026-03-10T03:00:00Z")
    return in_utc
