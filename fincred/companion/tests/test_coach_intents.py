from __future__ import annotations

from decimal import Decimal

import pytest

from fincred.companion.coach.intents import amount_in, intent_of
from fincred.companion.coach.terms import known_terms, text_for
from fincred.companion.vocabulary import Intent

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("How am I doing?", Intent.PROGRESS),
        ("what is my progress", Intent.PROGRESS),
        ("Am I ON TRACK?", Intent.PROGRESS),
        ("Why is my plan like that?", Intent.EXPLAIN_PLAN),
        ("why unrealistic??", Intent.EXPLAIN_PLAN),
        ("explain my plan", Intent.EXPLAIN_PLAN),
        ("What should I do next?", Intent.NEXT_STEP),
        ("What is my next step?", Intent.NEXT_STEP),
        ("How do I pay off my debts", Intent.DEBTS),
        ("what are my debts?", Intent.DEBTS),
        ("How can I pay off my card?", Intent.DEBTS),
        ("Can I pay 20 for a book?", Intent.AFFORD),
        ("Can I afford 200 a month?", Intent.AFFORD),
        ("can I buy a car", Intent.AFFORD),
        ("What is an emergency fund?", Intent.EXPLAIN_TERM),
        ("What\u2019s   compound interest", Intent.EXPLAIN_TERM),
        ("explain snowball", Intent.EXPLAIN_TERM),
        ("what does quux mean", Intent.EXPLAIN_TERM),
        ("How was my week?", Intent.PULSE),
        ("feedback on my pulse please", Intent.PULSE),
        ("hello", Intent.HELP),
        ("\U0001f600", Intent.HELP),
        ("???", Intent.HELP),
    ],
)
def test_the_words_choose_the_intent(message: str, intent: Intent) -> None:
    assert intent_of(message) == intent


@pytest.mark.parametrize(
    ("message", "amount"),
    [
        ("Can I afford 200?", "200.00"),
        ("afford 1,250.50 a month", "1250.50"),
        ("$60.5 more", "60.50"),
        ("0", None),
        ("20 or 30", None),
        ("1.000,50", None),
        ("1.005", None),
        ("9999999999999", None),
        ("a lot", None),
        ("\u0661\u0662", None),
    ],
)
def test_the_only_amount_is_read_and_no_other(message: str, amount: str | None) -> None:
    assert amount_in(message) == (Decimal(amount) if amount else None)


def test_each_known_term_has_a_text() -> None:
    assert all(text_for(f"What is {term}?") for term in known_terms())
    assert text_for("What is a quux?") is None
