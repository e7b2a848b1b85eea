"""A person changes one thing after the other, and no event is lost or taken for another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from icalendar import Event

from planning.tests.events import CAR, INSURANCE, JOB, RENT, V0, events, puts, revision
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning]


def _is_payment(event: Event) -> bool:
    return "put in" in str(event["SUMMARY"])


class _Walk:
    """A person who changes one thing after the other, and the events that their calendar had before."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.random, self.today = person, Random(seed), date(2026, 3, 10)
        self.incomes = [dict(JOB), dict(RENT), RENT | {"source_label": "Garage"}]
        self.planned, self.debts = [dict(INSURANCE)], [dict(CAR)]
        self.puts()
        self.goals = [
            person.wants(900, "2026-11-01"),
            person.wants(400, "2027-01-15", kind="recurring", repeat_every_months=4),
        ]
        self.plans = [plan["id"] for plan in person.plans().values()]
        self.before = events(person)

    def puts(self) -> None:
        puts(self.person, self.incomes, self.planned, self.debts)

    def step(self) -> None:
        change = self.random.choice([self.money, self.money, self.goal, self.day, self.plan, self.check_in])
        keeps = change()
        self.person.later(60)
        after = events(self.person)
        assert not [uid for uid in set(self.before) - set(after) if not keeps(self.before[uid])]
        numbers = [revision(told)[0] for told in (self.before, after)]
        assert numbers[1] - numbers[0] == (_without_revision(self.before) != _without_revision(after))
        assert revision(self.before)[1] <= revision(after)[1]
        self.before = after

    def money(self) -> Callable[[Event], bool]:
        """An entry is renamed, has another amount, or is moved to another place: no event is lost."""
        entry = self.random.choice([*self.incomes, *self.planned, *self.debts])
        label = "source_label" if entry in self.incomes else "label"
        amount = "min_payment" if entry in self.debts else "amount"
        field = self.random.choice([label, amount])
        entry[field] = f"name {self.random.random()}" if field == label else self.random.randint(100, 400)
        self.random.shuffle(self.incomes)
        self.puts()
        return _is_payment  # another surplus may pay a goal in fewer months

    def goal(self) -> Callable[[Event], bool]:
        goal = self.random.choice(self.goals)
        day = self.today + timedelta(days=self.random.randint(200, 300))
        change: dict[str, Any] = self.random.choice(
            [{"name": f"goal {day}"}, {"target_amount": self.random.randint(300, 900)}]
        )
        change |= self.random.choice([{}, {"target_date": day.isoformat()}])
        assert self.person.client.patch(f"{V0}/goals/{goal}", change).status_code == 200
        return _is_payment

    def day(self) -> Callable[[Event], bool]:
        """What has passed with a month may leave."""
        self.today += timedelta(days=self.random.randint(1, 12))
        self.person.on(self.today.isoformat())
        last = self.today
        return lambda lost: lost.decoded("DTSTART") <= last or _is_payment(lost)

    def plan(self) -> Callable[[Event], bool]:
        day = self.random.randint(1, 7)
        terms = {"frequency": self.random.choice(["weekly", "biweekly", "monthly"]), "day_of_period": day}
        path = f"{V0}/action-plans/{self.random.choice(self.plans)}"
        assert self.person.client.patch(path, terms).status_code == 200
        return _is_payment

    def check_in(self) -> Callable[[Event], bool]:
        goal = self.goals[1]
        self.person.has(goal, self.person.goal(goal)["current_amount"] + self.random.randint(0, 60))
        return _is_payment


def _without_revision(told: dict[str, Event]) -> list[tuple[str, ...]]:
    names = ("DTSTART", "DTEND", "SUMMARY", "DESCRIPTION")
    return [(uid, *(str(event[name].to_ical()) for name in names)) for uid, event in told.items()]


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_of_changes_loses_no_event_and_takes_no_revision_back(person: Person, seed: int) -> None:
    walk = _Walk(person, seed)
    for _ in range(16):
        walk.step()
