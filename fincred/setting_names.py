"""Names in `.env` that are no settings: which setting they seem to mean.

Knows words and spelling only. Not all names are taken for ours: those of other programs may stand in `.env`, too.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Final

# Names this close to a setting's are taken for a typing error.
_TYPO_DISTANCE: Final = 2
# What other Django projects write in front of their settings.
_PREFIXES: Final = ("DJANGO", "FINCRED")
_SYNONYMS: Final = {"DB": "DATABASE", "MAIL": "EMAIL", "SMTP": "EMAIL"}
# What a server's URL has in one, and other programs in variables of their own.
_PARTS_OF_URL: Final = frozenset({"HOST", "PORT", "USER", "USERNAME", "PASSWORD", "NAME"})


def mistyped(name: str, settings: Collection[str]) -> str | None:
    """The setting that differs in a letter or two, or only in case."""
    written = name.upper()
    nearest = min(settings, key=lambda setting: (_distance(written, setting), setting), default="")
    return nearest if _distance(written, nearest) <= _TYPO_DISTANCE else None


def meant(name: str, settings: Collection[str], servers: Collection[str]) -> str | None:
    """The setting of which the name has some words, or all of them and others; or a part of a server's URL.

    Both begin with the same word: `SECRET` means SECRET_KEY, `CORS_ALLOWED_ORIGINS` CORS_ORIGINS, and `EMAIL_HOST`
    EMAIL_URL, which is one of the `servers`.
    """
    words = _words(name)
    found = [
        setting
        for setting in settings
        if _says_the_same(words, _words(setting)) or (setting in servers and _is_part(words, _words(setting)))
    ]
    return min(found, key=lambda setting: (setting not in servers, len(setting), setting), default=None)


def _words(name: str) -> list[str]:
    first, *others = name.upper().split("_")
    if first in _PREFIXES and others:
        first, *others = others
    return [_SYNONYMS.get(first, first), *others]


def _says_the_same(words: list[str], setting: list[str]) -> bool:
    """A setting of one word, such as PORT, is meant by that word alone."""
    one, other = set(words), set(setting)
    return words == setting or (len(setting) > 1 and words[0] == setting[0] and (one <= other or other <= one))


def _is_part(words: list[str], setting: list[str]) -> bool:
    *server, _ = setting  # the last is URL
    return words[: len(server)] == server and _PARTS_OF_URL.issuperset(words[len(server) :])


@cache
def _distance(one: str, other: str) -> int:
    """Levenshtein's: how many characters to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
