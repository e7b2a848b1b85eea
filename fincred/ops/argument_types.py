"""What arguments of commands are read as; argparse would name the Python function that fails."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError("write a whole number") from None


def moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ArgumentTypeError("write a moment with its zone, such as 2026-03-10T03:00:00Z")
    return read
