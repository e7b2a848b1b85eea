"""The events of a person's iCalendar, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from icalendar import Calendar, Event

from planning.tests.people import Person

V0 = "/api/v0"
TWO_YEARS = f"{V0}/planning/calendar?from=2026-03-10&to=2028-03-09"
JOB = {"amount": 1500, "frequency": "biweekly", "next_date": "2026-03-13", "source_label": "Job"}
RENT = {"amount": 300, "frequency": "monthly", "next_date": "2026-03-15", "source_label": "Lodger"}
INSURANCE = {"label": "Insurance", "amount": 600, "frequency": "annual", "next_date": "2026-07-15"}
CAR = {"label": "Car", "type": "car_loan", "balance": 9000, "interest_rate_annual": 5, "min_payment": 200}
INCOMES = [JOB, RENT]


def puts(
    person: Person,
    incomes: list[dict[str, Any]] = INCOMES,
    planned: list[dict[str, Any]] | None = None,
    debts: list[dict[str, Any]] | None = None,
) -> None:
    body = {
        "incomes": incomes,
        "expenses": {"total_amount": 2400, "planned": [INSURANCE] if planned is None else planned},
        "debts": [CAR] if debts is None else debts,
    }
    response = person.client.put(f"{V0}/snapshot", body)
    assert response.status_code == 200, response.content


def events(person: Person) -> dict[str, Event]:
    response = person.client.get(TWO_YEARS, headers={"Accept": "text/calendar"})
    assert response.status_code == 200, response.content
    found = Calendar.from_ical(response.content).events
    assert not any(event.errors for event in found)
    by_uid = {str(event["UID"]): event for event in found}
    assert len(by_uid) == len(found)
    return by_uid


def days_of(told: dict[str, Event], words: str) -> dict[str, date]:
    """The days of the events with these words in their summaries, by their UIDs."""
    return {uid: event.decoded("DTSTART") for uid, event in told.items() if words in str(event["SUMMARY"])}


def revision(told: dict[str, Event]) -> tuple[int, datetime]:
    """What all events say of their revision."""
    revisions = {
        (int(str(event["SEQUENCE"])), event.decoded("DTSTAMP"), event.decoded("LAST-MODIFIED"))
        for event in told.values()
    }
    [(number, stamped, modified)] = revisions
    assert stamped == modified
    return number, stamped
