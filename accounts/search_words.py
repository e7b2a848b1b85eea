"""The words that staff find a person by. Pure: they follow from the address and the name."""

from __future__ import annotations

import re
from typing import Final

from accounts.mailboxes import mailbox_or_none
from fincred.text import fold

LONGEST: Final = 254
MOST_WORDS: Final = 20
WORDS_LEFT_OUT: Final = (
    f"A search takes {MOST_WORDS} words: the first {MOST_WORDS} were looked for, and no others."
)
# What a copied word brings along: `"Sam Saver" <sam@example.com>,` and marks that can't be seen.
AROUND_WORDS: Final = '"<>()[],;\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff'
# The most characters that may become `LONGEST` once they are composed. Folding more would take long.
_MOST_TYPED: Final = 4 * LONGEST


def words_of_person(email: str, full_name: str | None) -> list[str]:
    """The address, its mailbox, the words of the name and the parts of these, all folded.

    "Conan O'Brien" is found by "conan", by "o'brien" and by "brien".
    """
    words = fold(full_name or "").split()
    parts = [part for word in words for part in re.findall(r"\w+", word)]
    terms = {fold(email), fold(mailbox_or_none(email) or email), *[*words, *parts][:MOST_WORDS]}
    return sorted({term[:LONGEST] for term in terms})


def cut_search(search: str) -> str:
    """The search as it was typed, or its first words if it has more than a search takes."""
    words = search.split()
    return search.strip() if len(words) <= MOST_WORDS else " ".join(words[:MOST_WORDS])


def words_of_search(search: str) -> list[str]:
    """What a person's words have to start with, in the spelling that they are stored in.

    Of many words the first, of which as many are stored of a name.
    """
    return list(dict.fromkeys(map(_spelling, search.split()[:MOST_WORDS])))


def _spelling(typed: str) -> str:
    word = (typed.strip(AROUND_WORDS) or typed)[:_MOST_TYPED]
    return fold(mailbox_or_none(word) or word if "@" in word else word)[:LONGEST]
