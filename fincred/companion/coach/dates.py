"""The day that a message names. Pure.

A month alone is its first day, "the end of" it its last, and a day without a year is the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from fincred.companion.coach.message import word_set
from planning.engine.dates import calendar_date

_NAMES: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_COUNTED: Final = word_set("by until till before in of")
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,? (?P<year>20\d\d))?"
_PATTERNS: Final = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"(?P<year>20\d\d)-(?P<number>[01]\d)-(?P<day>[0-3]\d)",
        rf"{_DAY}(?: of)? (?P<month>{_NAMES}){_YEAR}",
        rf"(?P<month>{_NAMES}) {_DAY}(?!\d){_YEAR}",
        rf"(?P<end>end of )(?P<month>{_NAMES}){_YEAR}",
        rf"(?:{'|'.join(sorted(_COUNTED))}) (?P<month>{_NAMES}){_YEAR}",
        r"(?P<christmas>christmas|xmas)",
        rf"in (?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)}) (?P<unit>week|month|year)s?",
    )
)


def is_of_a_date(word: str) -> bool:
    """Whether a word in lower case is a month's name."""
    return re.fullmatch(_NAMES, word) is not None


def day_in(message: str, today: date) -> date | None:
    """The day after `today` that the message names; None if there is none."""
    return next((day for day in _days(message, today) if day > today), None)


def _days(message: str, today: date) -> Iterator[date]:
    for pattern in _PATTERNS:
        for found in pattern.finditer(message):
            if day := _day(found.groupdict(), today):
                yield day


def _day(found: dict[str, str | None], today: date) -> date | None:
    if count := found.get("count"):
        number = _NUMBERS.get(count.lower()) or int(count)
        if found["unit"] == "week":
            return today + timedelta(weeks=number)
        return calendar_date(today, number * (12 if found["unit"] == "year" else 1))
    if found.get("christmas"):
        return _next(today, 12, 24)
    name = found.get("month")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(found["number"] or 0)
    day, year = int(found.get("day") or 1), found.get("year")
    try:
        first = date(int(year), month, day) if year else _next(today, month, day)
    except ValueError:  # such as 31 June
        return None
    return calendar_date(first, 1) - timedelta(days=1) if found.get("end") else first


def _next(today: date, month: int, day: int) -> date:
    this_year = date(today.year, month, day)
    return this_year if this_year > today else date(today.year + 1, month, day)
