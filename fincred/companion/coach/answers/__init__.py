"""One answer for each topic, made of figures that the API's own services and queries give, and its intent.

Belongs here: what the coach says. Doesn't: which topic a message has (`topics`, `words`, `intents`).
When you add a topic, also name its answer in `ANSWERS`, and compare its figures in `test_coach_figures.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fincred.companion.coach.answers import debts, goals, learning, money, payments, talk
from fincred.companion.coach.question import Question
from fincred.companion.coach.topics import Topic
from fincred.companion.vocabulary import Intent

Answer = Callable[[Question], str]


def _always(words: str) -> Answer:
    return lambda question: words


ANSWERS: Final[dict[Topic, tuple[Intent, Answer]]] = {
    Topic.CRISIS: (Intent.HELP, _always(talk.CRISIS)),
    Topic.HURT: (Intent.HELP, _always(talk.HURT)),
    Topic.INSTRUCTIONS: (Intent.HELP, _always(f"{talk.FIXED} {talk.EXAMPLES}")),
    Topic.CONTROLLED: (Intent.HELP, _always(talk.CONTROLLED)),
    Topic.GAMBLING: (Intent.HELP, _always(talk.GAMBLING)),
    Topic.SKIP: (Intent.HELP, _always(talk.SKIP)),
    Topic.SLIPPED: (Intent.HELP, _always(talk.SLIPPED)),
    Topic.CANNOT_PAY: (Intent.DEBTS, debts.cannot_pay),
    Topic.JOB_LOST: (Intent.HELP, talk.job_lost),
    Topic.BLOW: (Intent.HELP, _always(talk.BLOW)),
    Topic.CHANGE: (Intent.HELP, _always(talk.CHANGES_NOTHING)),
    Topic.EARN_LESS: (Intent.AFFORD, money.earn_less),
    Topic.PUT_MORE: (Intent.HELP, _always(talk.PUT_MORE)),
    Topic.MISSING: (Intent.PROGRESS, goals.what_is_missing),
    Topic.AFFORD: (Intent.AFFORD, money.afford),
    Topic.OTHERS: (Intent.HELP, _always(talk.OTHERS)),
    Topic.SAFETY: (Intent.HELP, _always(talk.SAFETY)),
    Topic.EARN: (Intent.AFFORD, money.earn),
    Topic.DEBTS_OR_SAVINGS: (Intent.EXPLAIN_TERM, learning.debts_or_savings),
    Topic.USE_FUND: (Intent.EXPLAIN_TERM, learning.use_fund),
    Topic.PRODUCTS: (Intent.HELP, _always(talk.NO_PRODUCTS)),
    Topic.INVEST: (Intent.EXPLAIN_TERM, learning.invest),
    Topic.RETIRE: (Intent.EXPLAIN_TERM, learning.retire),
    Topic.EXPLAIN_TERM: (Intent.EXPLAIN_TERM, learning.explain),
    Topic.PULSE: (Intent.PULSE, learning.on_the_pulse),
    Topic.EXPLAIN_PLAN: (Intent.EXPLAIN_PLAN, goals.why_the_plan),
    Topic.INTEREST: (Intent.DEBTS, debts.interest_of_a_month),
    Topic.OWE: (Intent.DEBTS, debts.owed),
    Topic.PAY_OFF: (Intent.DEBTS, debts.paid_off),
    Topic.NEXT_STEP: (Intent.NEXT_STEP, payments.what_next),
    Topic.WHEN: (Intent.PROGRESS, goals.when_it_is_done),
    Topic.PROGRESS: (Intent.PROGRESS, goals.how_it_goes),
    Topic.MONEY: (Intent.AFFORD, money.overview),
    Topic.SAVE_MORE: (Intent.EXPLAIN_TERM, learning.save_more),
    Topic.NAMED_GOAL: (Intent.PROGRESS, goals.how_it_goes),
    Topic.OTHER_TERM: (Intent.EXPLAIN_TERM, learning.explain),
    Topic.FEELING: (Intent.HELP, talk.feeling),
    Topic.RUDE: (Intent.HELP, _always(f"{talk.RUDE} {talk.EXAMPLES}")),
    Topic.ABOUT_COACH: (Intent.HELP, _always(talk.ABOUT)),
    Topic.ABILITIES: (Intent.HELP, _always(talk.ABILITIES)),
    Topic.THANKS: (Intent.HELP, _always(talk.THANKS)),
    Topic.FAREWELL: (Intent.HELP, _always(talk.FAREWELL)),
    Topic.GREETING: (Intent.HELP, talk.greeting),
    Topic.UNKNOWN: (Intent.HELP, _always(talk.UNKNOWN)),
}
# What a conversation that begins with an intent is about.
BEGINNINGS: Final = {
    Intent.PROGRESS: Topic.PROGRESS,
    Intent.EXPLAIN_PLAN: Topic.EXPLAIN_PLAN,
    Intent.NEXT_STEP: Topic.NEXT_STEP,
    Intent.DEBTS: Topic.PAY_OFF,
    Intent.AFFORD: Topic.AFFORD,
    Intent.EXPLAIN_TERM: Topic.EXPLAIN_TERM,
    Intent.PULSE: Topic.PULSE,
    Intent.HELP: Topic.ABILITIES,
}
# Answers that begin with a word of sympathy, when the person says that they feel bad.
CONSOLED: Final = frozenset(
    {
        Topic.MISSING,
        Topic.AFFORD,
        Topic.PULSE,
        Topic.EXPLAIN_PLAN,
        Topic.INTEREST,
        Topic.OWE,
        Topic.PAY_OFF,
        Topic.NEXT_STEP,
        Topic.WHEN,
        Topic.PROGRESS,
        Topic.MONEY,
        Topic.NAMED_GOAL,
    }
)
