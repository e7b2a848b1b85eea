"""Which codes exist: ISO 4217 currencies, ISO 3166 countries, IANA time zones."""

from __future__ import annotations

from functools import cache
from unicodedata import category
from zoneinfo import available_timezones

import pycountry

# Codes of ISO 4217 that aren't money people are paid in: metals, units of bond markets and of account, funds,
# tests, no currency.
_NO_MONEY = frozenset({
    *("XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"),
    *("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"),
})  # fmt: skip


def is_currency(code: str) -> bool:
    """A current ISO 4217 code in capitals, of money that people have."""
    found = pycountry.currencies.get(alpha_3=code)
    return found is not None and found.alpha_3 == code and code not in _NO_MONEY


def read_country(text: str) -> str | None:
    """Returns a two-letter code of ISO 3166 in capitals (any case is accepted), or a country's name unchanged.

    Otherwise None. Names aren't checked, except that they have a letter. Text of up to three characters is read as
    a code, unless its script has no capital letters, as in 日本. So DEU, a three-letter code, gives None.
    """
    if len(text) <= 3 and {category(character) for character in text} != {"Lo"}:
        found = pycountry.countries.get(alpha_2=text)
        return found.alpha_2 if found else None
    return text if any(character.isalpha() for character in text) else None


@cache
def _time_zones() -> frozenset[str]:
    # "localtime" is the machine's own setting, "Factory" means that it has none.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def is_time_zone(name: str) -> bool:
    """An IANA name such as Europe/Berlin, spelt exactly."""
    return name in _time_zones()
