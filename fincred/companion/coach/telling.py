"""Which words can stand for a goal's name, because they have no other meaning for the coach. Pure."""

from __future__ import annotations

import re
from typing import Final

from fincred.companion.coach.dates import is_of_a_date
from fincred.companion.coach.terms import is_of_a_term
from fincred.companion.coach.words import LISTS, WORDS

# A word in a topic's line, and what follows where the line takes its beginning alone: "sav\\w+".
_IN_A_LINE: Final = re.compile(r"([a-z]{3,})(\\w[*+])?")
_NO_WORDS: Final = re.compile(r"\\(?!w[*+])[a-zA-Z]|s\?")
_FOUND: Final = _IN_A_LINE.findall(_NO_WORDS.sub(" ", " ".join([*WORDS.values(), *LISTS.values()])))
_OF_TOPICS: Final = frozenset(word for word, _ in _FOUND)
_BEGINNINGS: Final = tuple(word for word, is_open in _FOUND if is_open)


def tells_of_a_name(word: str) -> bool:
    """Whether a word in lower case has no other meaning for the coach than to be a part of a goal's name."""
    return not (_is_of_a_topic(word) or is_of_a_term(word) or is_of_a_date(word))


def _is_of_a_topic(word: str) -> bool:
    return not _OF_TOPICS.isdisjoint({word, word.removesuffix("s")}) or word.startswith(_BEGINNINGS)
