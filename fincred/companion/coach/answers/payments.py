"""What comes next: the payments of the plans, or the step before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fincred.companion.coach.answers.goals import NO_SNAPSHOT, no_active_goals, plans_of, standing
from fincred.companion.coach.message import joined, simple
from fincred.companion.coach.question import Question, day
from fincred.money import ZERO
from goals.models import Goal
from goals.vocabulary import Status
from planning.models import ActionPlan
from planning.queries import NEWEST_SNAPSHOTS

NOTHING_TO_PAY: Final = "There is nothing to pay for your goals at present."
_MONTHLY: Final = re.compile(r"\b(?:(?:a|per|each|every) month|monthly)\b")


def what_next(question: Question) -> str:
    """The payments of the earliest day (`upcoming` in `GET /action-plans`), or the step before them.

    Where each month is asked about, also what the plans give each goal a month (`allocated_monthly_contribution`).
    """
    each_month = _each_month(question) if _MONTHLY.search(simple(question.text)) else None
    step = next_payment(question) or _before_a_payment(question)
    return f"{each_month} {step}" if each_month else step


def next_payment(question: Question) -> str | None:
    """All payments of the earliest day, of the named goals if there are any; None without one.

    Those of the most important goals come first.
    """
    today, plans = question.asker.today, _chosen(question)
    due = {plan: day_due for plan in plans if (day_due := plan.next_action_date(today))}
    if not due:
        return None
    when = min(due.values())
    first = [plan for plan in due if due[plan] == when]
    # Of a payment that was made in part, only the rest; a version from before payments were dated has its amount.
    amounts = [next((payment.amount for payment in plan.upcoming(today, most=1)), plan.amount) for plan in first]
    payments = joined(
        f"{question.money(amount)} for {plan.goal.name}" for plan, amount in zip(first, amounts, strict=True)
    )
    total = f", {question.money(sum(amounts, ZERO))} in all," if len(first) > 1 else ""
    return f"Next: {payments}{total} on {day(when)}. {_set_up(first)}"


def _set_up(plans: Sequence[ActionPlan]) -> str:
    open_ = [plan.goal.name for plan in plans if not plan.is_confirmed_set_up]
    if not open_:
        are = "payments are" if len(plans) > 1 else "payment is"
        return f"The {are} set up, so there is nothing else to do."
    which = "payments" if len(open_) > 1 else "payment"
    for_ = f" for {joined(open_)}" if len(open_) < len(plans) else ""
    them = "them" if len(open_) > 1 else "it"
    return f"Set up the {which}{for_} at your bank, and confirm {them} in the app."


def _each_month(question: Question) -> str | None:
    gets = [(plan, plan.allocated_monthly_contribution) for plan in _chosen(question)]
    gets = [(plan, amount) for plan, amount in gets if amount]
    if not gets:
        return None
    each = joined(f"{question.money(amount)} for {plan.goal.name}" for plan, amount in gets)
    # No sum: each average is of the months up to another date, so together they can be more than a month leaves.
    return f"By your plans, on average a month: {each}."


def _chosen(question: Question) -> list[ActionPlan]:
    """The open plans of the named goals, or all, in the order in which the engine serves the goals."""
    named = {goal.pk for goal in question.goals}
    plans = [plan for plan in plans_of(question) if not named or plan.goal_id in named]
    return sorted(plans, key=lambda plan: _rank(plan.goal))


def _rank(goal: Goal) -> tuple[object, ...]:
    return (goal.priority_rank, not goal.primary_flag, goal.target_date, goal.created_at, goal.pk)


def _before_a_payment(question: Question) -> str:
    plans = _chosen(question)
    if question.goals:
        nothing = "There is nothing to pay for it at present." if plans else "It has no plan yet."
        if question.goals[0].status != Status.ACTIVE:
            nothing = ""
        return " ".join(filter(None, [*(standing(goal, question) for goal in question.goals), nothing]))
    owner = question.asker.user
    if NEWEST_SNAPSHOTS.bind(owner=owner.pk).first() is None:
        return NO_SNAPSHOT
    if not Goal.objects.owned_by(owner).active().exists():
        return no_active_goals(question.asker)
    return NOTHING_TO_PAY if plans else "Make your plan: it says what each of your goals needs a month."
