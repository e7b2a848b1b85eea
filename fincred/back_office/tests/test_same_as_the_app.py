"""What the back office tells of plans is what the person reads in the app that day, whatever they did before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from conftest import client_of
from fincred.companion.tests.invented import NOON, Invented
from fincred.days_in_words import day_in_words, days_in_words
from fincred.money import amount_in_words

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.django_db]


def read(office: Client, path: str) -> str:
    page = unescape(office.get(f"/admin/{path}/change/").content.decode())
    return re.sub(r"\s+", " ", page)


def expected_on_its_page(plan: dict[str, Any]) -> Iterator[str]:
    """What the page of a plan says of it, from the answer of `GET /action-plans`."""
    following = next(iter(plan["upcoming"]), None)
    payment = f"{money(following['amount'])} on {day_in_words(following['date'])}" if following else "none"
    yield f"<dt>Next payment</dt><dd>{payment}</dd>"
    yield f"<dt>Left to pay this month</dt><dd>{money(plan['this_month'])}</dd>"
    if (reached_on := plan["projected_completion_date"]) is not None:
        yield f"<dt>Arrives</dt><dd>{day_in_words(reached_on)}</dd>"
    yield days_in_words(plan["explanation"]["text"])


def money(amount: Any) -> str:
    return amount_in_words(Decimal(amount))


def check_in_on_some(person: Invented) -> None:
    for goal in person.get("/goals"):
        if goal["status"] == "active" and person.random.random() < 0.5:
            amount = Decimal(goal["current_amount"]) + person.random.randrange(-20, 300)
            person.send("post", f"/goals/{goal['id']}/check-ins", {"current_amount": str(max(amount, Decimal(0)))})


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("number", [3, 8, 21])
def test_all_pages_say_the_same_as_the_app(agent: User, number: int) -> None:
    person, count = Invented(number), 0
    for passed in (0, 16, 40, 75):
        with time_machine.travel(NOON + timedelta(days=passed, hours=1), tick=False):
            person.client, office = client_of(person.user), signed_in(agent)
            check_in_on_some(person)
            whole = read(office, f"accounts/user/{person.user.pk}")
            for plan in person.get("/action-plans"):
                own = read(office, f"planning/actionplan/{plan['id']}")
                assert [words for words in expected_on_its_page(plan) if words not in own] == [], passed
                text = days_in_words(plan["explanation"]["text"])
                assert text in whole
                assert text in read(office, f"goals/goal/{plan['goal_id']}")
                count += 1
    assert count >= 4
