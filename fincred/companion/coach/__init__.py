"""The coach: answers a message with the person's own figures, each of which another call shows too.

Belongs here: what a message asks for, and sentences. Doesn't: figures of its own, and what is stored (`services`).
When you add a topic, also add its words, its answer, and a test that compares its figures with those of a call.
"""

from __future__ import annotations

from typing import Final

from fincred.companion.coach.interface import Asker, Coach, Reply
from fincred.companion.coach.rules import Rules

COACH: Final[Coach] = Rules()

__all__ = ["COACH", "Asker", "Coach", "Reply"]
