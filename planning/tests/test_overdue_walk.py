"""People who pay at random: when plans were made again of themselves, all of them ask for the calendar's."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from accounts.models import User
from planning.models import PlanVersion
from planning.services.replanning import replay_mismatches
from planning.tests.people import Person
from planning.tests.test_views_next_payments import PRIORITIES, V0, by_calendar, upcoming

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning]

KINDS: list[dict[str, Any]] = [
    *[{}] * 3,
    {"annual_rate": 5},
    {"kind": "recurring", "repeat_every_months": 3},
    {"kind": "reserve", "type": "emergency_fund"},
]
TOLD_UNTIL = "2028-03-10"


class _Walk:
    """A person with money that is the same each month or not, up to four goals, days and amounts of their own."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person, self.random, self.today = person, Random(seed), date(2026, 3, 10)
        if self.random.random() < 0.6:
            payday = {"next_date": f"2026-03-{self.random.randint(10, 28)}"}
            income = {"amount": 2850, "frequency": self.random.choice(["monthly", "biweekly"])}
            tax = {"label": "tax", "amount": 400, "frequency": "quarterly", "next_date": "2026-05-15"}
            person.tells(income | payday, expenses=2000, planned=[tax])
        else:
            person.earns(self.random.choice([400, 850]))
        self.goals = [self.wants() for _ in range(self.random.randint(1, 4))]
        plans = person.plans()
        for goal in self.goals:
            if self.random.random() < 0.4:
                self.chooses(plans[goal]["id"])

    def wants(self) -> str:
        by = self.today + timedelta(days=self.random.randint(3, 220))
        priority, kind = self.random.choice(PRIORITIES), self.random.choice(KINDS)
        return self.person.wants(self.random.randint(200, 4000), str(by), priority, **kind)

    def chooses(self, plan_id: str) -> None:
        rhythm = self.random.choice(["weekly", "biweekly", "monthly"])
        terms: dict[str, Any] = {"frequency": rhythm, "day_of_period": self.random.randint(1, 7)}
        if self.random.random() < 0.3:
            terms["amount"] = self.random.randint(20, 500)
        assert self.person.client.patch(f"{V0}/action-plans/{plan_id}", terms).status_code == 200

    def step(self) -> bool:
        """A later day; whether plans were made again by the first request of it, and by that one alone."""
        self.today += timedelta(days=self.random.choice([1, 1, 2, 3, 5, 8, 13]))
        before = PlanVersion.objects.count()
        plans = self.person.on(str(self.today)).stored()
        self.person.later(30)
        made = PlanVersion.objects.count()
        if made > before:
            self.compare(plans)
            assert PlanVersion.objects.count() == made
        self.pay(plans)
        return made > before

    def compare(self, plans: dict[str, Any]) -> None:
        shown = by_calendar(self.person)
        for goal, plan in plans.items():
            told = [each for each in upcoming(plan) if each[0] < TOLD_UNTIL]
            ahead = [each for each in shown.get(goal, ()) if str(self.today) <= each[0] < TOLD_UNTIL]
            assert told == ahead[:12]

    def pay(self, plans: dict[str, Any]) -> None:
        for goal, plan in plans.items():
            due = sum(amount for day, amount in upcoming(plan) if day <= str(self.today))
            if due and self.random.random() < 0.4:
                there = self.person.goal(goal)["current_amount"]
                self.person.has(goal, round(there + due * self.random.choice([1, 1, 0.5, 1.3]), 2))


@pytest.mark.parametrize("seed", [0, 6, 19, 28])
def test_a_walk_of_payments_is_told_what_the_calendar_tells(saver: User, time_machine: Any, seed: int) -> None:
    walk = _Walk(Person(saver, time_machine), seed)
    days = [walk.today for _ in range(50) if walk.step()]
    replan_on = User.objects.get(pk=saver.pk).replan_on
    assert replan_on is None or replan_on > walk.today
    assert 2 <= len(days) <= 20  # by the months, the goals' dates and the ends of cycles, of a year
    assert list(replay_mismatches()) == []
