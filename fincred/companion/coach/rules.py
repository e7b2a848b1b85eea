"""The coach by rules: a message's words choose a topic, and each topic has one answer."""

from __future__ import annotations

from typing import Final

from fincred.companion.coach.answers import ANSWERS, BEGINNINGS, CONSOLED
from fincred.companion.coach.answers.debts import without_named_debts
from fincred.companion.coach.answers.talk import TROUBLED
from fincred.companion.coach.intents import is_troubled, questions_in, topic_of, topic_of_a_debt
from fincred.companion.coach.interface import Asker, Reply
from fincred.companion.coach.message import simple
from fincred.companion.coach.question import Question, read_hints, read_question
from fincred.companion.coach.telling import tells_of_a_name
from fincred.companion.coach.terms import asks_the_meaning
from fincred.companion.coach.topics import Topic
from fincred.companion.vocabulary import Intent

# Each part takes reads, and of many parts no two are the questions.
_MOST_PARTS: Final = 6


class Rules:
    """The same message about the same figures gets the same answer."""

    name = "rules"

    def greet(self, asker: Asker, intent: Intent) -> Reply:
        _, answer = ANSWERS[BEGINNINGS[intent]]
        return Reply(f"Hello! {answer(Question(asker))}", intent)

    def reply(self, asker: Asker, message: str) -> Reply:
        """The answer, or those of two questions that are about different things."""
        whole = _understand(asker, message)
        said = questions_in(message) if whole[1] in CONSOLED else []
        parts = [_understand(asker, part) for part in said] if len(said) <= _MOST_PARTS else []
        parts = [(question, topic) for question, topic in parts if topic in CONSOLED]
        both = parts if len(parts) == len({topic for _, topic in parts}) == 2 else [whole]
        text = " ".join(ANSWERS[topic][1](question) for question, topic in both)
        if both[0][1] in CONSOLED and is_troubled(whole[0].text):
            text = f"{TROUBLED} {text}"
        return Reply(text, ANSWERS[both[0][1]][0])


def _understand(asker: Asker, message: str) -> tuple[Question, Topic]:
    """A name chooses no topic, unless the message asks what a term means that a goal is called by."""
    question = read_question(asker, message)
    topic = topic_of(question.text)
    if topic is Topic.NAMED_GOAL and asks_the_meaning(simple(message)):
        return Question(asker, message, question.goals), Topic.EXPLAIN_TERM
    if not question.goals and (unnamed := without_named_debts(question)):
        return question, topic_of_a_debt(unnamed, topic_of(unnamed) if topic is Topic.PAY_OFF else topic)
    hinted, text = read_hints(question, tells_of_a_name)
    if topic is Topic.UNKNOWN and hinted == question:
        hinted, text = read_hints(question, _any_word)
    return hinted, topic_of(text)


def _any_word(word: str) -> bool:
    return True
