"""Explanations: education texts, sentences about FinCred's own words, and the pulse."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fincred.companion.coach.answers.goals import dashboard_of, standing, streak
from fincred.companion.coach.message import simple
from fincred.companion.coach.question import Question, day
from fincred.companion.coach.terms import (
    BEFORE_INVESTING,
    BUDGET,
    FUND_OR_DEBTS,
    INDEPENDENCE,
    SAVE_FIRST,
    USING_A_FUND,
    known_terms,
    sentence_for,
    text_for,
)
from fincred.companion.models import Snippet
from tracking.models import Pulse
from tracking.queries import PULSES
from tracking.vocabulary import PlannedPayments, Spending

NO_PULSE: Final = "You haven't given a pulse yet. Three questions about your week are enough to begin."
NO_ADVICE: Final = "What to invest in is yours to decide: I explain, and recommend no products."
_PAYMENTS: Final = {
    PlannedPayments.YES: "made the planned payments",
    PlannedPayments.PARTIAL: "made some of the planned payments",
    PlannedPayments.NO: "made none of the planned payments",
}
_SPENDING: Final = {
    Spending.UNDER: "spent less than planned",
    Spending.ON: "spent about as planned",
    Spending.OVER: "spent more than planned",
}


def explain(question: Question) -> str:
    """An education text (`GET /education/snippets/{id}`), or what FinCred means by a word."""
    text = simple(question.text)
    if sentence := sentence_for(text):
        return sentence
    found = text_for(text)
    explained = _snippet(found) if found else None
    if explained is None:
        return f"I can explain: {', '.join(known_terms())}."
    return "\n".join([explained, *(standing(goal, question) for goal in question.goals)])


def invest(question: Question) -> str:
    return _with_text(NO_ADVICE, BEFORE_INVESTING)


def use_fund(question: Question) -> str:
    return _with_text("It is your money, and you decide. What may help:", USING_A_FUND)


def debts_or_savings(question: Question) -> str:
    return _with_text("There is no one right order; this is what to weigh.", FUND_OR_DEBTS)


def save_more(question: Question) -> str:
    text = BUDGET if "budget" in simple(question.text) else SAVE_FIRST
    return _with_text("One way that works for many people:", text)


def retire(question: Question) -> str:
    return _with_text("When that is possible depends on what you spend; a common way to count it:", INDEPENDENCE)


def _with_text(words: str, snippet_id: UUID) -> str:
    return "\n".join(filter(None, [words, _snippet(snippet_id)]))


def _snippet(snippet_id: UUID) -> str | None:
    """Its title and content; None if staff removed it."""
    snippet = Snippet.objects.filter(pk=snippet_id).first()
    return f"{snippet.short_title}\n{snippet.content}" if snippet else None


def on_the_pulse(question: Question) -> str:
    """The newest pulse (`GET /checkins/latest`) and the streak (`GET /dashboard`)."""
    pulse = PULSES.bind(owner=question.asker.user.pk).first()
    if pulse is None:
        return NO_PULSE
    told = (
        f"From {day(pulse.period_start)} to {day(pulse.period_end)} you "
        f"{_PAYMENTS[PlannedPayments(pulse.made_planned_payments)]}, "
        f"{_SPENDING[Spending(pulse.spending_vs_plan)]}, and felt {pulse.mood_score} of 5."
    )
    return f"{told} {_kind_words(pulse)} {streak(dashboard_of(question.asker))}"


def _kind_words(pulse: Pulse) -> str:
    payments, is_over = pulse.made_planned_payments, pulse.spending_vs_plan == Spending.OVER
    if payments == PlannedPayments.NO or (pulse.mood_score <= 2 and (is_over or payments != PlannedPayments.YES)):
        return "Hard weeks happen; that you told it counts."
    if pulse.mood_score <= 2:
        return "The money went as planned; I hope that next week is kinder to you."
    if payments == PlannedPayments.PARTIAL:
        return "A part of a payment brings you closer too, and mixed weeks are normal."
    if is_over:
        return "The payments are made, and they are what carries your goals. Other weeks are cheaper."
    return "That is worth keeping up."
