"""A list of the back office answers only to the filters that it declares: other columns can't be found out."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.contrib.contenttypes.models import ContentType
from django.db.models import Field
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.back_office.tests.acting import act_in_back_office, signed_in
from accounts.models import AuditEntry, Session, User
from accounts.search_words import WORDS_LEFT_OUT
from accounts.services import open_session
from accounts.tests.factories import UserFactory
from fincred import clock
from goals.models import Goal

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]

PAGES = list(admin.site._registry.values())
# The pages with a form; all others show what services wrote.
# Each list with the only columns, of itself or of what it refers to, that it may be filtered by.
DECLARED = {
    "accounts.User": {"id"},
    "accounts.AuditEntry": {"person_id"},
    "accounts.OutgoingMail": {"user"},
    "accounts.Session": {"user"},
    "accounts.RefusedSignIns": set(),
    "ops.JobState": set(),
    "goals.Goal": {"status", "type", "kind", "priority", "user"},
    "planning.Snapshot": {"user"},
    "planning.ActionPlan": {"feasibility", "type", "frequency", "is_chosen", "ended_at", "user"},
    "planning.PlanVersion": {"reason", "plan__user"},
    "tracking.CheckIn": {"check_in_date", "goal__type", "user"},
    "tracking.Pulse": {"completed_at", "made_planned_payments", "spending_vs_plan", "user"},
    "companion.Snippet": {"topic", "context_goal_type", "context_feasibility"},
    "companion.Notification": {"type", "channel", "status", "is_planned", "user"},
    "companion.NotificationPreferences": {"user"},
    "tracking.Milestone": {"reached_on", "user"},
}


@pytest.fixture
def without_role(db: None) -> Client:
    """The browser of a member of staff who may enter, and see nothing."""
    return signed_in(UserFactory.create(is_staff=True))


def columns_of(page: admin.ModelAdmin[Any]) -> Iterator[tuple[str, Field[Any, Any]]]:
    """Every column that a lookup could reach in three steps, with its path."""

    def reach(model: Any, path: str, steps: int) -> Iterator[tuple[str, Field[Any, Any]]]:
        for field in model._meta.get_fields():
            name = f"{path}{field.name}"
            if field.concrete and not field.many_to_many:
                yield name, field
            if steps and field.is_relation and field.related_model not in (None, model):
                yield from reach(field.related_model, f"{name}__", steps - 1)

    yield from reach(page.model, "", 2)


def list_of(page: admin.ModelAdmin[Any]) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")


class TestEveryList:
    def test_is_in_the_table_of_what_it_declares(self) -> None:
        assert {page.opts.label for page in PAGES} == set(DECLARED)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_refuses_every_column_and_lookup_that_it_does_not_declare(self, page: admin.ModelAdmin[Any]) -> None:
        request = RequestFactory().get("/")
        columns = dict(columns_of(page))
        assert columns
        let_through = {
            name
            for name, field in columns.items()
            for lookup in ("", "__isempty", *(f"__{lookup}" for lookup in field.get_lookups()))
            if page.lookup_allowed(f"{name}{lookup}", "x", request)
        }
        assert let_through == DECLARED[page.opts.label]

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_reads_no_whole_table_for_the_values_of_a_filter(
        self, page: admin.ModelAdmin[Any], boss: Client
    ) -> None:
        answer = boss.get(list_of(page))
        assert answer.context is not None
        specs = answer.context["cl"].filter_specs
        assert not [spec.title for spec in specs if isinstance(spec, admin.AllValuesFieldListFilter)]

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_refuses_what_looks_into_a_declared_column(self, page: admin.ModelAdmin[Any]) -> None:
        request = RequestFactory().get("/")
        for name in DECLARED[page.opts.label]:
            for lookup in ("startswith", "contains", "regex", "in", "range", "gt", "lte", "year__gte"):
                assert not page.lookup_allowed(f"{name}__{lookup}", "x", request)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_refuses_a_character_that_only_one_database_takes(
        self, page: admin.ModelAdmin[Any], boss: Client
    ) -> None:
        for name in DECLARED[page.opts.label]:
            assert boss.get(list_of(page), {name: "\0"}).status_code == 400

    @pytest.mark.parametrize(
        "query",
        ["status=paused", "type=zzz", "kind=once&status__exact=active", "type__gte=z", "type__isempty=1"],
    )
    def test_refuses_a_column_without_the_lookup_of_its_filter(self, boss: Client, query: str) -> None:
        """The list would be filtered, and its filters say that all is shown."""
        assert boss.get(f"/admin/goals/goal/?{query}").status_code == 400

    @pytest.mark.parametrize("query", ["q=%E4", "q=a&q=b", "%FF=1"])
    @pytest.mark.parametrize("path", ["/admin/accounts/user/", "/admin/find/", "/admin/"])
    def test_refuses_an_address_that_would_be_guessed_at(self, boss: Client, path: str, query: str) -> None:
        assert boss.get(f"{path}?{query}").status_code == 400

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_says_so_clearly_for_each_column(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        for name, _ in columns_of(page):
            if name.count("__") < 2 and name not in DECLARED[page.opts.label]:
                answer = boss.get(list_of(page), {f"{name}__startswith": "x"})
                said = f'This list can\'t be filtered by "{name}__startswith".\n'
                assert (answer.status_code, answer.content.decode()) == (400, said)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_survives_every_value_of_what_it_declares(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        names = [
            f"{name}{lookup}" for name in DECLARED[page.opts.label] for lookup in ("__exact", "__isnull", "__gte")
        ]
        for name in names:
            for value in ("x", "\0", "9" * 40):
                assert boss.get(list_of(page), {name: value}).status_code in {200, 400}, name

    @pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
    def test_refuses_a_moment_that_only_one_database_takes(self, boss: Client, moment: str) -> None:
        assert boss.get("/admin/tracking/pulse/", {"completed_at__gte": moment}).status_code == 400

    @pytest.mark.parametrize("page", PAGES, ids=str)
    @pytest.mark.parametrize(
        ("sought", "is_cut"),
        [("a " * 1100, True), ("a " * 21, True), ("  a" * 20, False), ("a" * 4000, False)],
        ids=["all", "words", "most", "letters"],
    )
    def test_takes_the_first_words_of_a_search_of_any_length_and_says_so_which_a_file_can_not(
        self, page: admin.ModelAdmin[Any], sought: str, is_cut: bool, boss: Client
    ) -> None:
        answer = boss.get(list_of(page), {"q": sought})
        assert answer.status_code == 200
        leaves_out = is_cut and bool(page.search_fields)
        assert (WORDS_LEFT_OUT in answer.content.decode()) == leaves_out
        assert boss.get(f"{list_of(page)}csv/", {"q": sought}).status_code == (400 if leaves_out else 200)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_survives_what_it_is_paged_and_sorted_by(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        for query in ("o=99.-x.1", "p=x", "p=999999999999999999999", "q=%00", "q=%FF", "all=", "_facets=True"):
            assert boss.get(f"{list_of(page)}?{query}").status_code in {200, 400}, query


class TestEveryPageOfARow:
    """Of a key that no row has, whether or not the database takes it."""

    NEVER: ClassVar = ["%00", "a%00b", "_00", "x", "9" * 40, "0000-00-00", "00000000-0000-0000-0000-000000000000"]

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_is_missing(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        for key in self.NEVER:
            for view in ("change", "history"):
                assert boss.get(f"{list_of(page)}{key}/{view}/").status_code == 404, (key, view)

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_takes_nothing_that_is_sent(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        for key in self.NEVER:
            assert boss.post(f"{list_of(page)}{key}/change/", {"a": "b"}).status_code == 404, key
            for send in (boss.get, boss.post):
                assert send(f"{list_of(page)}{key}/delete/").status_code == 403, key

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_is_refused_first_without_the_permission(
        self, page: admin.ModelAdmin[Any], without_role: Client
    ) -> None:
        for key in self.NEVER:
            for view in ("change", "history", "delete"):
                assert without_role.get(f"{list_of(page)}{key}/{view}/").status_code == 403, (key, view)

    def test_of_any_kind_has_no_address_by_numbers(self, boss: Client) -> None:
        """Django's short cut to rows of any model reads them with any key."""
        for kind in ContentType.objects.all():
            for key in ("x", "%00", "1"):
                assert boss.get(f"/admin/r/{kind.pk}/{key}/").status_code == 404, kind


class TestSecrets:
    @pytest.mark.parametrize(
        "query",
        [
            "password__startswith=pbkdf2",
            "email=saver@example.com&password__startswith=pbkdf2",
            "audit_key=x",
            "sessions__refresh_tokens__token_hash__startswith=a",
            "is_active__exact=1&password__contains=a",
            "_to_field=password",
        ],
    )
    def test_of_people_are_not_found_out(self, support: Client, saver: User, query: str) -> None:
        assert support.get(f"/admin/accounts/user/?{query}").status_code == 400

    def test_nor_by_the_address_of_their_page(self, support: Client, saver: User) -> None:
        assert support.get(f"/admin/accounts/user/{saver.password}/change/?_to_field=password").status_code == 400

    @pytest.mark.parametrize("query", ["_to_field=id", "_to_field=password", "_to_field=id&_popup=1"])
    def test_nor_by_asking_for_the_stock_page_of_a_person(self, support: Client, saver: User, query: str) -> None:
        page = support.get(f"/admin/accounts/user/{saver.pk}/change/?{query}", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
        assert saver.password not in page.content.decode()

    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE"])
    def test_nor_by_another_method(self, support: Client, saver: User, method: str) -> None:
        for path in (
            "",
            "accounts/user/",
            f"accounts/user/{saver.pk}/change/",
            f"accounts/user/{saver.pk}/history/",
        ):
            answer = support.generic(method, f"/admin/{path}")
            assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST"), path
            assert saver.password not in answer.content.decode()

    @pytest.mark.parametrize("page", PAGES, ids=str)
    def test_are_fields_of_no_page(self, page: admin.ModelAdmin[Any], boss: Client) -> None:
        """A page has no secret to show, however it is asked for."""
        request = RequestFactory().get("/")
        request.user = User.objects.get(email="boss@example.com")
        shown = {name for name in flatten_fieldsets(page.get_fieldsets(request)) if isinstance(name, str)}
        assert not shown & {"password", "audit_key", "token_hash", "key", "code_hash", "session_epoch"}

    def test_nor_by_way_of_their_goals(self, support: Client, saver: User) -> None:
        assert support.get("/admin/goals/goal/?user__password__startswith=pbkdf2").status_code == 400

    def test_nor_by_posting_an_action(self, support: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        path = "/admin/accounts/user/?password__startswith=pbkdf2"
        assert act_in_back_office(support, path, "end_sessions", saver).status_code == 400
        assert Session.objects.live().count() == 1


class TestChoices:
    """A value that a filter doesn't offer is refused in words, by every filter of every list."""

    def test_that_there_are_none_of_are_refused(self, boss: Client, saver: User) -> None:
        refused = 0
        for model, page in admin.site._registry.items():
            request = RequestFactory().get("/")
            for declared in page.get_list_filter(request):
                name = getattr(declared, "parameter_name", None)
                if name is None:
                    field: Any = declared[0] if isinstance(declared, tuple) else declared
                    kind = getattr(get_fields_from_path(model, field)[-1], "choices", None)
                    name = f"{field}__exact" if kind else None
                if name in {None, "person_id__exact"}:
                    continue
                path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                for value in ("zz", "", "1 OR 1"):
                    for place in (path, f"{path}csv/"):
                        answer = boss.get(place, {name: value}, headers={"Accept": "text/html"})
                        assert answer.status_code == 400, (place, name, value)
                        assert f"has no choice {name}={value}" in unescape(answer.content.decode()), (place, name)
                        refused += 1
        assert refused > 50

    @pytest.mark.parametrize(
        "query",
        [
            "goals/goal/?status__isnull=maybe",
            "goals/goal/?status__isnull=True",
            "planning/actionplan/?is_chosen__isnull=",
            "companion/snippet/?context_goal_type__isnull=false",
            "accounts/auditentry/?person_id__exact=",
        ],
    )
    def test_are_refused_where_the_list_would_say_that_all_is_shown(self, boss: Client, query: str) -> None:
        assert boss.get(f"/admin/{query}").status_code == 400

    def test_are_named_to_who_asked_for_another(self, boss: Client) -> None:
        page = boss.get("/admin/accounts/user/", {"sign_in": "off"}).content.decode()
        assert 'The filter "sign-in" has no choice sign_in=off. Choose one in the list: All, unverified,' in page

    def test_are_one_at_a_time(self, boss: Client) -> None:
        for query in ("sign_in=staff&sign_in=disabled", "sign_in=disabled&sign_in=disabled"):
            assert boss.get(f"/admin/accounts/user/?{query}").status_code == 400, query

    def test_of_days_are_taken_as_they_are(self, boss: Client, saver: User) -> None:
        query = {
            "user__exact": str(saver.pk),
            "check_in_date__gte": "2026-03-01",
            "check_in_date__lt": "2026-04-01",
        }
        assert boss.get("/admin/tracking/checkin/", query).status_code == 200


class TestPersonsRows:
    def test_are_found_by_their_owner(self, boss: Client, saver: User) -> None:
        open_session(user=saver, now=clock.now())
        page = boss.get("/admin/accounts/auditentry/", {"person_id__exact": str(saver.pk)}).content.decode()
        assert "1 audit entry" in page

    def test_are_the_looks_of_lists_too_in_a_trail(self, support: Client, saver: User, stranger: User) -> None:
        support.get("/admin/accounts/user/", {"q": "saver@"})
        support.get("/admin/accounts/user/", {"q": "stranger@"})
        trail = support.get("/admin/accounts/auditentry/", {"person_id__exact": str(saver.pk)})
        assert trail.context is not None
        assert [entry.action for entry in trail.context["cl"].result_list] == ["user.listed"]

    @pytest.fixture
    def goal_of_saver(self, saver: User) -> Goal:
        return Goal.objects.create(
            user=saver,
            name="Boat",
            type="emergency_fund",
            priority="High",
            target_amount=5,
            target_date="2099-01-01",
            started_on="2026-01-01",
            created_at=clock.now(),
            updated_at=clock.now(),
        )

    def test_are_waited_for(self, support: Client, saver: User, goal_of_saver: Goal) -> None:
        """A list of all goals of all people has no use."""
        assert "Boat" not in support.get("/admin/goals/goal/").content.decode()
        for query in ({"user__exact": str(saver.pk)}, {"q": "saver@"}, {"q": str(saver.pk)}):
            assert "Boat" in support.get("/admin/goals/goal/", query).content.decode()

    def test_are_waited_for_also_by_a_form_that_no_action_takes(self, boss: Client, goal_of_saver: Goal) -> None:
        before = AuditEntry.objects.count()
        for form in ({}, {"_selected_action": str(goal_of_saver.pk)}, {"action": "nonsense", "index": "0"}):
            page = boss.post("/admin/goals/goal/", form)
            assert (page.status_code, page.headers.get("Location")) == (302, "/admin/goals/goal/"), form
        assert AuditEntry.objects.count() == before

    def test_are_downloaded_by_a_get_alone(self, boss: Client, goal_of_saver: Goal) -> None:
        assert boss.post("/admin/goals/goal/csv/").status_code == 405

    def test_are_those_of_one_person(self, boss: Client, saver: User, stranger: User) -> None:
        """With two, the heading and the record of the look would name only one."""
        query = f"user__exact={saver.pk}&user__exact={stranger.pk}"
        assert boss.get(f"/admin/goals/goal/?{query}").status_code == 400
        assert boss.get(f"/admin/goals/goal/csv/?{query}").status_code == 400
        query = query.replace("user__", "person_id__")
        assert boss.get(f"/admin/accounts/auditentry/?{query}").status_code == 400


class TestOrder:
    def test_is_that_of_the_page_alone(self, support: Client, saver: User, stranger: User) -> None:
        """A sort by another column would have no index, and could tell columns that aren't shown."""
        pages = [support.get("/admin/accounts/user/", {"o": order}) for order in ("", "1", "-1", "3.-2")]
        orders = [[row.pk for row in page.context["cl"].result_list] for page in pages if page.context]
        assert len(orders) == 4
        assert orders[0] == orders[1] == orders[2] == orders[3]
