"""What is said to people who don't ask for figures: greetings, feelings, and what the coach can't do."""

from __future__ import annotations

import re
from typing import Final

from fincred.companion.coach.answers.goals import dashboard_of
from fincred.companion.coach.answers.payments import next_payment
from fincred.companion.coach.message import simple
from fincred.companion.coach.question import Question
from planning.queries import NEWEST_SNAPSHOTS

ABILITIES: Final = (
    "I can tell you how you are doing, why your plan is like that, what to do next, what you owe and how to "
    'pay it off, what you can afford, what a term means, and how your week went. Ask me, for example, "How am '
    'I doing?" or "Can I afford 60 a month?" I explain; I don\'t advise products.'
)
EXAMPLES: Final = 'Try "How am I doing?", "What next?", "What do I owe?" or "Can I afford 60 a month?".'
UNKNOWN: Final = (
    f"I'm not sure what you mean. I understand simple questions in English about your own money. {EXAMPLES}"
)
TROUBLED: Final = "I'm sorry that it weighs on you."
CRISIS: Final = (
    "I'm very sorry that it is this hard. Please don't stay alone with it: talk to someone now, a person you "
    "trust, a doctor or a crisis line, and call your country's emergency number if you may harm yourself. I'm "
    "only a program for money questions; people can help, and money troubles can be solved, also large ones."
)
HURT: Final = (
    "I'm very sorry; nobody may do that to you, and it isn't your fault. If you are in danger, call your "
    "country's emergency number. Free, confidential helplines know this well and help to think about the next "
    "step; talk to one, or to someone you trust. I'm only a program for money questions; people can help."
)
CONTROLLED: Final = (
    "I'm sorry; your money is yours. When someone else controls it, that can be hard to change alone and "
    "safely. Free, confidential helplines know this well and help to think about the next step; talk to one, "
    "or to someone you trust."
)
BLOW: Final = (
    "I'm very sorry; that is a lot to carry. Your plan can wait: goals can be paused, and what you have saved "
    "stays. When your income or your expenses change, update them under Money, and your plan counts with it."
)
GAMBLING: Final = (
    "It takes courage to say that. Gambling can be very hard to stop alone, and there are free, confidential "
    "helplines for it in many countries; many banks can block gambling payments if you ask."
)
NO_PRODUCTS: Final = (
    "I explain, and recommend no banks, cards or other products. When you compare some, look at all costs, at "
    "the rate after an offer ends, and at what it costs to leave."
)
SLIPPED: Final = (
    "That happens to nearly everyone, and it doesn't undo what you have reached. Check in with what is there "
    "now and make your plan again: it counts from that. If it is about a payment on a debt, talk to the lender "
    "early."
)
SKIP: Final = (
    "What is put aside for a goal is yours, so a payment for it can be left out, and goals can be paused; what is "
    "there stays. Check in then and make your plan again: it counts from that. A payment on a debt is owed: if it "
    "gets difficult, ask the lender for a pause or a lower payment before it is due."
)
FIXED: Final = "I go by fixed rules and see only your own figures, so I can't be told to do anything else."
OTHERS: Final = "I see only your own figures, so I know nothing of other people's and can't compare you with them."
CHANGES_NOTHING: Final = (
    "I only answer; I can't change anything or move money. In the app, a check-in tells what is there for a "
    "goal by now; goals and plans are set and changed under Goals, income, expenses, debts and savings under "
    "Money, your account in your profile, and what is sent to you under Notifications."
)
PUT_MORE: Final = (
    "How much one goal gets is yours to choose, in its plan; the others get less then. To see what more money a "
    'month would change, ask me, for example, "What if I earn 100 more a month?"'
)
ABOUT: Final = (
    "I'm FinCred's coach: a program that answers by fixed rules, not a person. I look at your own figures "
    "only, and our conversation is kept for at most 30 days; you can delete it earlier."
)
SAFETY: Final = (
    "FinCred isn't a bank: it holds and moves none of your money, and knows no bank passwords. Other people can't "
    "see what you tell; support staff may look, to help you, and each look is recorded. Our conversation is kept "
    "for at most 30 days; you can delete it earlier, or your account with all that belongs to it."
)
RUDE: Final = (
    "I'm sorry that I wasn't of more help. I count with what you told: if a figure isn't right, correct it under "
    "Money or Goals, or check in."
)
GREETING: Final = f"Hello! {EXAMPLES}"
GREETING_IN_ENGLISH: Final = f"Hello! I understand questions in English only. {EXAMPLES}"
_FOREIGN: Final = re.compile(r"^(?:hola|bonjour|hallo|salut|moin|servus|namaste|salam|ola|olá)\b")
THANKS: Final = "You're welcome. I'm here whenever you like."
FAREWELL: Final = "Goodbye, and take care."
JOB_LOST: Final = (
    "I'm sorry, that is a shock, and one thing at a time is enough: ask early which support you are entitled "
    "to, and tell lenders before a payment gets difficult. When your income changes, update it under Money, "
    "and your plan counts with it; goals can be paused, and what you have saved stays."
)


def greeting(question: Question) -> str:
    """In other languages too, with which language is understood."""
    return GREETING_IN_ENGLISH if _FOREIGN.search(simple(question.text)) else GREETING


def feeling(question: Question) -> str:
    """Kind words, what is there already (`total_saved` in `GET /dashboard`), and one next step."""
    words = (
        "I'm sorry that you feel like that. Worries about money are common, and they say nothing about your "
        "worth. Talking about them helps, with someone you trust or with a free debt advice service."
    )
    saved = dashboard_of(question.asker).stats.total_saved
    so_far = f" For your goals, {question.money(saved)} is saved or paid off already." if saved else ""
    step = next_payment(question)
    return f"{words}{so_far}{f' One thing at a time is enough. {step}' if step else ''}"


def job_lost(question: Question) -> str:
    """With what a month costs, and what is saved (`GET /snapshot`)."""
    snapshot = NEWEST_SNAPSHOTS.bind(owner=question.asker.user.pk).first()
    if snapshot is None or snapshot.contents.expenses is None:
        return JOB_LOST
    return (
        f"{JOB_LOST} By your numbers a month costs {question.money(snapshot.monthly_expenses)}, minimum "
        f"payments are {question.money(snapshot.monthly_minimum_payments)}, and you have "
        f"{question.money(snapshot.total_savings)} in savings."
    )
