"""The coach: conversations that are answered by rules from the person's own figures."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from accounts.rate_limits import COACH_BY_DAY, COACH_BY_MINUTE
from fincred.api.views import ApiView
from fincred.companion import examples, services
from fincred.companion.coach import COACH, Asker
from fincred.companion.queries import chat_session, number_of_sessions
from fincred.companion.serializers.coach import (
    ChatAnswerSerializer,
    ChatGreetingSerializer,
    ChatHealthSerializer,
    ChatMessageSerializer,
    ChatRefreshedSerializer,
    ChatSessionSerializer,
    ChatStartSerializer,
)
from fincred.companion.views import documented
from fincred.companion.vocabulary import Intent


class _CoachView(ApiView):
    """Asking the coach: it has limits of its own, so that a long talk doesn't keep a person from planning."""

    own_limits = (COACH_BY_MINUTE, COACH_BY_DAY)

    @property
    def asker(self) -> Asker:
        return Asker(self.user, self.today)


class ChatStart(_CoachView):
    @documented(
        summary="Begin a conversation with the coach",
        description=(
            "With an intent (progress, explain_plan, next_step, debts, afford, explain_term, pulse) the greeting "
            "answers it. Education, not advice."
        ),
        request=ChatStartSerializer,
        response=ChatGreetingSerializer,
        status=201,
        request_example={"intent": "progress"},
        response_example=examples.CHAT_GREETING,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        intent = self.validated(ChatStartSerializer).get("intent") or Intent.HELP
        greeting = COACH.greet(self.asker, intent)
        session = services.start_session(owner=self.user, intent=intent, now=self.now)
        begun = services.Exchange(session, greeting)
        return self.created(begun, ChatGreetingSerializer, route="chat-session", pk=session.pk)


class ChatMessages(_CoachView):
    @documented(
        summary="Ask the coach",
        description=(
            "The words choose an intent, and the answer is made of the person's own figures, each of which "
            "another call shows too. A session that isn't known begins a new one. Messages are kept for at most "
            "30 days."
        ),
        request=ChatMessageSerializer,
        response=ChatAnswerSerializer,
        request_example={"message": "How am I doing?"},
        response_example=examples.CHAT_ANSWER,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(ChatMessageSerializer)
        reply = COACH.reply(self.asker, data["message"])
        session = services.store_exchange(
            owner=self.user,
            session_id=data.get("session_id"),
            message=data["message"],
            reply=reply,
            now=self.now,
        )
        return self.answer(services.Exchange(session, reply), ChatAnswerSerializer)


class ChatSessionDetail(ApiView):
    @documented(
        summary="One conversation, without its words",
        description="How many messages it has, and what the last one was about.",
        response=ChatSessionSerializer,
        response_example=examples.CHAT_SESSION,
    )
    def get(self, request: Request, session_id: UUID) -> HttpResponse:
        session = self.fetch_or_404(chat_session(self.user_id, session_id, self.now))
        return self.answer(session, ChatSessionSerializer)

    @documented(summary="Delete a conversation", description="With all of its messages.", status=204)
    def delete(self, request: Request, session_id: UUID) -> HttpResponse:
        services.delete_session(owner=self.user, session_id=session_id, expected=self.expected, now=self.now)
        return self.no_content()


class ChatSessionRefresh(ApiView):
    @documented(
        summary="Go on with a conversation",
        description="Every answer reads the figures again, so this only says that the conversation is in use.",
        response=ChatRefreshedSerializer,
        response_example=examples.CHAT_REFRESHED,
    )
    def post(self, request: Request, session_id: UUID) -> HttpResponse:
        with self.not_found_first(chat_session(self.user.pk, session_id, self.now)):
            self.without_fields()
        services.refresh_session(owner=self.user, session_id=session_id, now=self.now)
        return self.answer(examples.CHAT_REFRESHED)


class ChatHealth(ApiView):
    @documented(
        summary="What stands behind the coach",
        description="`active_sessions` are the person's own.",
        response=ChatHealthSerializer,
        response_example={"llm_available": False, "active_sessions": 1, "providers": ["rules"]},
    )
    def get(self, request: Request) -> HttpResponse:
        [[sessions]] = self.fetch(number_of_sessions(self.user_id, self.now))
        return self.answer({"llm_available": False, "active_sessions": sessions, "providers": [COACH.name]})
