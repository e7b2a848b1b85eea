"""A person is erased while staff do something to them: staff are told, and it is no fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.back_office.tests.acting import PEOPLE
from accounts.models import User
from accounts.services import erase_person
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def act_while_erased(client: Client, action: str, person: User, reads: int) -> str:
    """What staff are told, if the person is erased once the request has read those who were chosen so often."""
    left = reads

    def beside(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal left
        result = execute(sql, *rest)
        if 'FROM "accounts_user" WHERE' in sql and '"accounts_user"."id" IN' in sql:
            left -= 1
            if left == 0:
                erase_person(user=person, now=clock.now())
        return result

    form = {"action": action, "_selected_action": [str(person.pk)], "confirmed": "yes", "reason": "asked"}
    with connection.execute_wrapper(beside):
        page = client.post(PEOPLE, form, headers={"accept": "text/html"})
    assert left <= 0
    page = client.get(page["Location"]) if page.status_code == 302 else page
    return str(page.content.decode())


class TestErasedMeanwhile:
    @pytest.mark.parametrize("action", ["export", "erase"])
    def test_what_is_done_to_one_person_says_that_they_are_gone(
        self, boss: Client, saver: User, action: str
    ) -> None:
        assert "what it was about is gone" in act_while_erased(boss, action, saver, 1)

    def test_what_is_done_to_many_says_who_is_gone(self, boss: Client, saver: User) -> None:
        assert "the person has been erased" in act_while_erased(boss, "disable", saver, 2)
