"""A message as the coach reads it: whole words, common spellings, and the names that it mentions. Pure."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fincred.text import normalize


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Stands for a name that the message mentions, so that the words in a name choose no intent and are no amount.
NAMED: Final = "namedgoal"

# `\w` lacks the marks of letters: vowels of Indian scripts, points of Hebrew and Arabic.
_LETTERS: Final = "[\\w\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff]+"
_WORD: Final = re.compile(f"{_LETTERS}(?:['\N{RIGHT SINGLE QUOTATION MARK}]{_LETTERS})*")
_APOSTROPHES: Final = re.compile(r"['`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}]")
# Scripts that are written without spaces: each character counts as a word.
_UNSPACED: Final = re.compile("([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")

# A name of these words alone is in nearly every message, so it counts only in quotes or after "called".
_EVERYDAY: Final = word_set(
    "a about again all am an and any are at be been but by can could did do does doing for from get goal "
    "goals go "
    "going good have hello help hey hi how i if in is it its just last like many me mine month more most "
    "much my "
    "need new next no not now of off ok on one or our out plan plans please progress pulse set should so some "
    "status step still streak thank thanks that the their them then there they thing things this to today too "
    "track up us want was we week well what when where which who why will with would year yes you your"
)
# Of them, those that stand after "how is" without being a name.
_POINTING: Final = word_set("all it its my mine most our so that the their them then there they things this up we")
# The same for a name of one word.
_VERBS: Final = word_set("afford buy money owe paid pay payment save saved saving spend")

# What people type for it, word by word.
_SPELLINGS: Final = {
    "arent": "are not",
    "cant": "cannot",
    "couldnt": "could not",
    "debst": "debts",
    "dept": "debt",
    "depts": "debts",
    "didnt": "did not",
    "doesnt": "does not",
    "doign": "doing",
    "dont": "do not",
    "hows": "how is",
    "hw": "how",
    "im": "i am",
    "isnt": "is not",
    "ive": "i have",
    "nxt": "next",
    "oew": "owe",
    "pls": "please",
    "plz": "please",
    "r": "are",
    "shld": "should",
    "shud": "should",
    "thx": "thanks",
    "til": "until",
    "ty": "thanks",
    "u": "you",
    "ur": "your",
    "waht": "what",
    "thats": "that is",
    "theres": "there is",
    "theyre": "they are",
    "wanna": "want to",
    "wat": "what",
    "whats": "what is",
    "whens": "when is",
    "wheres": "where is",
    "whos": "who is",
    "whys": "why is",
    "wht": "what",
    "wont": "will not",
    "wot": "what",
    "youre": "you are",
}
# Words that are recognised with one letter wrong, missing, added, or two swapped. Short ones aren't here: one
# letter makes other words of them.
_KNOWN: Final = word_set(
    "afford avalanche balance comfortable consolidation creditor dashboard emergency expenses "
    "explain feedback inflation interest investing milestone minimum mortgage overdraft overwhelmed "
    "payment progress saving savings snowball streak stressed subscription surplus unrealistic worried"
)
_LONGEST_WORD: Final = max(map(len, _KNOWN)) + 1
_LONGEST_CORRECTED: Final = 40  # words: a longer message isn't a typed question


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    key: str


class Message:
    """`text` is the message in normal form C; `words` are its words, compared without case and possessive s."""

    def __init__(self, message: str) -> None:
        self.text = normalize(message)
        self.words = list(_words(self.text))

    def mentions(self, names: Sequence[str]) -> list[int]:
        """The positions of the names that it mentions, in order.

        A name counts as whole words; where names overlap, the longest counts. Equal names are all mentioned.
        """
        return sorted({position for position, _, _ in self._spans(names)})

    def hints_at(self, names: Sequence[str], is_telling: Callable[[str], bool]) -> tuple[list[int], str]:
        """The positions of names that it may mean; the text with `NAMED` for them.

        It means the names of which it has all words, in any order, one of them telling. Without such a name, it
        means those of which it has a telling word that no other name has.
        """
        here = {word.key for word in self.words}
        keys = [_keys(name) for name in names]
        tells = {key for own in keys for key in own if key in here and _may_tell(key) and is_telling(key)}
        whole = [p for p, own in enumerate(keys) if here.issuperset(own) and not tells.isdisjoint(own)]
        if whole:
            return whole, self._with_named({key for position in whole for key in keys[position]})
        counted = Counter(key for own in keys for key in set(own))
        telling = {key for key in tells if counted[key] == 1}
        meant = [position for position, own in enumerate(keys) if not telling.isdisjoint(own)]
        return meant, self._with_named(telling)

    def _with_named(self, keys: set[str]) -> str:
        text = self.text
        for word in reversed(self.words):
            if word.key in keys:
                text = f"{text[: word.start]} {NAMED} {text[word.end :]}"
        return text

    def without(self, names: Sequence[str]) -> str:
        """The text with `NAMED` in place of each name that it mentions."""
        text = self.text
        for start, end in sorted({(start, end) for _, start, end in self._spans(names)}, reverse=True):
            text = f"{text[:start]} {NAMED} {text[end:]}"
        return text

    def _spans(self, names: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        alike: dict[tuple[str, ...], list[int]] = {}
        for position, name in enumerate(names):
            alike.setdefault(_keys(name) or (name,), []).append(position)
        taken: set[int] = set()
        for keys, positions in sorted(alike.items(), key=lambda one: (-len(one[0]), -len("".join(one[0])), one)):
            for places in self._places(keys, names[positions[0]]):
                if taken.isdisjoint(places):
                    taken.update(places)
                    yield from ((position, places.start, places.stop) for position in positions)

    def _places(self, keys: tuple[str, ...], name: str) -> Iterator[range]:
        """Where the name stands in the text."""
        if _is_everyday(keys) or not _keys(name):
            yield from self._explicit(name)
            if _is_title(name):
                yield from self._as_a_title(name)
            return
        present = tuple(word.key for word in self.words)
        for first in range(len(present) - len(keys) + 1):
            if present[first : first + len(keys)] == keys:
                yield range(self.words[first].start, self.words[first + len(keys) - 1].end)

    def _explicit(self, name: str) -> Iterator[range]:
        """In quotes, after "called" or "how is", before "goal"; what has no letters but a picture also alone."""
        exact = re.escape(normalize(name).strip())
        pattern = rf"[\"'“‘«„]\s*{exact}\s*[\"'”’»“]|\b(?:called|named) {exact}(?!\w)"
        if _is_title(name) and name.strip().casefold() not in _POINTING:
            pattern += (
                rf"|\b(?:how(?: i|['’]?)s|why is|when(?: i|['’]?)s|when will|much for) (?:my |the )?{exact}\b"
            )
            pattern += rf"|\b{exact} goal\b|\bgoal {exact}\b"
        if not _keys(name) and any(unicodedata.category(character) == "So" for character in name):
            pattern = exact
        for found in re.finditer(pattern, self.text, re.IGNORECASE):
            *_, at = re.finditer(exact, found.group(), re.IGNORECASE)
            yield range(found.start() + at.start(), found.start() + at.end())

    def _as_a_title(self, name: str) -> Iterator[range]:
        """With its capital letter, after a word without one: "how is Help"."""
        pattern = rf"\b[a-z]+ {re.escape(normalize(name).strip())}(?=\s*[?!.,]|\s+[a-z]|\s*$)"
        for found in re.finditer(pattern, self.text):
            yield range(found.start() + found.group().index(" ") + 1, found.end())


def _may_tell(key: str) -> bool:
    return len(key) > 2 and key not in _EVERYDAY and not key.isdecimal()


def _is_title(name: str) -> bool:
    """Whether it is one word of several letters that begins with its only capital, as "Help" and "Next"."""
    word = name.strip()
    return len(word) > 1 and word.isalpha() and word == word.capitalize()


def _is_everyday(keys: tuple[str, ...]) -> bool:
    return _EVERYDAY.issuperset(keys) or len("".join(keys)) == 1 or (len(keys) == 1 and keys[0] in _VERBS)


def simple(text: str) -> str:
    """The words of a text in lower case, with usual spellings, one space apart."""
    words = [_APOSTROPHES.sub("", word).casefold() for word in _WORD.findall(text)]
    if len(words) <= _LONGEST_CORRECTED:
        words = [_corrected(word) for word in words]
    joined = " ".join(_SPELLINGS.get(word, word) for word in words)
    return joined.replace("can not", "cannot")


def _corrected(word: str) -> str:
    if word in _KNOWN or word in _SPELLINGS or not 5 <= len(word) <= _LONGEST_WORD:
        return word
    near = _KNOWN.intersection(_one_edit_away(word))
    return next(iter(near)) if len(near) == 1 else word


def _one_edit_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]


def _words(text: str) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        start = found.start()
        for part in filter(None, _UNSPACED.split(found.group())):
            yield Word(start, start + len(part), _key(part))
            start += len(part)


def _keys(text: str) -> tuple[str, ...]:
    return tuple(word.key for word in _words(normalize(text)))


def _key(word: str) -> str:
    folded = _APOSTROPHES.sub("'", word.casefold())
    return folded.removesuffix("'s").replace("'", "")


def joined(parts: Iterable[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end
