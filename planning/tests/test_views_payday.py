"""The payday that an explanation names is that of the next payment, on each day on which it is read."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

SENTENCE = " Its payment on 2026-03-10 is made from what arrives that day."
PAYDAY = {"payment": "2026-03-10", "arrives": "2026-03-10"}


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """400 of 2 400 are left, which come on each 10th; 600 in two months are 300 on each payday."""
    person = Person(saver, time_machine).on("2026-03-01")
    person.tells({"amount": 2400, "frequency": "monthly", "next_date": "2026-03-10"}, expenses=2000)
    person.wants(600, "2026-05-01")
    person.plans()
    return person


def told(person: Person) -> dict[str, Any]:
    """By the list and by the plan alone."""
    [plan] = person.stored().values()
    assert person.client.get(f"/api/v0/action-plans/{plan['id']}").json() == plan
    return dict(plan["explanation"])


def is_told(person: Person) -> bool:
    explanation = told(person)
    assert (SENTENCE in explanation["text"]) == (explanation["facts"].get("payday") == PAYDAY)
    return "payday" in explanation["facts"]


def test_is_told_up_to_that_day(person: Person) -> None:
    assert [is_told(person.on(f"2026-03-{day}")) for day in ("01", "09", "10")] == [True, True, True]


def test_is_not_told_once_the_day_has_passed(person: Person) -> None:
    before = told(person)
    assert not is_told(person.on("2026-03-11"))
    after = told(person)
    assert after["text"] + SENTENCE == before["text"]
    assert after["facts"] | {"payday": PAYDAY} == before["facts"]


def test_is_not_told_once_that_payment_is_made(person: Person) -> None:
    [goal] = person.stored()
    person.on("2026-03-05").has(goal, 300)
    assert not is_told(person)


def test_is_told_of_a_payment_of_which_a_part_is_made(person: Person) -> None:
    [goal] = person.stored()
    person.on("2026-03-05").has(goal, 100)
    assert is_told(person)


def test_is_kept_in_the_version(person: Person) -> None:
    [plan] = person.on("2026-03-11").stored().values()
    [version] = person.client.get(f"/api/v0/action-plans/{plan['id']}/versions").json()
    assert version["outputs"]["explanation"]["facts"]["payday"] == PAYDAY
    assert SENTENCE in version["outputs"]["explanation"]["text"]
