"""A person's days as iCalendar (RFC 5545): an all-day event for each entry. Pure.

An event keeps its UID when its amount or its label changes, and when its day changes but not its `Entry.name`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from icalendar import Calendar, Parameters, vText
from icalendar.parser import Contentline

from fincred.money import money_in_words
from planning.engine.day_book import Day, Entry
from planning.vocabulary import EntryKind

_DAY: Final = timedelta(days=1)
_END: Final = b"END:VCALENDAR\r\n"
_SUMMARIES: Final = {
    EntryKind.INCOME: "{label}: +{amount}",
    EntryKind.PLANNED_EXPENSE: "{label}: -{amount}",
    EntryKind.MINIMUM_PAYMENT: "{label}: minimum payment of {amount}",
    EntryKind.GOAL_PAYMENT: "{label}: put in {amount}",
    EntryKind.GOAL_DATE: "{label}: the day of the goal, {amount}",
}


def as_icalendar(days: Iterable[Day], *, owner: UUID, currency: str, changed_at: datetime, sequence: int) -> bytes:
    """The days in UTF-8; the same days in the same revision give the same bytes.

    The revision is `sequence` and `changed_at`: all events have it.
    """
    text = cache(_text)  # the same texts come again and again, and escaping and folding cost the most
    moment = f"{changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    revision = f"DTSTAMP:{moment}\r\nLAST-MODIFIED:{moment}\r\nSEQUENCE:{sequence}".encode()
    lines = [_head(owner, changed_at)]
    for day in days:
        description = _text(
            "DESCRIPTION", f"Carried over after this day: {money_in_words(day.carried_over, currency)}"
        )
        for entry in day.entries:
            # Not an `Event` of the library, which is ten times slower: there may be thousands.
            lines += [
                b"BEGIN:VEVENT",
                f"UID:{uuid5(owner, f'{entry.kind}/{entry.name}')}@fincred".encode(),
                revision,
                f"DTSTART;VALUE=DATE:{day.date:%Y%m%d}".encode(),
                f"DTEND;VALUE=DATE:{day.date + _DAY:%Y%m%d}".encode(),
                text("SUMMARY", _summary(entry, currency)),
                description,
                b"TRANSP:TRANSPARENT",
                b"END:VEVENT",
            ]
    return b"\r\n".join([*lines, _END])


def content_of(days: Iterable[Day], *, currency: str) -> str:
    """The SHA-256 of all that the events tell except their revision."""
    told = sha256(currency.encode())
    for day in days:
        told.update(f"\0{day.date} {day.carried_over}".encode())
        for entry in day.entries:
            told.update(f"\0{entry.kind} {entry.name} {entry.amount} {entry.label}".encode())
    return told.hexdigest()


def _head(owner: UUID, changed_at: datetime) -> bytes:
    """The calendar's own properties."""
    calendar = Calendar()
    calendar.add("PRODID", "-//FinCred//Calendar//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("UID", f"{uuid5(owner, 'calendar')}@fincred")
    calendar.add("LAST-MODIFIED", changed_at.astimezone(UTC))
    for name in ("NAME", "X-WR-CALNAME"):
        calendar.add(name, "FinCred")
    calendar.add("REFRESH-INTERVAL", _DAY, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "P1D")
    head: bytes = calendar.to_ical()
    return head.removesuffix(b"\r\n" + _END)


def _text(name: str, value: str) -> bytes:
    """A line of text, escaped and folded."""
    line: bytes = Contentline.from_parts(name, Parameters(), vText(value)).to_ical()
    return line


def _summary(entry: Entry, currency: str) -> str:
    # A lone carriage return isn't escaped by the library, and would end the line.
    label = " ".join(entry.label.splitlines())
    return _SUMMARIES[entry.kind].format(label=label, amount=money_in_words(entry.amount, currency))
