"""Days as iCalendar, read back by the library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from icalendar import Calendar, Event

from planning.engine.day_book import Day, Entry
from planning.icalendar_text import as_icalendar
from planning.vocabulary import EntryKind

pytestmark = [pytest.mark.unit, pytest.mark.planning]

OWNER = UUID(int=1)
STORED = datetime(2026, 3, 10, 12, 30, 59, 999_999, tzinfo=UTC)
ON = date(2026, 3, 13)


def entry(
    kind: EntryKind = EntryKind.INCOME, label: str = "Job", amount: str = "1500.00", name: str = "n"
) -> Entry:
    return Entry(kind, label, Decimal(amount), name)


def text(
    *entries: Entry, on: date = ON, carried: str = "20.50", owner: UUID = OWNER, at: datetime = STORED
) -> bytes:
    return as_icalendar(
        [Day(on, entries, Decimal(carried))], owner=owner, currency="EUR", changed_at=at, sequence=7
    )


def events(written: bytes) -> Sequence[Event]:
    return Calendar.from_ical(written).events


class TestEvent:
    def test_is_of_a_whole_day_and_keeps_nobody_busy(self) -> None:
        [event] = events(text(entry()))
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (ON, date(2026, 3, 14))
        assert b"DTSTART;VALUE=DATE:20260313\r\n" in text(entry())
        assert event["TRANSP"] == "TRANSPARENT"

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (EntryKind.INCOME, "Job: +1,500.00 EUR"),
            (EntryKind.PLANNED_EXPENSE, "Job: -1,500.00 EUR"),
            (EntryKind.MINIMUM_PAYMENT, "Job: minimum payment of 1,500.00 EUR"),
            (EntryKind.GOAL_PAYMENT, "Job: put in 1,500.00 EUR"),
            (EntryKind.GOAL_DATE, "Job: the day of the goal, 1,500.00 EUR"),
        ],
    )
    def test_says_what_it_is_and_what_is_carried_over(self, kind: EntryKind, words: str) -> None:
        [event] = events(text(entry(kind)))
        assert event["SUMMARY"] == words
        assert event["DESCRIPTION"] == "Carried over after this day: 20.50 EUR"

    def test_is_stamped_with_when_it_was_stored(self) -> None:
        [event] = events(text(entry()))
        assert event.decoded("DTSTAMP") == datetime(2026, 3, 10, 12, 30, 59, tzinfo=UTC)
        assert b"DTSTAMP:20260310T123059Z\r\n" in text(entry())

    @pytest.mark.parametrize(
        "label",
        [
            "rent, food; and \\ more",
            'a "quoted" one: with {amount} and {0}',
            "family 👩‍👩‍👧‍👦 " * 90,
            "x" * 1000,
            "日本語のラベル" * 140,
            "BEGIN:VEVENT",
        ],
    )
    def test_has_the_label_as_it_is(self, label: str) -> None:
        written = text(entry(label=label))
        [event] = events(written)
        assert event["SUMMARY"] == f"{label}: +1,500.00 EUR"
        assert max(map(len, written.split(b"\r\n"))) <= 75
        written.decode()

    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x0b"])
    def test_has_no_line_of_the_persons_own(self, end: str) -> None:
        written = text(entry(label=f"Job{end}ATTACH:http://evil.example"))
        [event] = events(written)
        assert event["SUMMARY"] == "Job ATTACH:http://evil.example: +1,500.00 EUR"
        assert "ATTACH" not in event
        assert not any(line.startswith(b"ATTACH") for line in written.splitlines())


class TestUid:
    def uid(self, *args: Entry, on: date = ON, owner: UUID = OWNER) -> str:
        [event] = events(text(*args, on=on, owner=owner))
        return str(event["UID"])

    def test_stays_when_amount_label_day_and_moment_change(self) -> None:
        changed = entry(label="Work", amount="1.00")
        assert self.uid(entry()) == self.uid(changed) == self.uid(entry(), on=date(2026, 3, 20))

    def test_differs_by_person_kind_and_name(self) -> None:
        others = [
            self.uid(entry(), owner=UUID(int=2)),
            self.uid(entry(EntryKind.GOAL_DATE)),
            self.uid(entry(name="m")),
        ]
        assert len({self.uid(entry()), *others}) == 4


class TestCalendar:
    def test_is_the_same_bytes_for_the_same_days(self) -> None:
        assert text(entry()) == text(entry())

    def test_may_be_empty(self) -> None:
        written = as_icalendar([], owner=OWNER, currency="EUR", changed_at=STORED, sequence=0)
        calendar = Calendar.from_ical(written)
        assert (calendar["VERSION"], calendar["PRODID"]) == ("2.0", "-//FinCred//Calendar//EN")
        assert calendar["X-WR-CALNAME"] == "FinCred"
        assert b"REFRESH-INTERVAL;VALUE=DURATION:P1D\r\n" in written
        assert calendar.events == []

    def test_has_an_event_for_each_entry(self) -> None:
        assert len(events(text(entry(), entry(name="m")))) == 2
