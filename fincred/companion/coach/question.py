"""A message together with what of the asker's it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from fincred.clock import local_day
from fincred.companion.coach.interface import Asker
from fincred.companion.coach.message import Message
from fincred.money import money_in_words
from fincred.text import fold
from goals.models import Goal
from goals.vocabulary import GoalType, Status
from planning.models import Snapshot
from planning.serializers.fields import capped

# Names are looked for among the newest goals of every status; at most five are active.
_MOST_GOALS: Final = 200
# What people call a goal of this type; its own name may be another one.
_CALLED: Final = {
    GoalType.EMERGENCY_FUND: ("my emergency fund", "my emergency savings", "my rainy day fund"),
    GoalType.FIRE_STARTER: ("my fire goal", "my financial independence"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is the message with `NAMED` in place of goals' names; `goals` are the goals that it names."""

    asker: Asker
    text: str = ""
    goals: tuple[Goal, ...] = field(default=())

    def money(self, amount: Decimal) -> str:
        return money(amount, self.asker)

    def told_on(self, snapshot: Snapshot) -> date:
        """The asker's day on which they told a snapshot."""
        return local_day(snapshot.created_at, self.asker.user.profile.timezone)


def read_question(asker: Asker, message: str) -> Question:
    """The question in a message. A goal counts as named if its whole name is there, or, without one, its type."""
    said = Message(message)
    known = list(
        Goal.objects.owned_by(asker.user)
        .order_by("-created_at", "-id")
        .values_list("pk", "name", "type", "status")[:_MOST_GOALS]
    )
    names = [name for _, name, _, _ in known]
    mentioned = [known[position] for position in said.mentions(names)]
    if not mentioned:
        open_goals = [row for row in known if row[3] != Status.CANCELLED]
        by_type = [(called, row) for row in open_goals for called in _CALLED.get(GoalType(row[2]), ())]
        names = [called for called, _ in by_type]
        mentioned = [by_type[position][1] for position in said.mentions(names)]
    active = {fold(name) for _, name, _, status in mentioned if status == Status.ACTIVE}
    chosen = {pk for pk, name, _, status in mentioned if status == Status.ACTIVE or fold(name) not in active}
    goals = Goal.objects.owned_by(asker.user).filter(pk__in=chosen).most_urgent_first() if chosen else ()
    return Question(asker, said.without(names), tuple(goals))


def read_hints(question: Question, is_telling: Callable[[str], bool]) -> tuple[Question, str]:
    """The question with the active goals that it may mean besides; its text with `NAMED` for them too."""
    goals = Goal.objects.owned_by(question.asker.user).active().most_urgent_first()
    others = [goal for goal in goals if goal not in question.goals]
    meant, text = Message(question.text).hints_at([goal.name for goal in others], is_telling)
    return replace(question, goals=question.goals + tuple(others[position] for position in meant)), text


def money(amount: Decimal, asker: Asker) -> str:
    """Such as 1,234.50 EUR."""
    return money_in_words(capped(amount), asker.user.profile.currency)


def day(moment: date) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"
