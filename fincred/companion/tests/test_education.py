"""Education over HTTP and in the back office."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from accounts.rate_limits import Policy, policies
from accounts.services import set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.companion.models import Snippet
from fincred.companion.tests.education import write_texts
from fincred.companion.vocabulary import EducationTopic

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

URL = "/api/v0/education/snippets"
WORDS = "word " * 60


@pytest.fixture(autouse=True)
def texts(db: None) -> None:
    write_texts()


class TestTexts:
    def test_are_at_least_25_and_every_topic_has_some(self) -> None:
        assert Snippet.objects.count() >= 25
        assert set(Snippet.objects.values_list("topic", flat=True)) == set(EducationTopic)

    def test_are_of_the_promised_length(self) -> None:
        lengths = [len(text.split()) for text in Snippet.objects.values_list("content", flat=True)]
        assert 60 <= min(lengths) <= max(lengths) <= 150

    def test_that_were_edited_are_not_written_again(self) -> None:
        Snippet.objects.update(content="Edited")
        write_texts()
        assert set(Snippet.objects.values_list("content", flat=True)) == {"Edited"}


class TestReading:
    def test_needs_no_token(self, api: APIClient) -> None:
        response = api.get(URL, {"limit": 100})
        assert response.status_code == 200
        assert response.headers["X-Total-Count"] == str(Snippet.objects.count()) == str(len(response.json()))
        first = response.json()[0]
        assert list(first) == [
            "id",
            "topic",
            "short_title",
            "content",
            "context_goal_type",
            "context_feasibility",
            "created_at",
            "updated_at",
        ]
        assert api.get(f"{URL}/{first['id']}").json() == first

    def test_is_the_same_with_a_token_that_has_ended(self, api: APIClient) -> None:
        api.credentials(HTTP_AUTHORIZATION="Bearer ended")
        assert api.get(URL).status_code == 200

    @pytest.mark.parametrize(
        "query",
        [
            {"topic": "debt_methods"},
            {"context_goal_type": "fire_starter"},
            {"context_feasibility": "Tight"},
            {"topic": "emergency_fund", "context_feasibility": "Unrealistic"},
        ],
    )
    def test_finds_what_is_asked_for(self, api: APIClient, query: dict[str, str]) -> None:
        found = api.get(URL, query | {"limit": "100"}).json()
        assert 0 < len(found) == Snippet.objects.filter(**query).count() < Snippet.objects.count()
        assert all(row[name] == value for row in found for name, value in query.items())

    @pytest.mark.parametrize("query", [{"topic": "crypto"}, {"context_feasibility": "tight"}, {"limit": "0"}])
    def test_refuses_what_it_does_not_know(self, api: APIClient, query: dict[str, str]) -> None:
        assert api.get(URL, query).status_code == 400

    def test_pages_have_each_text_once(self, api: APIClient) -> None:
        pages = [api.get(URL, {"limit": 10, "offset": offset}).json() for offset in (0, 10, 20)]
        ids = [row["id"] for page in pages for row in page]
        assert len(ids) == len(set(ids)) == Snippet.objects.count()

    def test_of_an_unknown_id_is_404(self, api: APIClient) -> None:
        assert api.get(f"{URL}/{uuid4()}").status_code == 404

    def test_is_limited_for_a_network(
        self, api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.RATE_LIMIT_ENABLED, settings.REDIS_URL = True, ""
        monkeypatch.setattr(policies, "READS", Policy("reads", 2))
        assert [api.get(URL).status_code for _ in range(3)] == [200, 200, 429]
        assert api.get(URL, REMOTE_ADDR="203.0.113.9").status_code == 200


class TestBackOffice:
    def form(self, snippet: Snippet, **changes: str) -> dict[str, str]:
        return {
            "topic": snippet.topic,
            "short_title": snippet.short_title,
            "content": snippet.content,
            "context_goal_type": snippet.context_goal_type or "",
            "context_feasibility": snippet.context_feasibility or "",
            "seen": "" if snippet._state.adding else snippet.updated_at.isoformat(),
        } | changes

    def page_of(self, snippet: Snippet, action: str = "change") -> str:
        return f"/admin/companion/snippet/{snippet.pk}/{action}/"

    @pytest.fixture
    def snippet(self) -> Snippet:
        return Snippet.objects.get(short_title="Half of every raise")

    @pytest.fixture
    def editor(self) -> User:
        staff = UserFactory.create(is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(content_type__app_label="companion"))
        return staff

    @pytest.fixture
    def office(self, editor: User, client: Client) -> Client:
        client.force_login(editor)
        return client

    def test_edits_a_text_and_records_who_did(self, office: Client, editor: User, snippet: Snippet) -> None:
        before = clock.now()
        answer = office.post(self.page_of(snippet), self.form(snippet, short_title="Half of a raise"))
        assert answer.status_code == 302
        snippet.refresh_from_db()
        assert snippet.short_title == "Half of a raise"
        assert (snippet.context_goal_type, snippet.context_feasibility) == (None, "Tight")
        assert snippet.created_at < before < snippet.updated_at
        entry = AuditEntry.objects.get(person_id=editor.pk, action="snippet.updated")
        assert (entry.object_id, entry.after) == (str(snippet.pk), {"fields": ["short_title"]})
        assert not LogEntry.objects.exists()

    def test_refuses_to_overwrite_what_was_changed_meanwhile(self, office: Client, snippet: Snippet) -> None:
        assert f'value="{snippet.updated_at.isoformat()}"' in office.get(self.page_of(snippet)).content.decode()
        assert office.post(self.page_of(snippet), self.form(snippet, short_title="First")).status_code == 302
        for late in (self.form(snippet, short_title="Second"), self.form(snippet, short_title="Second", seen="")):
            assert b"has been changed since you opened it" in office.post(self.page_of(snippet), late).content
        snippet.refresh_from_db()
        assert snippet.short_title == "First"

    @pytest.mark.parametrize("search", ["K\u00c4SE", "k\u00e4se", "KA\u0308SE", "ka\u0308se  'WORD wo'"])
    def test_finds_words_without_regard_to_case_and_composition(
        self, office: Client, snippet: Snippet, search: str
    ) -> None:
        Snippet.objects.filter(pk=snippet.pk).update(short_title="K\u00e4se", content=WORDS)
        assert self.page_of(snippet) in office.get("/admin/companion/snippet/", {"q": search}).content.decode()
        other = {"q": f"{search} absent"}
        assert self.page_of(snippet) not in office.get("/admin/companion/snippet/", other).content.decode()

    def test_refuses_a_text_that_is_too_short_or_too_long(self, office: Client, snippet: Snippet) -> None:
        for content in ("Save money.", "word " * 151):
            answer = office.post(self.page_of(snippet), self.form(snippet, content=content))
            assert b"Must have 60 to 150 words" in answer.content
        assert not AuditEntry.objects.filter(action="snippet.updated").exists()

    @pytest.mark.parametrize(
        ("title", "fault"),
        [
            ("\u200b", b"can&#x27;t be seen"),
            ("Save \u202emore", b"bidirectional overrides"),
            ("Save\x07", b"control characters"),
            ("Save\u2028more", b"control characters"),
            ("Save\tmore", b"control characters"),
        ],
    )
    def test_refuses_text_that_the_api_would_refuse(
        self, office: Client, snippet: Snippet, title: str, fault: bytes
    ) -> None:
        assert fault in office.post(self.page_of(snippet), self.form(snippet, short_title=title)).content
        assert not AuditEntry.objects.filter(action="snippet.updated").exists()

    def test_says_once_that_a_field_is_empty(self, office: Client, snippet: Snippet) -> None:
        page = office.post(self.page_of(snippet), self.form(snippet, short_title="")).content
        assert b"This field is required" in page
        assert b"Has nothing in it" not in page

    def test_stores_text_in_normal_form(self, office: Client, snippet: Snippet) -> None:
        office.post(self.page_of(snippet), self.form(snippet, short_title="A\u030angstro\u0308m"))
        snippet.refresh_from_db()
        assert snippet.short_title == "\u00c5ngstr\u00f6m"

    def test_adds_one(self, office: Client, snippet: Snippet, api: APIClient) -> None:
        office.post("/admin/companion/snippet/add/", self.form(snippet, short_title="New", content=WORDS))
        new = Snippet.objects.get(short_title="New")
        assert api.get(f"{URL}/{new.pk}").json()["content"] == WORDS.strip()
        assert AuditEntry.objects.filter(action="snippet.created", object_id=str(new.pk)).exists()

    def test_deletes_none(self, office: Client, snippet: Snippet) -> None:
        assert office.post(self.page_of(snippet, "delete"), {"post": "yes"}).status_code == 403
        assert Snippet.objects.filter(pk=snippet.pk).exists()

    def test_lets_support_look_and_not_edit(self, client: Client, saver: User, snippet: Snippet) -> None:
        client.force_login(set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now()))
        assert client.get(self.page_of(snippet)).status_code == 200
        assert client.post(self.page_of(snippet), self.form(snippet, short_title="Mine")).status_code == 403
