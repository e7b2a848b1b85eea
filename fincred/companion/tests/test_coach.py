"""Conversations over HTTP: whose they are, how long they are kept, what is recorded of them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import AuditEntry, IdempotencyKey, User
from accounts.services import purge_expired
from conftest import client_of
from fincred import clock
from fincred.companion.coach.answers import goals, talk
from fincred.companion.models import LIFETIME, ChatMessage, ChatSession
from fincred.companion.vocabulary import Intent
from planning.services.plans import plan_everything
from planning.tests.factories import goal_of, plan_for, snapshot_of
from tracking.services import create_check_in

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]

CHAT = "/api/v0/chat"
NO_INTENTS: list[Any] = ["goal_setting", None, "", "x" * 51, "a\x07", 7, 1.5, True, [], ["progress"], {}]
NO_IDS: list[Any] = ["x" * 101, "x" * 5000, "a\x07b", "\u202ea", 7, 1.5, -1, True, [], [str(uuid4())], {}]


def say(client: APIClient, message: str = "Hello", **body: Any) -> Any:
    response = client.post(f"{CHAT}/message", {"message": message, **body})
    assert response.status_code == 200, response.content
    return response.json()


class TestStarting:
    def test_greets_and_says_what_it_can_do(self, as_saver: APIClient) -> None:
        response = as_saver.post(f"{CHAT}/start", {})
        assert response.status_code == 201
        document = response.json()
        assert document["greeting"] == f"Hello! {talk.ABILITIES}"
        assert document["intent"] == "help"
        assert response.headers["Location"] == f"{CHAT}/session/{document['session_id']}"
        assert as_saver.get(response.headers["Location"]).json() == {
            "session_id": document["session_id"],
            "intent": "help",
            "message_count": 0,
            "created_at": "2026-03-10T12:00:00Z",
            "updated_at": "2026-03-10T12:00:00Z",
        }

    def test_with_an_intent_answers_it(self, as_saver: APIClient) -> None:
        document = as_saver.post(f"{CHAT}/start", {"intent": "progress"}).json()
        assert (document["greeting"], document["intent"]) == (f"Hello! {goals.NO_GOALS}", "progress")

    @pytest.mark.parametrize("intent", list(Intent))
    def test_with_each_intent_answers_to_it(self, as_saver: APIClient, intent: Intent) -> None:
        document = as_saver.post(f"{CHAT}/start", {"intent": intent}).json()
        assert document["intent"] == intent
        assert document["greeting"].startswith("Hello! ")
        assert talk.UNKNOWN not in document["greeting"]

    @pytest.mark.parametrize("intent", NO_INTENTS)
    def test_with_an_intent_that_it_does_not_know_helps(self, as_saver: APIClient, intent: Any) -> None:
        assert as_saver.post(f"{CHAT}/start", {"intent": intent}).json()["intent"] == "help"


class TestMessages:
    def test_go_on_in_their_session(self, as_saver: APIClient, noon: datetime) -> None:
        first = say(as_saver, "How am I doing?")
        with time_machine.travel(noon + timedelta(minutes=5), tick=False):
            second = say(as_saver, "What next?", session_id=first["session_id"].upper())
        assert second["session_id"] == first["session_id"]
        session = as_saver.get(f"{CHAT}/session/{first['session_id']}").json()
        assert (session["intent"], session["message_count"]) == ("next_step", 2)
        assert session["updated_at"] == "2026-03-10T12:05:00Z"
        assert list(ChatMessage.objects.order_by("created_at").values_list("message", "response")) == [
            ("How am I doing?", first["response"]),
            ("What next?", second["response"]),
        ]

    @pytest.mark.parametrize("spelling", ["{{{0}}}", "urn:uuid:{0}"])
    def test_take_no_id_that_a_path_would_not_take(self, as_saver: APIClient, spelling: str) -> None:
        first = say(as_saver)["session_id"]
        named = spelling.format(first)
        assert as_saver.get(f"{CHAT}/session/{named}").status_code == 404
        assert say(as_saver, session_id=named)["session_id"] != first

    def test_of_an_unknown_session_begin_a_new_one_whatever_is_unknown_about_it(
        self, as_saver: APIClient, as_stranger: APIClient
    ) -> None:
        theirs = say(as_stranger)["session_id"]
        unknown = (theirs, str(uuid4()), "session-7", "", None, *NO_IDS)
        answers_given = [say(as_saver, session_id=named) for named in unknown]
        ids = {answer.pop("session_id") for answer in answers_given}
        assert len(ids) == len(unknown)
        assert theirs not in ids
        assert all(answer == answers_given[0] for answer in answers_given)
        assert ChatSession.objects.get(pk=theirs).message_count == 1

    @pytest.mark.parametrize(
        "body", [{}, {"message": ""}, {"message": " "}, {"message": "x" * 4001}, {"message": 5}, {"message": None}]
    )
    def test_that_are_none_are_refused(self, as_saver: APIClient, body: dict[str, Any]) -> None:
        assert as_saver.post(f"{CHAT}/message", body).status_code == 400
        assert not ChatSession.objects.exists()

    def test_may_have_4000_characters_and_several_lines(self, as_saver: APIClient) -> None:
        assert say(as_saver, "x\n" * 1999 + "yz")["intent"] == "help"

    def test_sent_twice_with_one_key_are_one(self, as_saver: APIClient) -> None:
        sent = [as_saver.post(f"{CHAT}/message", {"message": "Hi"}, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
        assert sent[0].content == sent[1].content
        assert ChatMessage.objects.count() == 1

    def test_are_in_no_log_and_not_in_the_audit_trail(
        self, as_saver: APIClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            say(as_saver, "zq7mark")
            as_saver.post(f"{CHAT}/message", {"message": "zq7mark" * 1000})
        assert "zq7mark" not in "".join(str(vars(record)) for record in caplog.records)
        entry = AuditEntry.objects.get(action="chat.started")
        assert (entry.before, entry.after) == (None, None)


class TestSessions:
    def test_are_their_owners_alone(self, as_saver: APIClient, as_stranger: APIClient) -> None:
        theirs = f"{CHAT}/session/{say(as_stranger)['session_id']}"
        assert as_saver.get(theirs).status_code == 404
        assert as_saver.delete(theirs).status_code == 404
        assert as_saver.post(f"{theirs}/refresh", {}).status_code == 404
        assert as_saver.get(f"{CHAT}/health").json()["active_sessions"] == 0
        assert as_stranger.get(theirs).status_code == 200

    def test_are_refreshed(self, as_saver: APIClient, noon: datetime) -> None:
        session = f"{CHAT}/session/{say(as_saver)['session_id']}"
        with time_machine.travel(noon + timedelta(minutes=5), tick=False):
            refreshed = as_saver.post(f"{session}/refresh", {})
        assert (refreshed.status_code, refreshed.json()["status"]) == (200, "ok")
        assert as_saver.get(session).json()["updated_at"] == "2026-03-10T12:05:00Z"

    def test_deleted_take_along_messages_and_kept_answers(self, as_saver: APIClient, saver: User) -> None:
        begun = as_saver.post(f"{CHAT}/start", {}, HTTP_IDEMPOTENCY_KEY="k").json()
        named = {"message": "How am I doing?", "session_id": begun["session_id"]}
        assert as_saver.post(f"{CHAT}/message", named, HTTP_IDEMPOTENCY_KEY="k").status_code == 200
        session = f"{CHAT}/session/{begun['session_id']}"
        assert as_saver.delete(session).status_code == 204
        assert not ChatMessage.objects.exists()
        assert not IdempotencyKey.objects.exists()
        assert as_saver.get(session).status_code == 404
        assert AuditEntry.objects.filter(person_id=saver.pk, action="chat.deleted").count() == 1

    def test_deleted_leave_the_kept_answers_of_others(self, as_saver: APIClient) -> None:
        other = say(as_saver)["session_id"]
        named = {"message": "What next?", "session_id": say(as_saver)["session_id"]}
        first = as_saver.post(f"{CHAT}/message", named, HTTP_IDEMPOTENCY_KEY="k")
        assert as_saver.delete(f"{CHAT}/session/{other}").status_code == 204
        again = as_saver.post(f"{CHAT}/message", named, HTTP_IDEMPOTENCY_KEY="k")
        assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
        assert ChatMessage.objects.filter(message="What next?").count() == 1

    def test_end_in_time_and_are_purged(self, as_saver: APIClient, saver: User, noon: datetime) -> None:
        old = say(as_saver)["session_id"]
        with time_machine.travel(noon + LIFETIME, tick=False):
            later = client_of(saver)
            new = say(later, session_id=old)["session_id"]
            assert later.get(f"{CHAT}/session/{old}").status_code == 404
            assert later.get(f"{CHAT}/health").json()["active_sessions"] == 1
            assert purge_expired(now=clock.now())["chat sessions"] == 1
        assert [str(row.pk) for row in ChatSession.objects.all()] == [new]
        assert ChatMessage.objects.count() == 1

    def test_with_a_daily_purge_are_stored_for_30_days_at_most(self) -> None:
        assert LIFETIME + timedelta(days=1) <= timedelta(days=30)


def test_what_stands_behind_it_is_said(as_saver: APIClient) -> None:
    say(as_saver)
    assert as_saver.get(f"{CHAT}/health").json() == {
        "llm_available": False,
        "active_sessions": 1,
        "providers": ["rules"],
    }


def test_the_next_payment_is_what_is_left_of_it(as_saver: APIClient, saver: User, noon: datetime) -> None:
    """Where part of a month's payment was made, as the plan's own list of payments says."""
    snapshot_of(saver)
    plan = plan_for(goal_of(saver))
    part = plan.amount - 1
    create_check_in(owner=saver, goal_id=plan.goal_id, current_amount=part, now=noon, today=noon.date())
    plan_everything(owner=saver, now=noon, today=noon.date())
    [told] = as_saver.get("/api/v0/action-plans").json()
    first = told["upcoming"][0]
    assert first["amount"] < told["amount"]
    said = say(as_saver, "What should I do next?")["response"]
    assert f"Next: {first['amount']:.2f} " in said
