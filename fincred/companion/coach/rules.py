"""The coach by rules: a message's words choose an intent, and each intent has one answer."""

from __future__ import annotations

from fincred.companion.coach.answers import ABILITIES, ANSWERS
from fincred.companion.coach.intents import intent_of
from fincred.companion.coach.interface import Asker, Reply
from fincred.companion.vocabulary import Intent


class Rules:
    """The same message about the same figures gets the same answer."""

    name = "rules"

    def greet(self, asker: Asker, intent: Intent) -> Reply:
        if intent == Intent.HELP:
            return Reply(f"Hello! {ABILITIES}", intent)
        return Reply(f"Hello! {ANSWERS[intent](asker, '')}", intent)

    def reply(self, asker: Asker, message: str) -> Reply:
        intent = intent_of(message)
        return Reply(ANSWERS[intent](asker, message), intent)
