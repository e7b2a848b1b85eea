"""The search box of every page leads to a person, a row, or what a request did."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.models import ListedPerson, User
from accounts.search_words import WORDS_LEFT_OUT
from fincred import clock
from fincred.back_office.tests.person_pages import path_of
from fincred.companion.tests.factories import NotificationFactory
from planning.tests.factories import goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


class TestSearchBox:
    def lead(self, client: Client, sought: str) -> str:
        answer = client.get("/admin/find/", {"q": sought})
        assert answer.status_code == 302
        return answer.headers["Location"]

    def test_leads_to_the_one_person(self, support: Client, saver: User) -> None:
        for sought in ("saver@", str(saver.pk), "SAM saver@"):
            assert self.lead(support, sought) == path_of(saver)

    def test_that_finds_a_person_is_a_look_at_them_also_if_nobody_follows(
        self, support: Client, saver: User, stranger: User
    ) -> None:
        """Where it leads tells that they are here."""
        self.lead(support, "saver@")
        looks = ListedPerson.objects.values_list("person_id", "entry__action")
        assert list(looks) == [(saver.pk, "user.found")]
        assert "person found" in support.get(path_of(saver)).content.decode()

    def test_leads_to_the_list_of_several(self, support: Client, saver: User, stranger: User) -> None:
        assert self.lead(support, "sam") == "/admin/accounts/user/?q=sam"
        assert self.lead(support, "nobody at all") == "/admin/accounts/user/?q=nobody+at+all"

    def test_leads_to_anything_with_an_id(self, support: Client, saver: User) -> None:
        snapshot_of(saver)
        plan = plan_for(goal_of(saver))
        assert self.lead(support, str(plan.goal_id)) == f"/admin/goals/goal/{plan.goal_id}/change/"
        assert self.lead(support, str(plan.pk)) == f"/admin/planning/actionplan/{plan.pk}/change/"

    def test_leads_to_the_trail_of_a_request_or_of_what_is_gone(self, support: Client, saver: User) -> None:
        support.get(path_of(saver), headers={"X-Request-ID": "r-7"})
        assert self.lead(support, "r-7") == "/admin/accounts/auditentry/?q=r-7"
        gone = "00000000-0000-4000-8000-000000000001"
        assert self.lead(support, gone) == f"/admin/accounts/auditentry/?q={gone}"

    def test_finds_a_person_also_by_a_name_that_a_client_gave_a_request(
        self, support: Client, saver: User
    ) -> None:
        support.get(path_of(saver), headers={"X-Request-ID": "sam"})
        assert self.lead(support, "sam") == path_of(saver)

    @pytest.mark.parametrize("made_by", [str.upper, lambda text: text.replace("-", "")])
    def test_leads_to_a_request_whose_id_is_a_uuid_as_the_app_wrote_it(
        self, support: Client, saver: User, made_by: Any
    ) -> None:
        request_id = made_by("a0b1c2d3-0000-4000-8000-00000000000f")
        support.get(path_of(saver), headers={"X-Request-ID": request_id})
        page = support.get(self.lead(support, request_id)).content.decode()
        assert "person viewed" in page

    @pytest.mark.parametrize("kept", [str.upper, str, lambda text: text.replace("-", "")])
    @pytest.mark.parametrize("typed", [str.upper, str, lambda text: text.replace("-", "").upper()])
    def test_leads_to_a_request_whose_uuid_is_typed_in_another_form(
        self, support: Client, saver: User, kept: Any, typed: Any
    ) -> None:
        """iOS writes a UUID in capital letters, and tracing leaves the hyphens out."""
        request_id = "a0b1c2d3-0000-4000-8000-00000000000f"
        support.get(path_of(saver), headers={"X-Request-ID": kept(request_id)})
        assert "person viewed" in support.get(self.lead(support, typed(request_id))).content.decode()

    def test_leads_to_a_row_whose_id_is_typed_in_another_form(self, support: Client, saver: User) -> None:
        goal = goal_of(saver)
        for typed in (goal.pk.hex.upper(), f'"{goal.pk}",'):  # the second as a log line has it
            assert self.lead(support, typed) == f"/admin/goals/goal/{goal.pk}/change/"

    def test_leads_to_every_kind_of_row_with_an_id(self, support: Client, saver: User) -> None:
        row = NotificationFactory.create(user=saver)
        assert self.lead(support, str(row.pk)) == f"/admin/companion/notification/{row.pk}/change/"

    def test_of_nothing_stays(self, support: Client) -> None:
        assert self.lead(support, " \0") == "/admin/"

    def test_of_a_long_name_finds_by_its_first_words_and_says_so(self, support: Client, saver: User) -> None:
        name = " ".join(f"Name{number}" for number in range(30, 0, -1))
        services.update_profile(user=saver, now=clock.now(), full_name=name)
        assert self.lead(support, name) == path_of(saver)
        assert support.get(path_of(saver)).content.decode().count(WORDS_LEFT_OUT) == 1
        assert self.lead(support, " ".join(name.split()[:20])) == path_of(saver)
        assert WORDS_LEFT_OUT not in support.get(path_of(saver)).content.decode()

    @pytest.mark.parametrize("sought", ["zzz " * 1100, "nobody " * 21, "z" * 255], ids=["all", "words", "letters"])
    def test_of_much_that_nobody_is_called_says_so(self, support: Client, sought: str) -> None:
        page = unescape(support.get(self.lead(support, sought)).content.decode())
        assert f'No person is called "{sought[:59]}…"' in page
        assert page.count(WORDS_LEFT_OUT) == (" " in sought)

    @pytest.mark.parametrize("sought", ["anna1985", "#69", "req-77"])
    def test_says_of_what_is_no_id_that_nobody_is_called_that(self, support: Client, sought: str) -> None:
        page = " ".join(unescape(support.get(self.lead(support, sought)).content.decode()).split())
        assert "<title>People" in page
        assert f'No person is called "{sought}"' in page
        assert f'Nothing was found for "{sought}".' in page
        assert "no request with this id is in the audit trail" in page

    @pytest.mark.parametrize("whole", ["person", "goal"])
    def test_by_an_id_is_a_look_at_the_person_also_if_nobody_follows(
        self, support: Client, saver: User, whole: str
    ) -> None:
        goal = goal_of(saver)
        self.lead(support, str(saver.pk if whole == "person" else goal.pk))
        looks = ListedPerson.objects.values_list("person_id", "entry__action")
        assert list(looks) == [(saver.pk, "user.found" if whole == "person" else "goal.found")]

    def test_says_of_a_request_that_left_nothing_what_that_means(self, support: Client) -> None:
        request_id = "a0b1c2d3-0000-4000-8000-00000000000f"
        page = " ".join(unescape(support.get(self.lead(support, request_id)).content.decode()).split())
        assert f'No entry of the trail has the id "{request_id}".' in page
        assert "it changed nothing, or isn't ours: the log has it" in page
        assert "Check the spelling" not in page
