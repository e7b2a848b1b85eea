"""A list records the people that it shows, and counts no further than it has to."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import record
from accounts.back_office.lists import MOST_COUNTED, BoundedPaginator
from accounts.back_office.tests.acting import PEOPLE, act_in_back_office, signed_in
from accounts.models import AuditEntry, ListedPerson, OutgoingMail, RefusedSignIns, User
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import erase_person, open_session, set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.companion.services.preferences import update_preferences
from fincred.context import Caller, Role, set_caller

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

REFUSED: Final = "/admin/accounts/refusedsignins/"


@pytest.fixture
def operations(db: None) -> Client:
    person = UserFactory.create(email="operator@example.com")
    return signed_in(set_role(user=person, role=StaffRole.OPERATIONS, now=clock.now()))


def shown() -> set[object]:
    return set(ListedPerson.objects.values_list("person_id", flat=True))


class TestLooks:
    def test_have_a_row_for_each_person_and_one_entry(self, support: Client, saver: User, stranger: User) -> None:
        support.get(PEOPLE, {"q": "sam"})
        assert shown() == {saver.pk, stranger.pk}
        assert set(ListedPerson.objects.values_list("entry__action", flat=True)) == {"user.listed"}
        assert AuditEntry.objects.filter(action="user.listed").count() == 1

    def test_are_120_a_minute_for_each_member_of_staff(
        self, support: Client, operations: Client, settings: Any, saver: User
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        with time_machine.travel("2026-03-10T12:00:00Z", tick=False) as travelling:
            statuses = [support.get("/admin/password_change/").status_code for _ in range(120)]
            refused = support.get(PEOPLE)
            assert (set(statuses), refused.status_code, refused.headers["Retry-After"]) == ({200}, 429, "60")
            assert "Too many pages. Try again in 60 seconds" in refused.content.decode()
            assert support.post(PEOPLE, {"action": "disable"}).status_code == 429
            assert not ListedPerson.objects.exists()
            assert operations.get("/admin/password_change/").status_code == 200
            travelling.shift(60)
            assert support.get(PEOPLE).status_code == 200
            assert support.post("/admin/logout/").status_code == 200

    def test_name_each_person_once_however_many_rows(self, support: Client, saver: User) -> None:
        for purpose in ("verify_email", "reset_password"):
            OutgoingMail.objects.create(
                user=saver, purpose=purpose, created_at=clock.now(), next_attempt_at=clock.now()
            )
        support.get("/admin/accounts/outgoingmail/")
        assert list(ListedPerson.objects.values_list("person_id", flat=True)) == [saver.pk]

    def test_are_those_of_the_page_alone(self, support: Client, saver: User) -> None:
        UserFactory.create_batch(50)
        support.get(PEOPLE)
        assert len(shown()) == 50

    def test_before_an_action_count_too(self, support: Client, saver: User) -> None:
        act_in_back_office(support, PEOPLE, "disable", saver, reason="")
        assert shown() >= {saver.pk}

    def test_of_the_trail_name_whom_it_is_about(self, support: Client, saver: User) -> None:
        support.get(f"{PEOPLE}{saver.pk}/change/")
        support.get("/admin/accounts/auditentry/", {"person_id__exact": str(saver.pk)})
        assert saver.pk in shown()


class TestCounting:
    def test_ends_soon(self, db: None) -> None:
        User.objects.bulk_create(User(email=f"p{number}@example.com") for number in range(MOST_COUNTED + 1))
        many = BoundedPaginator(User.objects.order_by("pk"), 50)
        assert (many.count, many.is_cut, many.num_pages) == (MOST_COUNTED, True, MOST_COUNTED / 50)
        few = BoundedPaginator(User.objects.order_by("pk").filter(email="p1@example.com"), 50)
        assert (few.count, few.is_cut) == (1, False)

    def test_of_preferences_is_of_people(self, support: Client, saver: User) -> None:
        update_preferences(user=saver, changes={"drift": False}, now=clock.now())
        page = support.get("/admin/companion/notificationpreferences/", {"q": "saver@"}).content.decode()
        assert re.search(r'<p class="paginator">\s+1 person\s', page)

    def test_is_said_where_it_ended(self, support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accounts.back_office.lists.MOST_COUNTED", 2)
        UserFactory.create_batch(2)
        assert "more than 2" in support.get(PEOPLE).content.decode()

    def test_of_refused_sign_ins_is_of_days(self, support: Client) -> None:
        note_refused_sign_in(clock.now())
        note_refused_sign_in(clock.now())
        assert re.search(r'<p class="paginator">\s+1 day\s', support.get(REFUSED).content.decode())


class TestPages:
    def test_beyond_the_last_are_the_last_and_before_the_first_the_first(self, support: Client) -> None:
        UserFactory.create_batch(50)
        for asked, number in (("99", 2), ("0", 1), ("-3", 1), ("9" * 30, 2)):
            page = support.get(PEOPLE, {"p": asked})
            assert page.context is not None
            assert (page.status_code, page.context["cl"].page_num) == (200, number), asked
            assert len(page.context["cl"].result_list) == (50 if number == 1 else 1)

    def test_of_lists_about_nobody_too(self, support: Client) -> None:
        RefusedSignIns.objects.bulk_create(
            RefusedSignIns(day=date(2026, 1, 1) + timedelta(days=ago), refused=1) for ago in range(51)
        )
        page = support.get(REFUSED, {"p": "99"})
        assert page.context is not None
        assert (page.status_code, page.context["cl"].page_num) == (200, 2)


class TestFilters:
    def test_name_their_choices_in_words(self, support: Client) -> None:
        page = support.get("/admin/companion/notification/").content.decode()
        assert re.findall(r'<a href="\?type__exact=\w+">([^<]+)</a>', page) == [
            "Weekly summary",
            "Pre-transfer reminder",
            "Check-in reminder",
            "Goal progress update",
        ]

    def test_have_the_name_of_what_they_filter_by(self, support: Client) -> None:
        page = support.get(PEOPLE, {"sign_in": "disabled"}).content.decode()
        assert re.search(r"<summary>\s+Sign-in\s", page)
        assert "<summary>Filters (in use)</summary>" in page


class TestNothing:
    """An empty list says what to do."""

    def test_is_shown_before_somebody_says_whose_rows(self, support: Client, saver: User) -> None:
        page = support.get("/admin/goals/goal/").content.decode()
        assert "Search for a person above" in page
        page = support.get("/admin/goals/goal/", {"user__exact": str(saver.pk)}).content.decode()
        assert "This person has none." in page

    def test_matches(self, support: Client) -> None:
        page = support.get(PEOPLE, {"q": "<nobody>"}).content.decode()
        assert "No person is called &quot;&lt;nobody&gt;&quot;" in page

    def test_is_of_somebody_whom_nobody_knows(self, support: Client, operations: Client) -> None:
        unknown = str(uuid4())
        for query in ({}, {"q": "zzzz"}, {"status__exact": "active"}):
            page = support.get("/admin/goals/goal/", {"user__exact": unknown, **query}).content.decode()
            assert "No person has this id, or they have been erased." in page, query
            assert "This person has none." not in page
        page = support.get("/admin/accounts/auditentry/", {"person_id__exact": unknown}).content.decode()
        assert "No person has this id, or they have been erased." in page
        page = operations.get("/admin/accounts/outgoingmail/", {"user__exact": unknown}).content.decode()
        assert "There are none of a person with this id." in page

    @pytest.mark.parametrize("spaces", [" ", "\u00a0 \t"])
    def test_is_searched_by_spaces(self, support: Client, saver: User, spaces: str) -> None:
        assert "Search for a person above" in support.get("/admin/goals/goal/", {"q": spaces}).content.decode()
        page = support.get("/admin/accounts/outgoingmail/", {"q": spaces}).content.decode()
        assert "There are none yet." in page

    def test_is_misspelled_where_nothing_can_be_searched(self, operations: Client) -> None:
        for name in ("accounts/refusedsignins", "ops/jobstate"):
            page = operations.get(f"/admin/{name}/", {"q": "zzzz"}).content.decode()
            assert "There are none yet." in page, name
            assert "Check the spelling" not in page, name

    def test_matches_what_a_search_of_texts_takes(self, support: Client) -> None:
        page = support.get("/admin/companion/snippet/", {"q": "zzzz"}).content.decode()
        assert "A search takes words of a title or of a text. Check the spelling" in page

    def test_is_left_by_a_filter(self, support: Client) -> None:
        page = support.get("/admin/accounts/outgoingmail/", {"state": "dead"}).content.decode()
        assert "There are none with these filters" in page

    def test_is_in_the_way_of_no_filter(self, support: Client) -> None:
        """They fold away on a small screen."""
        assert '<details class="bo-filters" open>' in support.get(PEOPLE).content.decode()


class TestRows:
    def test_are_chosen_by_nobody_but_staff(self, support: Client, saver: User) -> None:
        [box, *others] = re.findall(
            '<input[^>]*name="_selected_action"[^>]*>', support.get(PEOPLE).content.decode()
        )
        assert [each for each in (box, *others) if "checked" in each] == []

    def test_of_one_person_are_under_their_name(self, support: Client, saver: User) -> None:
        sessions, of_saver = "/admin/accounts/session/", {"user__exact": str(saver.pk)}
        open_session(user=saver, now=clock.now())
        assert f"<h1>Sessions of {saver.full_name}</h1>" in support.get(sessions, of_saver).content.decode()
        assert "<h1>Sessions</h1>" in support.get(sessions, {"q": "saver@"}).content.decode()

    def test_of_one_person_say_what_a_search_of_them_takes(self, support: Client, saver: User) -> None:
        for name, of_saver, words in (
            ("session", {"user__exact": str(saver.pk)}, "Of these a search takes a whole id."),
            (
                "auditentry",
                {"person_id__exact": str(saver.pk)},
                "Of these a search takes the whole id of anything or of a request.",
            ),
        ):
            page = support.get(f"/admin/accounts/{name}/", of_saver).content.decode()
            assert words in page, name
            assert "of a name" not in page, name

    def test_are_a_look_at_them_also_if_there_are_none(self, support: Client, saver: User) -> None:
        page = support.get("/admin/accounts/session/", {"user__exact": str(saver.pk)}).content.decode()
        assert f"<h1>Sessions of {saver.full_name}</h1>" in page
        assert ListedPerson.objects.filter(person_id=saver.pk, entry__action="session.listed").count() == 1

    @pytest.mark.parametrize("asked", ["person_id__exact", "q"])
    def test_of_their_trail_are_a_look_also_if_all_are_of_staff(
        self, support: Client, agent: User, saver: User, asked: str
    ) -> None:
        support.get(PEOPLE)
        before = ListedPerson.objects.filter(person_id=saver.pk).count()
        support.get("/admin/accounts/auditentry/", {asked: str(saver.pk)})
        assert ListedPerson.objects.filter(person_id=saver.pk).count() == before + 1

    @pytest.mark.parametrize("method", ["get", "head", "options", "put"])
    def test_that_are_not_shown_are_no_look(self, support: Client, saver: User, method: str) -> None:
        open_session(user=saver, now=clock.now())
        getattr(support, method)("/admin/accounts/session/")
        assert not ListedPerson.objects.filter(person_id=saver.pk).exists()

    def test_that_a_search_of_names_does_not_find_are_a_look_at_who_has_none(
        self, support: Client, saver: User, stranger: User
    ) -> None:
        open_session(user=stranger, now=clock.now())
        support.get("/admin/accounts/session/", {"q": "saver@"})
        assert shown() == {saver.pk}
        support.get("/admin/goals/goal/", {"q": "sam", "status__exact": "active"})
        assert {saver.pk, stranger.pk} <= shown()

    def test_of_a_search_of_names_are_a_look_at_whose_they_are(
        self, support: Client, saver: User, stranger: User
    ) -> None:
        open_session(user=saver, now=clock.now())
        support.get("/admin/accounts/session/", {"q": "sam"})
        assert shown() == {saver.pk}

    def test_of_one_person_ask_for_them_once(self, support: Client, saver: User) -> None:
        of_saver = {"user__exact": str(saver.pk)}
        support.get("/admin/accounts/session/", of_saver)
        with CaptureQueriesContext(connection) as captured:
            support.get("/admin/accounts/session/", of_saver)
        by_id = re.compile(r'FROM "accounts_user" WHERE "accounts_user"."id" = .* LIMIT 1$')
        asked = [query["sql"] for query in captured if by_id.search(query["sql"])]
        assert len([sql for sql in asked if saver.pk.hex in sql.replace("-", "")]) == 1

    def test_say_how_people_are_in_words(self, support: Client, agent: User) -> None:
        UserFactory.create(email="gone@example.com", is_active=False, is_verified=False)
        page = support.get(PEOPLE).content.decode()
        assert '<td class="field-state">disabled, unverified</td>' in page
        assert '<td class="field-state">active, staff</td>' in page


class TestTrail:
    def test_names_who_and_whom_in_a_constant_number_of_queries(
        self, support: Client, agent: User, saver: User, django_assert_max_num_queries: Any
    ) -> None:
        for person in (saver, *UserFactory.create_batch(15)):
            support.get(f"{PEOPLE}{person.pk}/change/")
        with django_assert_max_num_queries(20):
            page = support.get("/admin/accounts/auditentry/").content.decode()
        assert f'<td class="field-who">{agent.full_name}</td>' in page
        assert f'<a href="{PEOPLE}{saver.pk}/change/">{saver.email}</a>' in page

    def test_tells_no_id_of_a_row_that_was_replaced(self, support: Client, saver: User) -> None:
        old, new = str(uuid4()), str(uuid4())
        record(
            person=saver, action="notification.changed", subject=saver, now=clock.now(),
            before={"action_plan_id": old}, after={"action_plan_id": new},
        )  # fmt: skip
        page = support.get("/admin/accounts/auditentry/").content.decode()
        assert "notification changed: another action plan" in page
        assert old not in page

    def test_of_somebody_who_is_gone_says_so(self, support: Client, saver: User) -> None:
        support.get(f"{PEOPLE}{saver.pk}/change/")
        erase_person(user=saver, now=clock.now())
        assert "an erased person" in support.get("/admin/accounts/auditentry/").content.decode()


class TestByStaff:
    def test_are_the_entries_of_staff(self, support: Client, saver: User) -> None:
        support.get(f"{PEOPLE}{saver.pk}/change/")
        AuditEntry.objects.get(action="role.granted")  # by a command
        page = support.get("/admin/accounts/auditentry/", {"by": "staff"})
        assert page.context is not None
        assert {entry.role for entry in page.context["cl"].result_list} == {"support"}

    def test_are_beside_those_of_the_person(self, support: Client, saver: User) -> None:
        record(person=saver, action="goal.created", subject=saver, now=clock.now())
        set_caller(Caller(role=Role.PERSON, actor_id=saver.pk))
        record(person=saver, action="goal.paused", subject=saver, now=clock.now())
        support.get(f"{PEOPLE}{saver.pk}/change/")
        of_saver = {"person_id__exact": str(saver.pk), "by": "person"}
        page = support.get("/admin/accounts/auditentry/", of_saver)
        assert page.context is not None
        assert {entry.action for entry in page.context["cl"].result_list} == {"goal.paused"}

    @pytest.mark.parametrize("search", ["r-7", "person", "staff", "object"])
    def test_an_entry_is_found(self, support: Client, agent: User, saver: User, search: str) -> None:
        support.get(f"{PEOPLE}{saver.pk}/change/", headers={"X-Request-ID": "r-7"})
        entry = AuditEntry.objects.get(action="user.viewed")
        words = {"person": str(entry.person_id), "staff": str(agent.pk), "object": entry.object_id}
        page = support.get("/admin/accounts/auditentry/", {"q": words.get(search, search)})
        assert page.context is not None
        assert entry in page.context["cl"].result_list
