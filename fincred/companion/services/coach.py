"""Every write to conversations with the coach.

Each service locks the person's row first. The audit trail has that a conversation began or was deleted, and none
of its words; logs have its id.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit import record
from accounts.models import IdempotencyKey, User
from accounts.services import lock_user
from fincred.companion.coach import Reply
from fincred.companion.models import ChatMessage, ChatSession
from fincred.companion.queries import chat_session
from fincred.companion.vocabulary import Intent
from fincred.preconditions import ANY_REVISION, Precondition

logger = logging.getLogger(__name__)

# Answers that are kept for a repeated POST, under these paths.
_KEPT_ANSWERS = "/api/v0/chat/"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the coach said, and in which session."""

    session: ChatSession
    reply: Reply

    @property
    def revision(self) -> int:
        return self.session.revision


@transaction.atomic
def start_session(*, owner: User, intent: Intent, now: datetime) -> ChatSession:
    return _start(lock_user(owner.pk), intent, now)


@transaction.atomic
def store_exchange(
    *, owner: User, session_id: UUID | None, message: str, reply: Reply, now: datetime
) -> ChatSession:
    """The session with one exchange more: a new session, if the person has none of that id that is alive."""
    person = lock_user(owner.pk)
    session = chat_session(owner.pk, session_id, now).first() if session_id else None
    if session is None:
        session = _start(person, reply.intent, now)
    ChatMessage.objects.create(
        session=session, message=message, response=reply.text, intent=reply.intent, created_at=now
    )
    session.intent = reply.intent
    session.message_count += 1
    session.updated_at = now
    session.save()
    return session


@transaction.atomic
def refresh_session(*, owner: User, session_id: UUID, now: datetime) -> None:
    """Mark the session as used now. Every answer reads the figures again, so there is nothing else to do.

    :raises ResourceNotFoundError: the person has no such session.
    """
    lock_user(owner.pk)
    session = chat_session(owner.pk, session_id, now).get()
    session.updated_at = now
    session.save()


@transaction.atomic
def delete_session(*, owner: User, session_id: UUID, now: datetime, expected: Precondition = ANY_REVISION) -> None:
    """The session and its messages are gone, with its answers that are kept for repeated requests.

    :raises ResourceNotFoundError: the person has no such session.
    :raises PreconditionFailedError: it isn't as `expected`.
    """
    person = lock_user(owner.pk)
    session = chat_session(owner.pk, session_id, now).get()
    expected.require(session.revision)
    record(person=person, action="chat.deleted", subject=session, now=now)
    _forget_kept_answers(person, session)
    session.delete()
    logger.info("Chat deleted", extra={"chat_session_id": session_id})


def _forget_kept_answers(person: User, session: ChatSession) -> None:
    """The answers of other sessions stay, or a request that is repeated to them would be done twice."""
    named = str(session.pk).encode()
    kept = IdempotencyKey.objects.filter(user=person, path__startswith=_KEPT_ANSWERS).only("answer")
    of_session = [key.pk for key in kept.iterator() if named in bytes(key.answer)]
    IdempotencyKey.objects.filter(pk__in=of_session).delete()


def _start(person: User, intent: Intent, now: datetime) -> ChatSession:
    session = ChatSession.objects.create(user=person, intent=intent, created_at=now, updated_at=now)
    record(person=person, action="chat.started", subject=session, now=now)
    logger.info("Chat started", extra={"chat_session_id": session.pk})
    return session
