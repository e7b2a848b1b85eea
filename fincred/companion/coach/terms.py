"""Terms that the coach explains: by an education text, or, for words of FinCred's own, in a sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

# Names of each term, and the text that explains it; the name first that is listed to people.
TERMS: Final = (
    (("avalanche", "highest rate first"), "c86bbde6-bb49-5bbf-b6f8-ca7a448058c9"),
    (("snowball", "smallest debt first"), "b881911a-a5f1-5a44-ae8d-585f6bf3d559"),
    (("minimum payment", "minimum payments", "minimum", "minimums"), "ce39cb62-7bbe-5d8b-961e-7719d9d241de"),
    (("consolidation", "debt consolidation", "consolidate"), "560045f4-a3bb-5595-83c4-d6af48149656"),
    (("balance transfer", "interest free", "interest free offer"), "d088f8c8-3b54-5af6-8165-5d906b6a2b04"),
    (("emergency fund", "emergency funds", "rainy day fund"), "2e12b01d-fa01-5512-ac95-8b0653eb55ce"),
    (("fire", "fire number", "financial independence", "4 rule", "early retirement"),
     "8e0f4607-53d5-54e8-a820-17d3c6c995a3"),
    (("savings rate", "saving rate"), "e84acaa4-df71-5e5e-9814-867b4af5dfc8"),
    (("compound interest", "interest on interest", "compounding"), "3dd760de-b2ad-5133-b5ee-22e07bd4123e"),
    (("inflation", "real return"), "c601cb53-69ad-5520-ab83-35222647677e"),
    (("diversification", "diversify", "diversifying"), "b9567d8e-80c4-51a7-ac77-486bd0d345b8"),
    (("50 30 20", "50 30 20 rule", "budget", "budgeting"), "f2f00f09-fbac-5a54-9a39-856dce52800a"),
    (("interest", "interest rate", "interest rates", "apr"), "ade7b5fa-32bd-5bf6-9b62-f2ef68588f9b"),
)  # fmt: skip
MINIMUM: Final = UUID("ce39cb62-7bbe-5d8b-961e-7719d9d241de")
_MINIMUM_ALONE: Final = re.compile(
    r"\b(?:only|just) (?:pay|paying) (?:the |my )?minimums?\b(?! payments? (?:of|on))"
    r"|^why .*\bpay (?:the |my )?minimums?\b"
)
SAVE_FIRST: Final = UUID("8a016e03-2c6d-50b9-acdf-34922234078f")
FUND_OR_DEBTS: Final = UUID("ad29bac6-9039-5ef9-9295-53b948616f05")
BUDGET: Final = UUID("f2f00f09-fbac-5a54-9a39-856dce52800a")
INDEPENDENCE: Final = UUID("8e0f4607-53d5-54e8-a820-17d3c6c995a3")
USING_A_FUND: Final = UUID("0560b122-06f9-5c1c-b077-6dc9a04cf8be")
BEFORE_INVESTING: Final = UUID("8077fd9a-88ff-5e6e-8c67-a698b45ea6c7")

# FinCred's own words and an overdraft, in a sentence each; test_coach_intents.py holds the figures in them.
OWN_WORDS: Final = (
    (
        ("comfortable",),
        "Comfortable means: the goal needs at most four fifths of the money that is left for it by its date.",
    ),
    (
        ("tight",),
        "Tight means: the goal fits, but needs more than four fifths of the money left for it by its date.",
    ),
    (
        ("unrealistic",),
        (
            "Unrealistic means: the goal needs more money by its date than is left for it. It says "
            "nothing about "
            "you: another date, another amount or more money a month can change it."
        ),
    ),
    (
        ("surplus",),
        "The surplus is what a month leaves: income less expenses and the minimum payments of your debts.",
    ),
    (("on track",), "On track means: at least as much is there as your plan expects by today."),
    (
        ("slightly behind", "behind"),
        "Slightly behind means: of what your plan expects by today, at most a tenth of the goal is missing.",
    ),
    (("streak",), "The streak counts the weeks in a row in which you checked in or gave a pulse."),
    (
        ("milestone", "milestones"),
        (
            "A milestone is a quarter, half, three quarters or all of a goal's amount, the first time you reach "
            "it. A recurring goal has them once a cycle."
        ),
    ),
    (
        ("pulse", "weekly pulse"),
        "The pulse is three short questions about how your week went. It keeps your streak.",
    ),
    (
        ("overdraft", "overdrafts"),
        "An overdraft is what a bank lends when an account goes below zero; it is a debt and may cost much.",
    ),
    (("snapshot",), "The snapshot is your money as you told it last: income, expenses, debts and savings."),
    (("shortfall",), "The shortfall is the money that will be missing for a goal at its date, as things stand."),
    (
        ("action plan",),
        "An action plan says what to put aside for one goal: how much, how often, and on which day.",
    ),
    (
        ("check in", "checkin", "check ins", "checkins"),
        "A check-in is what is saved or paid off for a goal by now. A plan that is made after it counts with it.",
    ),
)

_ASKS: Final = (
    r"(?:what (?:is|are|does|do)|explain|define|meaning of|definition of|tell me (?:about|what)|understand"
    r"|teach me|how (?:does|do)(?: you)?(?: calculate| count| decide)?|what about|know (?:about|what)"
    r"|do you mean by|should (?:i|we)|how (?:much|big|large) should)"
)
_BETWEEN: Final = (
    r"(?: (?:about|what|me|to|us|the|an?|is|are|does|do|this|that|it|word|term|by|with|thing|good|normal))*"
)


def text_for(message: str) -> UUID | None:
    """The id of the text for the term that a simple message asks the meaning of; the longest term counts."""
    if _MINIMUM_ALONE.search(message):
        return MINIMUM
    found = _asked(message, (words for words, _ in TERMS))
    return next((UUID(text) for words, text in TERMS if found in words), None)


def sentence_for(message: str) -> str | None:
    """The sentence for FinCred's own word that a simple message asks the meaning of."""
    found = _asked(message, (words for words, _ in OWN_WORDS))
    return next((sentence for words, sentence in OWN_WORDS if found in words), None)


def asks_the_meaning(message: str) -> bool:
    """Whether a simple message asks what a term means, rather than only having it."""
    return text_for(message) is not None and re.search(rf"\b{_ASKS}\b", message) is not None


def is_of_a_term(word: str) -> bool:
    """Whether a term is known by a word in lower case, alone or with others."""
    return any(word in name.split() for names, _ in (*TERMS, *OWN_WORDS) for name in names)


def known_terms() -> list[str]:
    """The first name of each term."""
    return [words[0] for words, _ in (*TERMS, *OWN_WORDS)]


def _asked(message: str, terms: Iterable[tuple[str, ...]]) -> str | None:
    """The term alone, "what is a term", "explain term" or "what does term mean"."""
    for term in sorted((word for words in terms for word in words), key=len, reverse=True):
        alone = rf"(?:the |an? )?{term}(?: please)?"
        asked = (
            rf".*\b{_ASKS}{_BETWEEN} {term}(?: (?:be|mean\w*|work\w*|stand\w*|method|strategy|rule|please"
            rf"|anyway).*)?"
        )
        meant = rf".*\b{term} (?:means?|meaning)\b.*"
        if re.fullmatch(f"{alone}|{asked}|{meant}", message):
            return term
    return None
