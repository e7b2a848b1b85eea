"""Text of people, in every script: how it is stored and compared, and what is refused.

Unicode's normal form C is what is stored: "ü" is one character, however a keyboard composed it (UAX #15).
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Shown as nothing, although they are no spaces, control or format characters: what else a display may ignore by
# Unicode (fillers, variation selectors, tags), the empty Braille cell, and a note without a head.
_IGNORABLE: Final = (
    "\u034f \u115f-\u1160 \u17b4-\u17b5 \u180b-\u180f \u2065 \u3164 \ufe00-\ufe0f \uffa0 \ufff0-\ufff8 "
    "\U000e0000-\U000e0fff \u2800 \U0001d159"
)
_EMPTY: Final = frozenset(
    chr(code) for span in _IGNORABLE.split() for code in range(ord(span[0]), ord(span[-1]) + 1)
)
_SHOW_NOTHING: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
# The most characters that compose to one: "\u1f82" is an alpha with three marks.
_MOST_COMPOSED: Final = 4
# They turn the letters after them around, so that a text reads as something that it isn't.
BIDIRECTIONAL_OVERRIDES: Final = frozenset("\u202d\u202e")
# They end a line, as control characters do, and are none by Unicode's categories. (U+0085 is one.)
LINE_SEPARATORS: Final = frozenset("\u2028\u2029")


def is_too_long(text: str, limit: int) -> bool:
    """Whether no normal form of the text can have at most `limit` characters.

    Ask before normalising text of unknown length: sorting 200 000 combining marks takes Python half a minute.
    """
    return len(text) > _MOST_COMPOSED * limit


def normalize(text: str) -> str:
    """The text in normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """For comparing without regard to case and composition: equal for "Ärger", "ärger" and "a\u0308rger"."""
    return unicodedata.normalize("NFC", normalize(text).casefold())


def counted(number: int, noun: str) -> str:
    """Such as "1 month" and "2 months"; for nouns whose plural ends with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters: a longer text ends at a word, with an ellipsis; one long word is cut."""
    if len(text) <= limit:
        return text
    words, _, rest = text[: limit - 1].rpartition(" ")
    # Two thirds of a word that takes most of the room say more than nothing of it.
    return f"{words} …" if len(words) > limit / 2 else f"{words} {rest}…"


def shows_nothing(text: str) -> bool:
    """Whether it has only spaces, control, format and other characters that can't be seen."""
    return all(character in _EMPTY or unicodedata.category(character) in _SHOW_NOTHING for character in text)
