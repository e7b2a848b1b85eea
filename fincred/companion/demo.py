"""The demo person's conversation with the coach."""

from __future__ import annotations

from typing import Final

from fincred.companion.coach import COACH, Asker
from fincred.companion.services import store_exchange
from fincred.events import DemoCreated

MESSAGES: Final = (
    "How am I doing?",
    "Why is my plan like that?",
    "What should I do next?",
    "Can I afford 60 a month?",
)


def add_conversation(event: DemoCreated) -> None:
    session_id = None
    for message in MESSAGES:
        reply = COACH.reply(Asker(event.person, event.today), message)
        session = store_exchange(
            owner=event.person, session_id=session_id, message=message, reply=reply, now=event.now
        )
        session_id = session.pk
