"""What a message asks for, by its words. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from fincred.companion.coach.terms import text_for
from fincred.companion.vocabulary import Intent
from fincred.money import MAX_MONEY, round_to_cents

# Tried in this order: the narrower question first.
_WORDS: Final = (
    (Intent.AFFORD, r"afford|can i (buy|spend|pay(?! (off|back|down)))|enough (money )?for|too expensive"),
    (Intent.PULSE, r"pulse|feedback|my week|this week|last week|how was"),
    (Intent.EXPLAIN_PLAN, r"\bwhy\b|reason|unrealistic|explain (my|the|this) plan"),
    (Intent.NEXT_STEP, r"\bnext\b|what (should|shall|can|do) i|what now|to do|where (do|should) i (start|begin)"),
    (Intent.EXPLAIN_TERM, r"what (is|are|does)\b|what's|whats\b|explain|meaning|\bmean\b|define|tell me about"),
    (Intent.DEBTS, r"debt|\bloans?\b|\bowe\b|credit card|pay(ing)? off|interest|avalanche|snowball"),
    (Intent.PROGRESS, r"how am i|progress|on track|doing|streak|how far|my goals?|dashboard"),
)
_PATTERNS: Final = tuple((intent, re.compile(words)) for intent, words in _WORDS)
_AMOUNT: Final = re.compile(r"(?<![\w.,])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(\.[0-9]{1,2})?(?![\w]|[.,][0-9])")


def intent_of(message: str) -> Intent:
    """The first intent whose words occur in the message; HELP if none.

    "What is" asks for a term where the message names one that is known, else for what the other words speak for.
    """
    text = " ".join(message.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    found = [intent for intent, pattern in _PATTERNS if pattern.search(text)]
    if len(found) > 1 and text_for(text) is None:
        found = [intent for intent in found if intent != Intent.EXPLAIN_TERM]
    return found[0] if found else Intent.HELP


def amount_in(message: str) -> Decimal | None:
    """The only amount in the message, as 1200, 1,200 or 1200.50; None if there is none, or several."""
    found = _AMOUNT.findall(message)
    if len(found) != 1:
        return None
    whole, cents = found[0]
    amount = round_to_cents(Decimal(whole.replace(",", "") + cents))
    return amount if 0 < amount <= MAX_MONEY else None
