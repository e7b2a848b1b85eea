"""An action of the back office shows the people it affects, asks for a reason, and takes few at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.back_office.confirmation import MOST_ROWS
from accounts.back_office.tests.acting import PEOPLE, act_in_back_office
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def choose(client: Client, *people: User, **form: Any) -> str:
    chosen = {"action": "disable", "_selected_action": [str(person.pk) for person in people], **form}
    return client.post(PEOPLE, chosen, follow=True).content.decode()


def disabled() -> int:
    return User.objects.filter(is_active=False).count()


class TestAskingFirst:
    def test_names_whom_it_affects_and_does_nothing_yet(
        self, support: Client, saver: User, stranger: User
    ) -> None:
        page = choose(support, saver, index="0")
        assert "Disable: no login, all sessions end" in page
        assert saver.email in page
        assert stranger.email not in page
        assert disabled() == 0

    def test_says_of_each_who_is_skipped_why(self, support: Client, agent: User, saver: User) -> None:
        colleague = UserFactory.create(is_staff=True)
        gone = UserFactory.create(is_active=False)
        page = " ".join(choose(support, agent, colleague, gone, saver).split())
        for person, why in (
            (agent, "you cannot do this to yourself"),
            (colleague, "only superusers act on staff"),
            (gone, "disabled already"),
        ):
            assert f"({person.email}): {why}" in page
            assert f'value="{person.pk}"' not in page
        assert f'value="{saver.pk}"' in page

    def test_of_which_none_is_left_says_why(self, support: Client, agent: User) -> None:
        page = choose(support, agent)
        assert "None of the chosen rows" in page
        assert f"({agent.email}): you cannot do this to yourself" in page
        assert AuditEntry.objects.filter(action="user.listed").count() == 2  # before the message, and the list

    def test_is_a_look_that_is_recorded(self, support: Client, agent: User, saver: User) -> None:
        choose(support, saver)
        entry = AuditEntry.objects.latest("pk")
        assert (entry.person_id, entry.action) == (agent.pk, "user.listed")
        assert entry.after == {"ids": [str(saver.pk)]}

    def test_offers_the_reasons_and_needs_one(self, support: Client, saver: User) -> None:
        assert "For the account&#x27;s safety" in choose(support, saver)
        assert "This field is required" in choose(support, saver, confirmed="yes", reason="")
        assert disabled() == 0

    def test_its_form_does_it(self, support: Client, saver: User) -> None:
        page = support.post(PEOPLE, {"action": "disable", "_selected_action": [str(saver.pk)]})
        assert page.context is not None
        rows = [str(row.pk) for row, _ in page.context["rows"]]
        form = {"action": page.context["action"], "_selected_action": rows, "confirmed": "yes", "reason": "abuse"}
        assert "Sam Saver is disabled." in support.post(PEOPLE, form, follow=True).content.decode()
        assert disabled() == 1


class TestManyAtOnce:
    @pytest.fixture
    def crowd(self, db: None) -> list[User]:
        return UserFactory.create_batch(MOST_ROWS + 1)

    def test_are_refused(self, support: Client, crowd: list[User]) -> None:
        page = act_in_back_office(support, PEOPLE, "disable", *crowd).content.decode()
        assert "Choose at most 20 rows" in page
        assert disabled() == 0

    def test_stay_chosen(self, support: Client, saver: User, crowd: list[User]) -> None:
        page = choose(support, *crowd)
        boxes = re.findall('<input[^>]*name="_selected_action"[^>]*>', page)
        checked = {re.findall('value="([^"]+)"', box)[0] for box in boxes if "checked" in box}
        assert checked == {str(person.pk) for person in crowd}
        assert len(boxes) > len(checked)

    def test_are_looked_at_once(self, support: Client, crowd: list[User]) -> None:
        choose(support, *crowd)
        assert AuditEntry.objects.filter(action="user.listed").count() == 1

    def test_are_not_offered(self, support: Client) -> None:
        UserFactory.create_batch(60)
        page = support.get(PEOPLE).content.decode()
        assert "at most 20 at once" in page
        assert not re.search("Select all [0-9]+ people", page)

    def test_are_refused_also_as_all_of_the_list(self, support: Client, crowd: list[User]) -> None:
        page = choose(support, crowd[0], select_across="1", confirmed="yes", reason="abuse")
        assert "Choose at most 20 rows" in page
        assert disabled() == 0

    def test_done_skip_who_is_not_affected_and_say_why(self, support: Client, crowd: list[User]) -> None:
        User.objects.filter(pk=crowd[0].pk).update(is_active=False)
        page = act_in_back_office(support, PEOPLE, "disable", *crowd[:3]).content.decode()
        assert page.count(" is disabled.") == 2
        assert f"({crowd[0].email}): disabled already" in page
        assert AuditEntry.objects.filter(action="person.disabled").count() == 2

    def test_up_to_twenty_are_done(self, support: Client, crowd: list[User]) -> None:
        act_in_back_office(support, PEOPLE, "disable", *crowd[1:])
        assert disabled() == MOST_ROWS


class TestActionOfAnotherRole:
    @pytest.mark.parametrize("action", ["erase", "grant_support"])
    def test_is_forbidden_in_words(self, support: Client, saver: User, action: str) -> None:
        form = {"action": action, "_selected_action": [str(saver.pk)]}
        answer = support.post(PEOPLE, form, headers={"Accept": "text/html"})
        assert answer.status_code == 403
        assert "Your role doesn&#x27;t open this page or do this action." in answer.content.decode()
        assert not AuditEntry.objects.filter(action__startswith="user.").exists()

    def test_is_not_one_that_was_not_chosen(self, support: Client, saver: User) -> None:
        answer = support.post(PEOPLE, {"action": "", "_selected_action": [str(saver.pk)]}, follow=True)
        assert "No action selected." in answer.content.decode()


class TestBadChoice:
    @pytest.mark.parametrize("chosen", ["x", "\0", "1", "00000000-0000-0000-0000-00000000000"])
    def test_is_refused(self, support: Client, chosen: str) -> None:
        form = {"action": "disable", "_selected_action": [chosen], "confirmed": "yes", "reason": "abuse"}
        assert support.post(PEOPLE, form).status_code == 400

    def test_of_nobody_affects_nobody(self, support: Client, db: None) -> None:
        form = {"action": "disable", "_selected_action": ["00000000-0000-0000-0000-000000000000"]}
        assert "None of the chosen rows" in support.post(PEOPLE, form, follow=True).content.decode()
