"""The world's own lists: ISO 4217 currencies, ISO 3166 countries, IANA time zones."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import pycountry


def is_currency(code: str) -> bool:
    """A current ISO 4217 code in capitals."""
    found = pycountry.currencies.get(alpha_3=code)
    return found is not None and found.alpha_3 == code


def is_country(text: str) -> bool:
    """An ISO 3166 alpha-2 code in capitals, or a longer text, which is taken as a name."""
    if len(text) > 2:
        return True
    found = pycountry.countries.get(alpha_2=text)
    return found is not None and found.alpha_2 == text


@cache
def _time_zones() -> frozenset[str]:
    # "localtime" is whatever this machine is set to, "Factory" a machine that was never set.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def is_time_zone(name: str) -> bool:
    """An IANA name such as Europe/Berlin, spelt exactly."""
    return name in _time_zones()
