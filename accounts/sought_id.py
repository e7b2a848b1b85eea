"""What was typed into a search, if it is an id: of a row, or of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from accounts.search_words import AROUND_WORDS

# A number of as many digits may be too large for the database.
_DIGITS: Final = 19


@dataclass(frozen=True, slots=True)
class SoughtId:
    """`row` is the id of a row that was meant, in whatever form of a UUID, and `number` the number of one.

    Each is None if the text can't be one.
    `requests` are the ids of requests that were meant. Clients choose them and the trail keeps them as sent: an
    app may write a UUID in capital letters, or without hyphens, and a person may type it in another form.
    """

    row: UUID | None
    requests: tuple[str, ...]
    number: int | None = None

    @classmethod
    def read(cls, typed: str) -> Self:
        typed = typed.strip()
        try:
            row = UUID(typed.strip(AROUND_WORDS))
        except ValueError:
            is_number = typed.isascii() and typed.isdecimal() and len(typed) < _DIGITS
            return cls(None, (typed,), int(typed) if is_number else None)
        forms = (str(row), row.hex)
        return cls(row, tuple(dict.fromkeys((typed, *forms, *(form.upper() for form in forms)))))
