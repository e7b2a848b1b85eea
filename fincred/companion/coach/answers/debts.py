"""What is owed, how it can be paid off, and what helps when it can't."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from fincred.companion.coach.amounts import Cost, Unclear, cost_in
from fincred.companion.coach.answers.goals import standing
from fincred.companion.coach.answers.money import what_a_month_leaves
from fincred.companion.coach.dates import day_in
from fincred.companion.coach.message import NAMED, Message, joined, simple
from fincred.companion.coach.question import Question, day
from fincred.money import ZERO, rate_in_words
from fincred.text import counted
from goals.models import Goal
from goals.vocabulary import GoalType, Status
from planning.engine.dates import Calendar
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.level import HORIZON
from planning.engine.debts.payoff import Comparison, Payoff
from planning.engine.debts.terms import first_interest
from planning.errors import SnapshotRequiredError
from planning.queries import NEWEST_SNAPSHOTS
from planning.services.debt_payoff import debt_payoff
from planning.snapshot_contents import DebtEntry
from planning.vocabulary import DebtType

NO_DEBTS: Final = "Your snapshot has no debts. If there are some, add them under Money."
PAID_OFF: Final = "All the debts in your snapshot are at zero: nothing is owed. Well done!"
_HELPS: Final = (
    "What often helps: tell the lenders early, before a payment is missed, and ask for {asked}. Free debt advice "
    "exists in many countries; it costs nothing and stays confidential. Housing, food and energy usually come "
    "first."
)
WHAT_HELPS: Final = _HELPS.format(asked="lower minimum payments, a lower rate or a pause")
WITHOUT_MINIMUMS: Final = _HELPS.format(asked="monthly payments that fit what you have")
_LONGEST: Final = 360
"""Months: an answer that takes longer than thirty years is no help."""
_SORRY: Final = "I'm sorry, that is a hard place to be, and you aren't the only one there."
SHORT: Final = " At present a month doesn't leave that much, by the numbers that you told me."
ASK_MONTHLY: Final = ' I count what is paid every month: ask again with "a month" to count more.'
_LISTED: Final = 5
_MORE: Final = re.compile(r"\b(?:more|extra|another|additional\w*|on top)\b")


def owed(question: Question) -> str:
    """The debts of the snapshot (`GET /snapshot`) and their day: all, or those whose label is named."""
    debts = [debt for debt in _debts(question) if debt.balance]
    if not debts:
        return PAID_OFF if _debts(question) else _no_debts(question)
    if named := _named_among(debts, question):
        return " ".join(f"{_debt(debt, question)}." for debt in named) + _told_before(question)
    debts.sort(key=lambda debt: (-debt.balance, debt.label or ""))
    total = question.money(sum((debt.balance for debt in debts), ZERO))
    listed = [_debt(debt, question) for debt in debts[:_LISTED]]
    more = f" And {len(debts) - _LISTED} smaller ones." if len(debts) > _LISTED else ""
    return f"You owe {total} in all. {'. '.join(listed)}.{more}{_told_before(question)}{_owed_by(question)}"


def _told_before(question: Question) -> str:
    """The day that the balances are of, if it isn't today's."""
    snapshot = NEWEST_SNAPSHOTS.bind(owner=question.asker.user.pk).first()
    told_on = question.told_on(snapshot) if snapshot else question.asker.today
    if told_on >= question.asker.today:
        return ""
    return f" You told me on {day(told_on)}; what you paid since isn't counted. Tell me under Money what is left."


def _owed_by(question: Question) -> str:
    """What is owed on the day that the message names (`series` of `POST /planning/debt-payoff`)."""
    by = day_in(question.text, question.asker.today)
    if by is None:
        return ""
    found = _comparison(question)
    payoff = found.snowball if found.recommended == "snowball" else found.avalanche
    if payoff.months is None:
        return " From today on, with the minimum payments alone, they don't end."
    left = [point.balance for point in payoff.series if point.date <= by][-1]
    return f" From today on, with {_minimums(found, question)}, it will be {question.money(left)} on {day(by)}."


def interest_of_a_month(question: Question) -> str:
    """What the coming month adds: balance x rate / 1200 (`GET /snapshot`), as in `POST /planning/debt-payoff`."""
    debts = [debt for debt in _debts(question) if debt.balance]
    if not debts:
        return owed(question)
    today = question.asker.today
    chosen = _named_among(debts, question) or sorted(debts, key=lambda debt: -debt.balance)
    costs = [(debt, *first_interest(debt.as_engine_debt(), Calendar(today, today))) for debt in chosen]
    each = joined(
        f"{question.money(interest)} on {_name(debt)} "
        f"({question.money(debt.balance)} at {rate_in_words(rate)} a year)"
        for debt, interest, rate in costs
    )
    total = question.money(sum((interest for _, interest, _ in costs), ZERO))
    return f"In the coming month interest adds {each}{f': {total} in all' if len(costs) > 1 else ''}."


def without_named_debts(question: Question) -> str | None:
    """The message with a word that chooses no topic for each debt that it names; None if it names none."""
    named = _named_among(_debts(question), question)
    if not named:
        return None
    names = [words for debt in named for words in (_name(debt), _type_in_words(debt.type))]
    return Message(question.text).without(names).replace(NAMED, "nameddebt")


def _named_among(debts: Sequence[DebtEntry], question: Question) -> list[DebtEntry]:
    """Those whose label the message has; if it has none, those whose type it has."""
    message = Message(question.text)
    positions = message.mentions([_name(debt) for debt in debts])
    positions = positions or message.mentions([_type_in_words(debt.type) for debt in debts])
    return [debts[position] for position in positions]


def _debt(debt: DebtEntry, question: Question) -> str:
    rate = f"{rate_in_words(debt.interest_rate_annual)} interest a year"
    if debt.promo_until and _is_promotional(debt, question.asker.today):
        promo = rate_in_words(debt.promo_rate_annual or ZERO)
        rate = f"{promo} interest a year until {day(debt.promo_until)} and then {rate}"
    return f"{_name(debt)}: {question.money(debt.balance)} at {rate}, with {_minimum(debt, question)}"


def _minimum(debt: DebtEntry, question: Question) -> str:
    if debt.min_payment_percent is None:
        return f"a minimum payment of {question.money(debt.min_payment)} a month"
    least = question.money(debt.min_payment_floor or ZERO)
    share = rate_in_words(debt.min_payment_percent)
    return f"a minimum payment of {share} of what is owed, at least {least}, a month"


def paid_off(question: Question) -> str:
    """As in `POST /planning/debt-payoff`: with the amount a month that is named as `extra_monthly`, or without."""
    cost = cost_in(question.text, question.asker.user.profile.currency)
    extra, instead = _extra(cost, question)
    found = _comparison(question, extra)
    if not found.avalanche.order:
        return _no_debts(question)
    if found.recommended is None:
        return f"{_never(found, question, extra)} {_what_helps(found)}"
    if found.avalanche.months == 0:
        return PAID_OFF
    budget = f"{instead}With {_minimums(found, question)}"
    if extra:
        budget = f"{budget} and {question.money(extra)} more"
    highest, smallest = _payoff(found.avalanche, question), _payoff(found.snowball, question)
    text = f"{budget}, paying your debts off {highest}."
    if smallest != highest:
        text = f"{budget}: paying the highest rate first {highest}; the smallest debt first {smallest}."
    text += f"{_first(found.avalanche, question)}{_named(found.avalanche, question)}"
    text += _faster(found, question, extra) or _is_short(extra, question)
    return f"{text}{ASK_MONTHLY}" if isinstance(cost, Cost) and cost.frequency is None else text


def _extra(cost: Cost | Unclear, question: Question) -> tuple[Decimal, str]:
    """What is paid a month beyond the minimum payments, and words about it.

    "300 a month on the Visa", without "more", is all that is paid on it, its minimum payment included.
    """
    if not isinstance(cost, Cost) or cost.frequency is None:
        return ZERO, ""
    named = _named_among(_debts(question), question)
    if len(named) != 1 or _MORE.search(simple(question.text)):
        return cost.monthly, ""
    extra = max(ZERO, cost.monthly - named[0].min_payment)
    more = f"{question.money(extra)} more" if extra else "no more"
    return (
        extra,
        f"{question.money(cost.monthly)} a month on {_name(named[0])} is {more} than its minimum payment. ",
    )


def _first(payoff: Payoff, question: Question) -> str:
    """Which debt the highest rate first begins with (`GET /snapshot`), and which is paid off first (`order`)."""
    debts = [debt for debt in _debts(question) if debt.balance]
    if len(debts) < 2:
        return ""
    today = question.asker.today
    highest, second = sorted(debts, key=lambda debt: _rate_on(debt, today), reverse=True)[:2]
    text = ""
    if _rate_on(highest, today) > _rate_on(second, today):
        at_present = " at present" if any(_is_promotional(debt, today) for debt in debts) else ""
        rate = rate_in_words(_rate_on(highest, today))
        text = f" The highest rate{at_present} is that of {_name(highest)}, {rate}: "
        text += "what you pay beyond the minimum payments goes there first."
    first = next((debt for debt in payoff.order if debt.months), None)
    if first is None or first.closed_on is None:
        return text
    ends = f"{_in_words(first.label)} is the first to be paid off, on {day(first.closed_on)}"
    return f"{text} With the highest rate first, {ends}."


def _named(payoff: Payoff, question: Question) -> str:
    """When the debts that the message names are paid off (`order`), but for the one that is the first."""
    closed = [debt for debt in payoff.order if debt.months]
    labels = [_in_words(debt.label) for debt in closed]
    named = [closed[position] for position in Message(question.text).mentions(labels)]
    return "".join(
        f" With the highest rate first, {_in_words(debt.label)} is paid off on {day(debt.closed_on)}."
        for debt in named
        if debt.closed_on and debt is not closed[0]
    )


def _is_promotional(debt: DebtEntry, today: date) -> bool:
    return debt.promo_until is not None and debt.promo_until >= today


def _rate_on(debt: DebtEntry, today: date) -> Decimal:
    promo = debt.promo_rate_annual if _is_promotional(debt, today) else None
    return debt.interest_rate_annual if promo is None else promo


def _name(debt: DebtEntry) -> str:
    return debt.label or _type_in_words(debt.type)


def _in_words(label: str) -> str:
    """A debt without a label has its type as one in `order`."""
    return _type_in_words(label) if label in set(DebtType) else label


def _type_in_words(debt_type: str) -> str:
    return "Other debt" if debt_type == DebtType.OTHER else debt_type.replace("_", " ").capitalize()


def _payoff(payoff: Payoff, question: Question) -> str:
    if payoff.months is None or payoff.total_interest is None or payoff.debt_free_date is None:
        return "doesn't end"
    interest = f"{question.money(payoff.total_interest)} of interest" if payoff.total_interest else "no interest"
    return f"takes {counted(payoff.months, 'month')}, until {day(payoff.debt_free_date)}, and costs {interest}"


def _faster(found: Comparison, question: Question, extra: Decimal) -> str:
    more = found.more[0]
    payoff = found.avalanche if found.recommended == "avalanche" else found.snowball
    if more.months is None or more.interest_saved is None or more.months == payoff.months:
        return ""
    saved = f" and {question.money(more.interest_saved)} less interest" if more.interest_saved else ""
    told = f" With {question.money(more.extra)} more a month it is {counted(more.months, 'month')}{saved}."
    return f"{told}{_is_short(extra + more.extra, question)}"


def _never(found: Comparison, question: Question, extra: Decimal = ZERO) -> str:
    """Why the present payments don't end the debts, and which of the tried additions does."""
    budget, floor = found.monthly_budget, found.avalanche.interest_floor or ZERO
    paid, interest = _minimums(found, question), question.money(floor)
    if not budget:
        text = "At present nothing is paid on your debts each month, because the minimum payments are 0"
        text += f"; the first month adds {interest} of interest." if floor else ", so they stay as they are."
    elif floor >= budget:
        text = (
            f"With {paid}, the debts don't get smaller: the first month's interest alone is {interest}. That is "
            "how the numbers are, and not your fault."
        )
    else:
        text = (
            f"With {paid}, the debts aren't paid off within {HORIZON // 12} years: the first month already adds "
            f"{interest} of interest."
        )
    enough = next((more for more in found.more if more.months is not None and more.months <= _LONGEST), None)
    if enough is None or enough.months is None:
        return text
    told = (
        f"With {question.money(enough.extra)} more a month they are paid off in {counted(enough.months, 'month')}."
    )
    return f"{text} {told}{_is_short(extra + enough.extra, question)}"


def _what_helps(found: Comparison) -> str:
    return WITHOUT_MINIMUMS if found.avalanche.order and not found.monthly_budget else WHAT_HELPS


def _is_short(extra: Decimal, question: Question) -> str:
    """Said where a month leaves less than that (`monthly_surplus` of `GET /snapshot`)."""
    snapshot = NEWEST_SNAPSHOTS.bind(owner=question.asker.user.pk).first()
    if snapshot is None or snapshot.contents.missing or snapshot.monthly_surplus >= extra:
        return ""
    return SHORT


def _minimums(found: Comparison, question: Question) -> str:
    when = "next month" if found.minimums_change else "a month"
    return f"{question.money(found.monthly_budget)} {when}, your minimum payments"


def cannot_pay(question: Question) -> str:
    """What helps, and what the person's own numbers show.

    As in `POST /planning/what-if` and `POST /planning/debt-payoff`.
    """
    try:
        shown = f" {what_a_month_leaves(question)}"
    except SnapshotRequiredError:
        shown = " If you tell me your income, expenses and debts under Money, I can show what a month leaves."
    found = _comparison(question)
    if found.avalanche.order and found.recommended is None:
        shown += f" {_never(found, question)}"
    return f"{_SORRY} {_what_helps(found)}{shown} Goals can be paused meanwhile; what you have saved stays."


def _comparison(question: Question, extra: Decimal = ZERO) -> Comparison:
    asker = question.asker
    return debt_payoff(owner=asker.user, as_of=asker.today, debts=None, budget=Budget(extra=Extra(extra)))


def _debts(question: Question) -> list[DebtEntry]:
    snapshot = NEWEST_SNAPSHOTS.bind(owner=question.asker.user.pk).first()
    return list(snapshot.contents.debts) if snapshot else []


def _no_debts(question: Question) -> str:
    """A goal may be to pay off a debt that isn't in the snapshot."""
    goals = Goal.objects.owned_by(question.asker.user).filter(
        type=GoalType.DEBT_PAYOFF, status__in=[Status.ACTIVE, Status.PAUSED]
    )
    lines = [standing(goal, question) for goal in goals.most_urgent_first()]
    if not lines:
        return NO_DEBTS
    return (
        f"{' '.join(lines)} Your snapshot has no debts: add the rate and the minimum payment under Money, and I "
        "can count how to pay it off."
    )
