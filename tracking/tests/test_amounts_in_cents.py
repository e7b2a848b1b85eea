"""Amounts that a subquery reads have two decimals on every database, so that documents made from them have too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from goals.history import reader
from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.tracking]


def test_earlier_and_lowest_amounts_have_two_decimals(saver: User, time_machine: Any) -> None:
    person = Person(saver, time_machine)
    goal = person.wants(1200, "2026-09-10")
    person.has(goal, 115.4)
    person.on("2026-04-12").has(goal, 26.09)
    day = date(2026, 4, 10)
    assert [str(amount) for amount in reader().amounts_before(saver.pk, day).values()] == ["115.40"]
    assert [str(amount) for amount in reader().lowest_since(saver.pk, day).values()] == ["26.09"]
