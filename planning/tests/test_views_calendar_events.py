"""Events of a person's iCalendar stay the same ones when what they tell changes, and say that it did."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from rest_framework.test import APIClient

from accounts.models import User
from conftest import client_of
from planning.models import CalendarRevision, Snapshot
from planning.tests.events import (
    CAR,
    INCOMES,
    INSURANCE,
    JOB,
    RENT,
    TWO_YEARS,
    V0,
    days_of,
    events,
    puts,
    revision,
)
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]


def moved(before: dict[str, date], after: dict[str, date]) -> Counter[int]:
    """By how many days how many of the events have moved; all of them are there."""
    assert set(before) <= set(after)
    return Counter((after[uid] - day).days for uid, day in before.items())


class TestIncomes:
    """Each of the first list is known again in the second, and its events with it."""

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ([JOB | {"source_label": "Work"}, RENT], "Work: +1,500.00"),
            ([JOB | {"source_label": None}, RENT], "Income: +1,500.00"),
            ([JOB | {"amount": 1700}, RENT], "Job: +1,700.00"),
            ([JOB | {"source_label": "Work", "amount": 1700}, RENT], "Work: +1,700.00"),
            ([RENT, JOB | {"source_label": "Work"}], "Work: +1,500.00"),
            ([RENT | {"source_label": "Flat", "amount": 310}, JOB], "Job: +1,500.00"),
            ([{**RENT, "source_label": "Other", "next_date": "2026-03-20"}, *INCOMES], "Job: +1,500.00"),
            ([JOB], "Job: +1,500.00"),
            ([JOB | {"until": "2030-01-01"}, RENT], "Job: +1,500.00"),
        ],
    )
    def test_keep_their_events(self, person: Person, changed: list[dict[str, Any]], words: str) -> None:
        puts(person)
        before = days_of(events(person), "Job")
        puts(person, changed)
        assert moved(before, days_of(events(person), words)) == {0: 52}

    def test_keep_their_events_when_the_next_date_rolls_forward(self, person: Person) -> None:
        puts(person)
        before = days_of(events(person), "Job")
        person.on("2026-03-30")
        puts(person, [JOB | {"source_label": "Work", "amount": 1600, "next_date": "2026-04-10"}, RENT])
        after = days_of(events(person), "Work")
        assert set(after) < set(before)
        assert moved(after, before) == {0: 50}

    @pytest.mark.parametrize(
        ("income", "by"),
        [
            (JOB, 1),
            (JOB, -3),
            (JOB | {"frequency": "weekly"}, 1),
            (JOB | {"frequency": "monthly"}, 12),
            (JOB | {"frequency": "quarterly"}, 3),
            (JOB | {"frequency": "annual"}, 30),
            (JOB | {"frequency": "semimonthly", "next_date": "2026-03-14"}, 1),
            (JOB | {"frequency": "semimonthly", "next_date": "2026-03-16"}, 2),
            (JOB | {"frequency": "once"}, 300),
        ],
    )
    def test_keep_their_events_when_they_move(self, person: Person, income: dict[str, Any], by: int) -> None:
        puts(person, [income])
        before = days_of(events(person), "Job")
        day = date.fromisoformat(income["next_date"]) + timedelta(days=by)
        puts(person, [income | {"next_date": day.isoformat()}])
        after = moved(before, days_of(events(person), "Job"))
        assert after[by] >= len(before) * 0.8  # clamped ones move less far

    def test_with_the_same_days_are_told_apart(self, person: Person) -> None:
        twin = RENT | {"source_label": "Garage", "amount": 80}
        puts(person, [RENT, twin, RENT])
        before = events(person)
        flat, garage = days_of(before, "Lodger"), days_of(before, "Garage")
        assert (len(flat), len(garage)) == (48, 24)
        puts(person, [RENT, twin | {"source_label": "Cellar"}, RENT])
        assert set(days_of(events(person), "Cellar")) == set(garage)
        puts(person, [RENT, RENT, twin | {"amount": 90}])
        assert set(days_of(events(person), "Lodger")) == set(flat)
        assert set(days_of(events(person), "Garage")) == set(garage)

    def test_in_another_rhythm_or_told_again_after_a_while_have_events_of_their_own(self, person: Person) -> None:
        puts(person)
        before = days_of(events(person), "Job")
        puts(person, [JOB | {"frequency": "monthly"}, RENT])
        assert not set(days_of(events(person), "Job")) & set(before)
        puts(person, [RENT])
        puts(person, INCOMES)
        assert not set(days_of(events(person), "Job")) & set(before)

    def test_of_snapshots_from_before_there_were_names_keep_them(self, person: Person) -> None:
        puts(person)
        before = days_of(events(person), "Job")
        Snapshot.objects.update(entry_names=None)
        assert days_of(events(person), "Job") == before
        puts(person, [RENT, JOB | {"amount": 1600}])
        assert days_of(events(person), "Job") == before


class TestOtherEntries:
    def test_of_planned_expenses_keep_their_events(self, person: Person) -> None:
        tax = INSURANCE | {"label": "Tax", "amount": 90}
        puts(person, planned=[INSURANCE, tax])
        before = days_of(events(person), "Insurance")
        puts(person, planned=[tax, INSURANCE | {"label": "Car insurance", "next_date": "2026-07-20"}])
        assert moved(before, days_of(events(person), "Car insurance")) == {5: 2}

    def test_of_debts_keep_their_events(self, person: Person) -> None:
        card = {**CAR, "label": "Card", "type": "credit_card", "min_payment": 30}
        puts(person, debts=[CAR, card])
        before = days_of(events(person), "Car:")
        assert len(before) == 23
        puts(person, debts=[card, CAR | {"label": "Van", "min_payment": 210, "balance": 8800}])
        assert moved(before, days_of(events(person), "Van: minimum payment of 210.00")) == {0: 23}

    def test_of_goals_keep_their_events(self, person: Person) -> None:
        puts(person)
        goal = person.wants(600, "2026-05-01")
        person.plans()
        before = events(person)
        paid, due = days_of(before, "600: put in"), days_of(before, "the day of the goal")
        changes = {"target_date": "2026-06-01", "name": "Bicycle", "target_amount": 650}
        assert person.client.patch(f"{V0}/goals/{goal}", changes).status_code == 200
        after = events(person)
        assert set(before) <= set(after)
        assert moved(due, days_of(after, "Bicycle: the day of the goal, 650.00")) == {31: 1}
        assert set(paid) <= set(days_of(after, "Bicycle: put in"))

    def test_of_payments_keep_their_events_on_other_days(self, person: Person) -> None:
        person.earns(400)
        goal = person.wants(1200, "2026-09-10")
        path = f"{V0}/action-plans/{person.plans()[goal]['id']}"
        generated = days_of(events(person), "put in")
        assert len(generated) == 6

        def on(frequency: str, day: int) -> dict[str, date]:
            terms = {"frequency": frequency, "day_of_period": day}
            assert person.client.patch(path, terms).status_code == 200
            return days_of(events(person), "put in")

        assert set(on("monthly", 20)) == set(generated)
        assert set(on("monthly", 28)) == set(generated)
        fridays = on("weekly", 5)
        assert not set(fridays) & set(generated)
        assert moved(fridays, on("weekly", 7)) == {2: len(fridays)}
        saturdays = on("biweekly", 6)
        sundays = on("biweekly", 7)
        assert moved(saturdays, sundays) == {1: len(saturdays)}

    @pytest.mark.parametrize(("frequency", "day"), [("weekly", 5), ("biweekly", 5), ("monthly", 13)])
    def test_of_an_overdue_payment_keeps_its_event_until_it_is_made(
        self, person: Person, frequency: str, day: int
    ) -> None:
        person.earns(400)
        goal = person.wants(1200, "2026-09-10")
        path = f"{V0}/action-plans/{person.plans()[goal]['id']}"
        assert person.client.patch(path, {"frequency": frequency, "day_of_period": day}).status_code == 200
        first, *others = days_of(events(person), "put in").items()
        assert first[1] == date(2026, 3, 13)
        for today in ("2026-03-14", "2026-03-16", "2026-03-19"):
            told = days_of(events(person.on(today)), "put in")
            assert told == dict([(first[0], date.fromisoformat(today)), *others])
        person.has(goal, 1000)
        assert first[0] not in days_of(events(person), "put in")

    def test_of_the_next_cycle_keep_what_they_were(self, person: Person) -> None:
        person.earns(400)
        bill = person.wants(600, "2026-05-20", kind="recurring", repeat_every_months=3)
        person.plans()
        before = days_of(events(person), "put in")
        person.on("2026-05-20").has(bill, 0)
        after = days_of(events(person), "put in")
        assert after.items() & before.items()
        assert {before[uid] for uid in set(after) & set(before)} >= {date(2026, 6, 10), date(2026, 7, 10)}


class TestRevision:
    def test_rises_with_every_change_and_its_moment_never_goes_back(self, person: Person) -> None:
        puts(person)
        goal = person.wants(600, "2026-05-01")
        other = person.wants(90, "2026-05-20")
        person.plans()

        def patched(path: str, body: dict[str, Any]) -> None:
            assert person.client.patch(f"{V0}{path}", body).status_code == 200

        told = [revision(events(person))]
        for change in (
            lambda: puts(person, [JOB | {"source_label": "Work"}, RENT]),
            lambda: person.has(goal, 50),
            lambda: patched(f"/goals/{goal}", {"name": "Bicycle"}),
            lambda: patched(f"/goals/{other}", {"target_date": "2026-07-01"}),
            lambda: patched("/users/me/profile", {"currency": "EUR"}),
            lambda: patched(f"/goals/{other}", {"status": "paused"}),
            lambda: person.client.delete(f"{V0}/goals/{goal}"),
            lambda: patched(f"/goals/{other}", {"status": "active"}),
            lambda: puts(person, [JOB], debts=[]),
        ):
            person.later(60)
            change()
            told.append(revision(events(person)))
        assert [number for number, _ in told] == list(range(len(told)))
        moments = [moment for _, moment in told]
        assert moments == sorted(set(moments))

    def test_rises_for_changes_of_the_same_moment(self, person: Person) -> None:
        puts(person)
        first = revision(events(person))
        puts(person, [JOB])
        assert revision(events(person)) == (first[0] + 1, first[1])

    def test_stays_while_nothing_changes(self, person: Person, saver: User) -> None:
        """Also on other days, after other rows were stored, and for any part of it."""
        puts(person)
        person.wants(600, "2026-05-01")
        person.plans()
        person.on("2026-03-09").on("2026-03-10")
        first = person.client.get(TWO_YEARS, headers={"Accept": "text/calendar"})
        person.on("2026-03-11")
        puts(person)
        person.plans()
        week = person.client.get(
            f"{V0}/planning/calendar?from=2026-04-10&to=2026-04-17", headers={"Accept": "text/calendar"}
        )
        assert {event["SEQUENCE"] for event in Calendar.from_ical(week.content).events} == {0}
        again = person.client.get(
            TWO_YEARS, headers={"Accept": "text/calendar", "If-None-Match": first.headers["ETag"]}
        )
        assert again.status_code == 304
        assert CalendarRevision.objects.get().user == saver

    def test_rises_when_the_day_alone_changes_something(self, person: Person) -> None:
        """A payment that is overdue is due each day anew; that of a month that is over is no longer told."""
        person.earns(400)
        person.wants(1200, "2026-09-10")
        person.plans()
        numbers = [revision(events(person.on(day)))[0] for day in ("2026-03-10", "2026-03-11", "2026-03-12")]
        assert numbers == [0, 1, 2]

    def test_is_that_of_the_link_too(self, person: Person, saver: User) -> None:
        puts(person)
        first = revision(events(person))
        puts(person, [JOB])
        path = person.client.post(f"{V0}/planning/calendar/link").headers["Location"]
        calendar = Calendar.from_ical(Client().get(path).content)
        assert revision({str(event["UID"]): event for event in calendar.events})[0] == first[0] + 1
        assert calendar.decoded("LAST-MODIFIED") == datetime(2026, 3, 10, 12, tzinfo=UTC)
        assert CalendarRevision.objects.get().user == saver

    def test_never_goes_back_where_a_clock_does(self, person: Person) -> None:
        puts(person)
        number, moment = revision(events(person))
        person.later(-600)
        puts(person, [JOB])
        assert revision(events(person)) == (number + 1, moment)

    def test_is_each_persons_own(self, person: Person, stranger: User) -> None:
        puts(person)
        other: APIClient = client_of(stranger)
        body = {"incomes": INCOMES, "expenses": {"total_amount": 2400}}
        assert other.put(f"{V0}/snapshot", body).status_code == 200
        mine, theirs = events(person), other.get(TWO_YEARS, headers={"Accept": "text/calendar"})
        uids = {str(event["UID"]) for event in Calendar.from_ical(theirs.content).events}
        assert uids
        assert not uids & set(mine)


def test_labels_are_as_they_were_written(person: Person) -> None:
    label = "Rent, food; gas\\water 👩‍👩‍👧‍👦 日本語 {amount}"
    person.tells({**JOB, "source_label": label}, expenses=100)
    [summary] = {str(event["SUMMARY"]) for event in events(person).values()}
    assert summary == f"{label}: +1,500.00 USD"
