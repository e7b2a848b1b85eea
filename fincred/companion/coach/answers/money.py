"""What a month leaves, and what a cost would change: once, or every month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from fincred.api.serializers import LATEST
from fincred.companion.coach.amounts import Cost, Unclear, cost_in
from fincred.companion.coach.answers.goals import NO_SNAPSHOT, why_the_plan
from fincred.companion.coach.dates import day_in
from fincred.companion.coach.message import joined
from fincred.companion.coach.question import Question, day
from fincred.errors import FieldError
from fincred.money import ZERO
from goals.vocabulary import GoalType, Priority
from planning.engine.model import Alternative, GoalInput, GoalPlan, Plan
from planning.errors import SnapshotRequiredError
from planning.models import Snapshot
from planning.queries import NEWEST_SNAPSHOTS
from planning.scenarios import Deltas, Difference
from planning.services import what_if as service
from planning.services.what_if import Answer
from planning.vocabulary import Feasibility, PayFrequency

_UNCLEAR: Final = {
    Unclear.SEVERAL: "There are several amounts in that. Ask me about one of them at a time.",
    Unclear.OTHER_CURRENCY: "I count in {currency} only. How much is it in {currency}?",
    Unclear.OF_EACH: "Is that the price of one? Ask me with the whole amount.",
    Unclear.DAILY: "I count in months. How much is it a month, in {currency}?",
}
_HOW_TO_ASK: Final = (
    'Ask me with one amount, such as "can I afford 900 {currency} once" or "60 {currency} a month".'
)
_IF_MONTHLY: Final = ' If it comes every month, ask again with "a month".'


def afford(question: Question) -> str:
    """As in `POST /planning/what-if`.

    A cost every month is its `expenses_delta`, one that is paid once a new goal of Low priority; without an amount
    its body is empty.
    """
    currency = question.asker.user.profile.currency
    cost = cost_in(question.text, currency)
    try:
        if isinstance(cost, Cost):
            return _once(question, cost) if cost.frequency is None else _every_month(question, cost)
        if cost is Unclear.NO_AMOUNT and question.goals:
            return why_the_plan(question)
        if cost is not Unclear.NO_AMOUNT:
            return _UNCLEAR[cost].format(currency=currency)
        return f"{what_a_month_leaves(question)} {_HOW_TO_ASK.format(currency=currency)}"
    except SnapshotRequiredError:
        return NO_SNAPSHOT


def what_a_month_leaves(question: Question) -> str:
    """:raises SnapshotRequiredError: income or expenses are unknown."""
    plan = _what_if(question).baseline
    left, free = _leaves(question, plan), plan.summary.buffer_remaining
    if plan.summary.estimated_monthly_surplus <= 0:
        return left
    of_it = "what is there this month" if _on_average(plan) else "it"
    this_month = "" if _on_average(plan) else " this month"
    if not free:
        return f"{left} All of {of_it} is planned for your goals{this_month}."
    return f"{left} {question.money(free)} of {of_it} isn't planned for a goal{this_month}."


def _leaves(question: Question, plan: Plan) -> str:
    surplus = plan.summary.estimated_monthly_surplus
    return _left(question, surplus, f"{_on_average(plan)} over the next year" if _on_average(plan) else "")


def _left(question: Question, surplus: Decimal, when: str = "") -> str:
    if surplus < 0:
        gap = question.money(-surplus)
        return (
            f"At present {gap} more goes out each month than comes in{when}, after expenses and minimum payments."
        )
    return f"A month leaves {question.money(surplus)}{when} after expenses and minimum payments."


def _on_average(plan: Plan) -> str:
    """Said where the money of some months differs (`cash_flow`), so that what a month leaves is an average."""
    same = all(month.surplus == plan.summary.estimated_monthly_surplus for month in plan.cash_flow)
    return "" if same else " on average"


def _every_month(question: Question, cost: Cost) -> str:
    assert cost.frequency is not None  # noqa: S101  for mypy
    amount = cost.monthly
    if cost.is_saved:
        return _pays_no_longer(question, amount)
    answer = _what_if(question, expenses=amount)
    average = _on_average(answer.baseline)
    before = answer.baseline.summary.estimated_monthly_surplus
    after = answer.scenario.summary.estimated_monthly_surplus
    told = ""
    if cost.frequency != PayFrequency.MONTHLY:
        told = f"{question.money(cost.amount)} {_HOW_OFTEN[cost.frequency]} is {question.money(amount)} a month. "
    if before < 0:
        gap, larger = question.money(-before), question.money(-after)
        return (
            f"{told}At present {gap} more goes out each month than comes in{average}; with "
            f"{question.money(amount)} more every month it would be {larger}. So it doesn't fit for now."
        )
    left = (
        f"{told}With {question.money(amount)} more to pay every month, a month would leave "
        f"{question.money(after)}{average} instead of {question.money(before)}."
    )
    if after < 0:
        gap = question.money(-after)
        left = (
            f"{told}With {question.money(amount)} more to pay every month, {gap} more would go out than comes "
            f"in{average}; now a month leaves {question.money(before)}."
        )
    return f"{left} {_effects(question, answer)}"


_HOW_OFTEN: Final = {
    PayFrequency.WEEKLY: "a week",
    PayFrequency.BIWEEKLY: "every two weeks",
    PayFrequency.QUARTERLY: "a quarter",
    PayFrequency.ANNUAL: "a year",
}


def _effects(question: Question, answer: Answer) -> str:
    if not answer.baseline.goals:
        return "You have no active goals that it would touch."
    moved = [text for one in answer.differences if one.goal_id and (text := _effect(question, one))]
    return " ".join(moved) or "None of your goals would miss its date because of it."


def _effect(question: Question, difference: Difference) -> str:
    """What it would do to a goal: another feasibility, or more missing at its date."""
    before, after = difference.before, difference.after
    if before is None or after is None:
        return ""
    if before.feasibility != after.feasibility:
        text = f"{after.name} would be {after.feasibility.lower()} instead of {before.feasibility.lower()}"
        return f"{text}, with {question.money(after.shortfall)} missing." if after.shortfall else f"{text}."
    if after.shortfall > before.shortfall:
        missing, now = question.money(after.shortfall), question.money(before.shortfall)
        return f"For {after.name}, {missing} would be missing at its date instead of {now}."
    return ""


@dataclass(frozen=True, slots=True)
class _Purchase:
    """A cost that is paid once, as the plan counts it: a goal of Low priority by a date."""

    answer: Answer
    plan: GoalPlan

    @property
    def harms(self) -> bool:
        return any(
            one.before and one.after and one.after.shortfall > one.before.shortfall
            for one in self.answer.differences
        )


def _once(question: Question, cost: Cost) -> str:
    amount, today = cost.amount, question.asker.today
    by = day_in(question.text, today)
    now = _purchase(question, amount, min(LATEST, by or today + timedelta(days=1)))
    surplus = now.answer.baseline.summary.estimated_monthly_surplus
    text = f"{question.money(amount)} {f'by {day(by)}' if by else 'once'}: "
    if surplus <= 0:
        text += f"nothing is left over for it. {_leaves(question, now.answer.baseline)}"
    elif not now.plan.shortfall and not now.harms:
        enough = "that much can be put aside by then" if by else "this month leaves enough for it"
        if now.answer.baseline.goals:
            text += f"yes, {enough}, and none of your goals would miss its date because of it."
        else:
            text += f"yes, a month leaves {question.money(surplus)}{_on_average(now.answer.baseline)}."
    elif not now.plan.shortfall:
        covers = "the money until then" if by else "this month's money"
        text += f"{covers} covers it, but your goals need some of that. {_effects(question, now.answer)}"
    else:
        text += f"{_missing(question, amount, now, by)} {_later(question, amount, now)}"
    return f"{text}{_savings(question)}{'' if cost.is_said else _IF_MONTHLY}"


def _missing(question: Question, amount: Decimal, now: _Purchase, by: date | None) -> str:
    """What isn't there for it, and how much of what this month has is planned for goals."""
    missing = question.money(now.plan.shortfall)
    planned = amount - now.plan.shortfall - now.answer.baseline.summary.buffer_remaining
    beside = "beside your goals" if now.answer.baseline.goals else "of what a month leaves"
    if by:
        return f"by then {missing} would be missing for it {beside}."
    if planned > 0:
        return (
            f"this month {missing} is missing for it, and {question.money(planned)} of the rest is for your goals."
        )
    return f"this month {missing} is missing for it {beside}."


def _later(question: Question, amount: Decimal, now: _Purchase) -> str:
    """By when it is there if it is put aside bit by bit, as a goal would be."""
    by = _later_date(now.plan.alternatives) or _after_all_goals(now.answer)
    then = _purchase(question, amount, by, now.answer.baseline)
    reached = then.plan.projected_completion_date
    if reached is None:
        return "Beside your goals as they are, I find no date by which it would be there."
    if then.plan.shortfall and then.plan.feasibility == Feasibility.UNREALISTIC and reached <= by:
        return ""
    told = f"Put aside bit by bit beside your goals, it would be there on {day(reached)}."
    if then.harms:
        return f"{told} {_effects(question, then.answer)}"
    return f"{told} None of your goals would miss its date because of it." if then.answer.baseline.goals else told


def _later_date(alternatives: Iterable[Alternative]) -> date | None:
    return next((one.target_date for one in alternatives if one.target_date is not None), None)


def _after_all_goals(answer: Answer) -> date:
    """A date with which it is served after every goal, so that it takes nothing from them."""
    last = max((goal.target_date for goal in answer.baseline.goals), default=answer.as_of)
    return min(LATEST, max(last, answer.as_of) + timedelta(days=1))


def _purchase(question: Question, amount: Decimal, by: date, baseline: Plan | None = None) -> _Purchase:
    goal = GoalInput(
        id=None,
        name="One purchase",
        type=GoalType.SHORT_TERM_SAVING,
        target_amount=amount,
        already_there=ZERO,
        target_date=by,
        priority=Priority.LOW,
    )
    answer = _what_if(question, new_goals=(goal,), baseline=baseline)
    return _Purchase(answer, next(plan for plan in answer.scenario.goals if plan.goal_id is None))


def _savings(question: Question) -> str:
    """`total_savings` of `GET /snapshot`."""
    snapshot = _snapshot(question)
    if snapshot is None or not snapshot.total_savings:
        return ""
    told = question.money(snapshot.total_savings)
    return f" Besides, you told me of {told} in savings; you know best whether some of it is free for this."


def earn(question: Question) -> str:
    """As in `POST /planning/what-if` with the amount a month as `income_delta`; without one, the overview."""
    cost = cost_in(question.text, question.asker.user.profile.currency)
    if not isinstance(cost, Cost) or (cost.frequency is None and cost.is_said):
        return overview(question)
    try:
        answer = _what_if(question, income=cost.monthly)
    except SnapshotRequiredError:
        return NO_SNAPSHOT
    return _changed(question, answer, f"{question.money(cost.monthly)} more income a month")


def earn_less(question: Question) -> str:
    """As in `POST /planning/what-if` with the amount a month as a negative `income_delta`."""
    cost = cost_in(question.text, question.asker.user.profile.currency)
    if not isinstance(cost, Cost):
        return overview(question)
    try:
        answer = _what_if(question, income=-cost.monthly)
    except SnapshotRequiredError:
        return NO_SNAPSHOT
    except FieldError:
        return f"{question.money(cost.monthly)} a month is more than all your income as you told me."
    return _changed(question, answer, f"{question.money(cost.monthly)} less income a month")


def _pays_no_longer(question: Question, amount: Decimal) -> str:
    try:
        answer = _what_if(question, expenses=-amount)
    except FieldError:
        return f"{question.money(amount)} a month is more than all your expenses as you told me."
    return _changed(question, answer, f"{question.money(amount)} less to pay every month")


def _changed(question: Question, answer: Answer, change: str) -> str:
    before = answer.baseline.summary.estimated_monthly_surplus
    after = answer.scenario.summary.estimated_monthly_surplus
    moved = [f" {text}" for one in answer.differences if (text := _effect(question, one))]
    told, average = f"With {change},", _on_average(answer.baseline)
    if after < 0:
        instead = f", instead of {question.money(-before)}" if before < 0 else ""
        left = f" Now a month leaves {question.money(before)}." if before >= 0 else ""
        more = f"{question.money(-after)} more would go out than comes in{average}{instead}."
        return f"{told} {more}{left}{''.join(moved)}"
    now = question.money(before) if before >= 0 else f"{question.money(-before)} too little"
    return f"{told} a month would leave {question.money(after)}{average} instead of {now}.{''.join(moved)}"


def _what_if(
    question: Question,
    *,
    income: Decimal = ZERO,
    expenses: Decimal = ZERO,
    new_goals: tuple[GoalInput, ...] = (),
    baseline: Plan | None = None,
) -> Answer:
    return service.what_if(
        owner=question.asker.user,
        baseline=baseline,
        question=service.Question(
            as_of=question.asker.today,
            contents=None,
            deltas=Deltas(income=income, expenses=expenses, extra=ZERO),
            changes=(),
            new_goals=new_goals,
            alternatives="new_goals",
        ),
    )


def _snapshot(question: Question) -> Snapshot | None:
    return NEWEST_SNAPSHOTS.bind(owner=question.asker.user.pk).first()


def overview(question: Question) -> str:
    """The totals of the snapshot (`GET /snapshot`)."""
    snapshot = _snapshot(question)
    if snapshot is None or snapshot.contents.missing:
        return NO_SNAPSHOT
    parts = [
        f"income {question.money(snapshot.monthly_income)}",
        f"expenses {question.money(snapshot.monthly_expenses)}",
        f"minimum payments {question.money(snapshot.monthly_minimum_payments)}",
    ]
    have = f"You have savings of {question.money(snapshot.total_savings)}"
    if snapshot.total_debt:
        have += f" and debts of {question.money(snapshot.total_debt)}"
    left, worth = _left(question, snapshot.monthly_surplus), question.money(snapshot.net_worth)
    told = "As you told me, a month has"
    finances = snapshot.contents.finances
    if finances.incomes or finances.planned:
        told_on = day(question.told_on(snapshot))
        told = f"As you told me on {told_on}, a month of the year from then on has on average"
    return f"{told} {joined(parts)}. {left} {have}: a net worth of {worth}."
