"""What a message asks for, by its words. Pure."""

from __future__ import annotations

import re
from typing import Final

from fincred.companion.coach.amounts import amount_in
from fincred.companion.coach.message import simple
from fincred.companion.coach.terms import sentence_for, text_for
from fincred.companion.coach.topics import Topic
from fincred.companion.coach.words import PATTERNS

_SAD_FACES: Final = frozenset("😢😭😞😔😟😰😨😱💔😩😫😥😓☹🥺😖😣")
_GLAD_FACES: Final = frozenset("👍🙏❤😊🎉🥳💪😀😃😄😁🙂😍")
_MAY_BE_OF_A_DEBT: Final = frozenset(
    {Topic.UNKNOWN, Topic.AFFORD, Topic.MISSING, Topic.MONEY, Topic.NEXT_STEP, Topic.PROGRESS, Topic.WHEN}
)
_PAYS_MORE: Final = re.compile(
    r"\b(?:pay|paid|put|add)\b.*\b(?:more|extra|another|additional)\b|\d\S* (?:more|extra)\b.* nameddebt\b"
)
_BEHIND: Final = re.compile(r"(?<!am i )\b(?:behind|late) (?:on|with)\b")
_PAYS: Final = re.compile(r"\b(?:pay|paying|put|putting) .*\d.* (?:on|off|to|towards?|into|instead)\b")
_WHEN_PAID_OFF: Final = re.compile(
    r"\bwhen\b.*\b(?:gone|paid|done|finish|finished|over|cleared)\b|\bhow (?:long|soon)\b|\bfirst\b|\brid of\b"
    r"|\bcan (?:i|we) (?:\w+ )?(?:clear|finish|close|end)\b"
)
_STILL_OWED: Final = re.compile(r"^(?!.*\b(?:afford|buy|spend)\b).*\b(?:left|remain\w*|still|balance)\b")
_NUMBER_ALONE: Final = re.compile(r"[0-9][0-9.,' ]*[?!.]?")
# "what do I owe and how am I doing": the second begins as a question does.
_NEXT_QUESTION: Final = re.compile(
    r"[?!.;\n]\s+|,?\s+(?:and|also|plus)\s+(?=(?:what|how|when|why|which|where|can|should|will|am|is|do)\b)",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\S@\S")


def topic_of(message: str) -> Topic:
    """The first topic whose words the message has, in the order of `Topic`; names of goals in it read `NAMED`."""
    text = simple(message)
    for topic in Topic:
        if topic is Topic.EXPLAIN_TERM:
            found = (text_for(text) or sentence_for(text)) is not None
        elif topic is Topic.OTHERS and _ADDRESS.search(message):
            found = True
        elif topic in PATTERNS:
            found = PATTERNS[topic].search(text) is not None
        else:
            continue
        if found and not (topic is Topic.AFFORD and _asks_for_advice(text)):
            return topic
    return _topic_without_words(message)


def questions_in(message: str) -> list[str]:
    """The parts of a message that may be questions of their own."""
    return [part for part in _NEXT_QUESTION.split(message) if part.strip()]


def topic_of_a_debt(message: str, topic: Topic) -> Topic:
    """The topic of a message that names a debt by its label and no goal; `topic` is that of its other words."""
    if topic not in _MAY_BE_OF_A_DEBT:
        return topic
    text = simple(message)
    if _BEHIND.search(text):
        return Topic.CANNOT_PAY
    is_paid = _PAYS.search(text) and not PATTERNS[Topic.AFFORD].search(text)
    if is_paid or _PAYS_MORE.search(text) or _WHEN_PAID_OFF.search(text):
        return Topic.PAY_OFF
    return Topic.OWE if topic is Topic.UNKNOWN or _STILL_OWED.search(text) else topic


def _asks_for_advice(text: str) -> bool:
    """Whether what sounds like a purchase is one of investments, or the question is which goes first."""
    if PATTERNS[Topic.DEBTS_OR_SAVINGS].search(text):
        return True
    return PATTERNS[Topic.INVEST].search(text) is not None and "afford" not in text


def is_troubled(message: str) -> bool:
    """Whether the message says, besides what it asks, that the person feels bad."""
    text = simple(message)
    is_told = any(PATTERNS[topic].search(text) for topic in (Topic.FEELING, Topic.BLOW, Topic.JOB_LOST))
    return is_told or not _SAD_FACES.isdisjoint(message)


def _topic_without_words(message: str) -> Topic:
    if not _SAD_FACES.isdisjoint(message):
        return Topic.FEELING
    if not _GLAD_FACES.isdisjoint(message):
        return Topic.THANKS
    is_price = amount_in(message) is not None or _NUMBER_ALONE.fullmatch(message.strip()) is not None
    return Topic.AFFORD if is_price else Topic.UNKNOWN
