"""Who put in less or more than their plan asked is told so by the coach, as by the action plan."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from fincred.companion.tests.asking import answer
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.platform]

WHY, WHEN = "Why is my plan like this?", "When will I reach my goals?"


@pytest.fixture
def person(saver: User, time_machine: Any) -> Person:
    """500 a month."""
    person = Person(saver, time_machine)
    person.earns(500)
    return person


def test_after_a_missed_month_what_is_missing_is_told_with_the_label(person: Person) -> None:
    person.wants(1200, "2027-03-10")
    person.plans()
    assert "will be missing" not in answer(person.client, WHY)
    client = person.on("2026-04-12").client
    why = answer(client, WHY)
    assert "1200 is comfortable." in why
    assert "But less is there now than it asked for: by what it still asks for, 100.00 USD will be missing" in why
    when = answer(client, WHEN)
    assert "there is no day yet on which it is reached: by what it still asks for, 100.00 USD will be" in when


@pytest.mark.parametrize(
    ("put_in", "missing", "reached_on"), [(700, "300.00 USD", "10 June"), (1200, "nothing", "10 May")]
)
def test_who_put_in_more_lacks_less_than_the_label_says(
    person: Person, put_in: int, missing: str, reached_on: str
) -> None:
    goal = person.wants(2000, "2026-06-10")
    person.plans()
    person.has(goal, put_in)
    why = answer(person.client, WHY)
    assert "2000 is unrealistic as things stand" in why
    told = f"if all is paid that it still asks for, {missing} will be missing on 10 June 2026."
    assert f"By now more is there than it counted: {told}" in why
    assert f"it is reached on {reached_on} 2026." in answer(person.client, WHEN)
