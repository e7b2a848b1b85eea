"""Planning again after more than a year without it: what the months in between left is counted, all of it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

PAY = {"amount": 3000, "frequency": "monthly", "next_date": "2026-03-10"}


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    return Person(saver, time_machine)


class TestAfterFourteenMonths:
    """500 a month are left, of which 50 are asked for up to March 2027."""

    def test_what_all_of_them_left_is_there(self, person: Person) -> None:
        person.tells(PAY, expenses=2500)
        goal = person.wants(600, "2027-03-10")
        person.plans()
        person.on("2027-05-10").has(goal, 599)
        person.plans()
        assert person.cash_flow[0]["carried"] == 14 * 500 - 600 + 500 - 1

    def test_what_one_of_the_last_took_is_gone(self, person: Person) -> None:
        car = {"label": "car", "amount": 4000, "frequency": "once", "next_date": "2027-04-10"}
        person.tells(PAY, expenses=2500, planned=[car])
        goal = person.wants(600, "2027-03-10")
        person.plans()
        person.on("2027-05-10").has(goal, 599)
        person.plans()
        assert person.cash_flow[0]["carried"] == 14 * 500 - 600 - 4000 + 500 - 1
