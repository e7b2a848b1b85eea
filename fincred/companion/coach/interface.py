"""What stands behind the coach: rules today; a language model would be another `Coach`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from accounts.models import User
from fincred.companion.vocabulary import Intent


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and their day."""

    user: User
    today: date


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    intent: Intent


class Coach(Protocol):
    """Answers truthfully from what is stored about the asker, and changes nothing."""

    name: str

    def greet(self, asker: Asker, intent: Intent) -> Reply:
        """The beginning of a conversation, with the answer to `intent`."""

    def reply(self, asker: Asker, message: str) -> Reply:
        """The answer to a message."""
