"""The words that staff find a person by. Pure: they follow from the address and the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from accounts.mailboxes import mailbox_or_none
from fincred.text import fold

LONGEST: Final = 254
MOST_WORDS: Final = 20
SEARCH_TOO_LONG: Final = f"A search takes at most {MOST_WORDS} words and {LONGEST} characters."


def words_of_person(email: str, full_name: str | None) -> list[str]:
    """The address, its mailbox, the words of the name and the parts of these, all folded.

    "Conan O'Brien" is found by "conan", by "o'brien" and by "brien".
    """
    words = fold(full_name or "").split()
    parts = [part for word in words for part in re.findall(r"\w+", word)]
    terms = {fold(email), fold(mailbox_or_none(email) or email), *[*words, *parts][:MOST_WORDS]}
    return sorted({term[:LONGEST] for term in terms})


def is_too_long(search: str) -> bool:
    """Whether the search has more words or characters than any list of the back office looks for."""
    return len(search.strip()) > LONGEST or len(search.split()) > MOST_WORDS


def words_of_search(search: str) -> list[str]:
    """What a person's words have to start with, in the spelling that they are stored in."""
    return sorted(set(_spellings(search)))[:MOST_WORDS]


def _spellings(search: str) -> Iterator[str]:
    for word in search.split():
        spelling = mailbox_or_none(word) or word if "@" in word else word
        yield fold(spelling)[:LONGEST]
