"""Names in `.env` that are no settings: which setting they seem to mean.

Knows words and spelling only. Not all names are taken for ours: those of other programs may stand in `.env`, too.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Final

# Names this close to a setting's are taken for a typing error. For short settings (ENV, PORT) that is one letter,
# or two that are swapped: many words are two letters away, such as HOST, ROOT and DEV.
_TYPO_DISTANCE: Final = 2
_SHORT: Final = 4
# Words that mean a setting also when they stand alone; the first words of others (APP, WEB) say too little.
_TELLING: Final = frozenset({"CORS", "DATABASE", "EMAIL", "JWT", "LOG", "METRICS", "REDIS", "SECRET"})
# What other Django projects write in front of their settings.
_PREFIXES: Final = ("DJANGO", "FINCRED")
_SYNONYMS: Final = {"DB": "DATABASE", "MAIL": "EMAIL", "SMTP": "EMAIL", "ENVIRONMENT": "ENV", "PROXY": "PROXIES"}
# What other programs call a setting, in words that it doesn't have.
_OTHER_NAMES: Final = {
    "ALLOWED_ORIGINS": "CORS_ORIGINS",
    "POSTGRESQL_URL": "DATABASE_URL",
    "POSTGRES_URL": "DATABASE_URL",
}
# Where Expo's apps, which may be developed beside the service, keep their own.
_OF_OTHER_PROGRAMS: Final = ("EXPO_PUBLIC_",)
# Parts of a server's URL, for which other programs have variables of their own, and other words for a URL.
_PARTS_OF_URL: Final = frozenset(
    {"HOST", "SERVER", "PORT", "USER", "USERNAME", "PASSWORD", "PASS", "NAME", "URI", "DSN"}
)


def mistyped(name: str, settings: Collection[str]) -> str | None:
    """The setting that differs in a letter or two, or only in case."""
    written = name.upper()
    near = [setting for setting in settings if _is_near(written, setting)]
    return min(near, key=lambda setting: (_distance(written, setting), setting), default=None)


def meant(name: str, settings: Collection[str], servers: Collection[str]) -> str | None:
    """The setting that the name seems to mean; None if there is none.

    Both begin with the same word. The name has only some of the setting's words (`SECRET` means SECRET_KEY), or
    all of them and others (`CORS_ALLOWED_ORIGINS` means CORS_ORIGINS), or is a part of the URL of one of the
    `servers` (`EMAIL_HOST` means EMAIL_URL). If several settings fit, a server's URL of which the name is a part
    comes first, then the setting with the fewest words that differ: `DB_REPLICA_URL` means DATABASE_REPLICA_URL.
    """
    if name.upper().startswith(_OF_OTHER_PROGRAMS):
        return None
    words = _words(name)
    if (other := _OTHER_NAMES.get("_".join(words))) in settings:
        return other

    def is_part(setting: str) -> bool:
        return setting in servers and _is_part(words, _words(setting))

    def distance(setting: str) -> tuple[bool, int, bool, int, str]:
        others = set(words) ^ set(_words(setting))
        return not is_part(setting), len(others), setting not in servers, len(setting), setting

    found = [setting for setting in settings if is_part(setting) or _says_the_same(words, _words(setting))]
    return min(found, key=distance, default=None)


def _is_near(name: str, setting: str) -> bool:
    distance = _distance(name, setting)
    if distance > 1 and len(setting) <= _SHORT:
        return distance == _TYPO_DISTANCE and sorted(name) == sorted(setting)
    return distance <= _TYPO_DISTANCE


def _words(name: str) -> list[str]:
    words = name.upper().split("_")
    if words[0] in _PREFIXES and len(words) > 1:
        words = words[1:]
    return [_SYNONYMS.get(word, word) for word in words]


def _says_the_same(words: list[str], setting: list[str]) -> bool:
    """A setting of one word, such as PORT, is meant by that word alone."""
    if words == setting:
        return True
    one, other = set(words), set(setting)
    tells = len(setting) > 1 and (len(words) > 1 or words[0] in _TELLING)
    return tells and words[0] == setting[0] and (one <= other or other <= one)


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
