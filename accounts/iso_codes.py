"""Which codes exist: ISO 4217 currencies, ISO 3166 countries, IANA time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import pycountry

# Codes of ISO 4217 that are no one's money: metals, units of bond markets and of account, tests, no currency.
_NO_MONEY = frozenset({"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"})


def is_currency(code: str) -> bool:
    """A current ISO 4217 code in capitals, of money that people have."""
    found = pycountry.currencies.get(alpha_3=code)
    return found is not None and found.alpha_3 == code and code not in _NO_MONEY


def is_country(text: str) -> bool:
    """An ISO 3166 alpha-2 code in capitals or not, or a longer text, which is taken as a name."""
    return len(text) > 2 or pycountry.countries.get(alpha_2=text) is not None


@cache
def _time_zones() -> frozenset[str]:
    # "localtime" is the machine's own setting, "Factory" means that it has none.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def is_time_zone(name: str) -> bool:
    """An IANA name such as Europe/Berlin, spelt exactly."""
    return name in _time_zones()
