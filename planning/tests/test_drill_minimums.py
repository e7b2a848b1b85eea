"""Random people who pay off debts over HTTP: the calendar's minimum payments stay what they were told to be."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from accounts.tests.factories import UserFactory
from planning.tests.lives.life import Life
from planning.tests.lives.person import require
from planning.tests.lives.script import Document, Script, draw
from planning.tests.test_drill_lives import LIVES, SEED, quiet

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning, pytest.mark.django_db]

__all__ = ["quiet"]


class Debtor(Life):
    """Pays as asked, and reads the calendar around each payment."""

    told: dict[str, list[tuple[str, Any]]]

    def live(self) -> None:
        self.promised, self.is_following, self.told = {}, True, {}
        random = Random(self.script.until)
        for index in range(len(self.script.wanted)):
            self.want(index)
        self.plan()
        self.follow()
        last = self.script.start + timedelta(days=self.script.until)
        while True:
            self.read_minimums()
            ends = self.begins(self.month + 1)
            self.day = min(day for day in (self.next_day(), ends - timedelta(days=1), ends) if day > self.day)
            if self.day > last:
                return
            self.morning()
            self.read_minimums()
            if random.random() < 0.15 and not self.is_first_of_month:
                self.tell_money(0)
                self.told = {}
            if random.random() < 0.4:
                self.plan()
            self.read_minimums()
            self.follow()

    def plan(self, *, is_new: bool = False) -> Document:
        if self.anchor is None:
            self.begin()
        made: Document = self.call("post", "planning/plan", {})
        return made

    def read_minimums(self) -> None:
        """Those of the present month's first day and of the next one's, until a goal has cleared its debts."""
        if any(account.status == "completed" for account in self.accounts.values()):
            return
        dates = [self.begins(self.month), self.begins(self.month + 1)]
        days = self.call("get", f"planning/calendar?from={dates[0]}&to={dates[1]}")["days"]
        for date in (day.isoformat() for day in dates if day != self.anchor):
            entries = [entry for day in days if day["date"] == date for entry in day["entries"]]
            is_ = [(entry["label"], entry["amount"]) for entry in entries if entry["kind"] == "minimum_payment"]
            told = self.told.setdefault(date, is_)
            require(told == is_, "minimum payments", date=date, told=told, is_=is_, today=self.day)


def with_debts(seed: int) -> Script:
    """The next life of which a goal pays off debts."""
    script = draw(seed)
    while not any(wanted.debts for wanted in script.wanted):
        seed += 100_000
        script = draw(seed)
    return script


@pytest.mark.drill
class TestMinimumPayments:
    def test_stay_as_they_were_told(self, time_machine: Any) -> None:
        for seed in range(SEED, SEED + LIVES):
            with transaction.atomic():
                person = UserFactory.create(email=f"debtor{seed}@example.com")
                life = Debtor(person, time_machine, with_debts(seed))
                try:
                    life.live()
                except AssertionError as error:
                    raise AssertionError(f"seed {seed}: {error}\n{life.script}") from error
                finally:
                    transaction.set_rollback(True)
