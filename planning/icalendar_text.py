"""A person's days as iCalendar (RFC 5545): an all-day event for each entry. Pure.

An event keeps its UID when its amount changes, or its label, or a payment moves within its month.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from icalendar import Calendar, Event, vDDDTypes, vText

from planning.engine.day_book import Day, Entry
from planning.vocabulary import EntryKind

_DAY: Final = timedelta(days=1)
_SUMMARIES: Final = {
    EntryKind.INCOME: "{label}: +{amount}",
    EntryKind.PLANNED_EXPENSE: "{label}: -{amount}",
    EntryKind.MINIMUM_PAYMENT: "{label}: minimum payment of {amount}",
    EntryKind.GOAL_PAYMENT: "{label}: put in {amount}",
    EntryKind.GOAL_DATE: "{label}: the day of the goal, {amount}",
}


def as_icalendar(days: Iterable[Day], *, owner: UUID, currency: str, changed_at: datetime) -> bytes:
    """UTF-8; the same days give the same bytes."""
    calendar = Calendar()
    calendar.add("PRODID", "-//FinCred//Calendar//EN")
    calendar.add("VERSION", "2.0")
    for name in ("NAME", "X-WR-CALNAME"):
        calendar.add(name, "FinCred")
    calendar.add("REFRESH-INTERVAL", _DAY, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "P1D")
    stamp, is_free = vDDDTypes(changed_at.replace(microsecond=0)), vText("TRANSPARENT")
    for day in days:
        starts, ends = _day(day.date), _day(day.date + _DAY)
        description = vText(f"Carried over after this day: {_money(day.carried_over, currency)}")
        for entry in day.entries:
            # Not by `add`, which is four times slower: there may be thousands.
            event = Event()
            event["UID"] = vText(f"{uuid5(owner, f'{entry.kind}/{entry.name}')}@fincred")
            event["DTSTAMP"], event["DTSTART"], event["DTEND"] = stamp, starts, ends
            event["SUMMARY"] = vText(_summary(entry, currency))
            event["DESCRIPTION"], event["TRANSP"] = description, is_free
            calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _day(day: date) -> vDDDTypes:
    return vDDDTypes(day)


def _summary(entry: Entry, currency: str) -> str:
    # A lone carriage return isn't escaped by the library, and would end the line.
    label = " ".join(entry.label.splitlines())
    return _SUMMARIES[entry.kind].format(label=label, amount=_money(entry.amount, currency))


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
