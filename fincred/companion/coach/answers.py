"""One answer for each intent, made of figures that the API's own services and queries give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from fincred.companion.coach.intents import amount_in
from fincred.companion.coach.interface import Asker
from fincred.companion.coach.terms import known_terms, text_for
from fincred.companion.models import Snippet
from fincred.companion.vocabulary import Intent
from fincred.db.queries import fetch_all
from fincred.money import ZERO
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import GoalType, Status
from planning.engine.debts.budget import Budget
from planning.engine.debts.payoff import Payoff
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan
from planning.queries import NEWEST_SNAPSHOTS, OPEN_PLANS
from planning.scenarios import Deltas
from planning.serializers.fields import capped
from planning.services.debt_payoff import debt_payoff
from planning.services.what_if import Question, what_if
from tracking.queries import PULSES, Dashboard, dashboard_reads, make_dashboard
from tracking.vocabulary import PlannedPayments, Spending

STANDING: Final = {
    ProgressStatus.COMPLETED: "reached",
    ProgressStatus.NOT_STARTED: "not started yet",
    ProgressStatus.ON_TRACK: "on track",
    ProgressStatus.SLIGHTLY_BEHIND: "slightly behind its plan, which is within reach",
    ProgressStatus.OFF_TRACK: "behind its plan; a new plan may suit it better",
}
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
ABILITIES: Final = (
    "I can tell you how you are doing, why your plan is like that, what to do next, how your debts can be paid "
    "off, what you can afford, what a term means, and what your latest pulse says. I explain; I don't advise "
    "products."
)
NO_SNAPSHOT: Final = "Tell me your income and expenses under Money first: then I can count with them."
NO_GOALS: Final = "You have no active goals yet. Set one, however small: then I can tell you how it goes."
NO_PLANS: Final = "There is no action plan yet. Make your plan, and I can tell you why it is as it is."
NO_DEBTS: Final = "Your snapshot has no debts. If there are some, add them under Money."
NO_PULSE: Final = "You haven't given a pulse yet. Three questions about your week are enough to begin."


def money(amount: Decimal, asker: Asker) -> str:
    return f"{capped(amount):,.2f} {asker.user.profile.currency}"


def day(moment: date) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"


def how_it_goes(asker: Asker, message: str) -> str:
    """As on the dashboard (`GET /dashboard`)."""
    dashboard = dashboard_of(asker)
    if not dashboard.goals:
        return NO_GOALS
    goals = _mentioned([line.goal for line in dashboard.goals], message)
    return " ".join([*(_standing(goal, asker) for goal in goals), streak(dashboard)])


def _standing(goal: Goal, asker: Asker) -> str:
    verb = "paid off" if goal.type == GoalType.DEBT_PAYOFF else "saved"
    return (
        f"{goal.name}: {money(goal.current_amount, asker)} of {money(goal.target_amount, asker)} {verb} "
        f"({goal.progress_percentage} %), {STANDING[goal.progress_status_on(asker.today)]}."
    )


def streak(dashboard: Dashboard) -> str:
    weeks = dashboard.stats.current_streak
    if not weeks:
        return "A check-in or a pulse this week begins a new streak."
    return f"Your streak: {weeks} {'week' if weeks == 1 else 'weeks'} in a row."


def why_the_plan(asker: Asker, message: str) -> str:
    """As in the plans' own explanations (`GET /action-plans`)."""
    plans = _plans(asker)
    if not plans:
        return NO_PLANS
    named = _mentioned([plan.goal for plan in plans], message)
    return " ".join(_reason(plan, asker) for plan in plans if plan.goal in named)


def _reason(plan: ActionPlan, asker: Asker) -> str:
    gets, needs = plan.allocated_monthly_contribution, plan.required_monthly_contribution
    return (
        f"{plan.goal.name} is {plan.feasibility.lower()}: it needs {money(needs, asker)} a month and gets "
        f"{money(gets, asker)}. {plan.explanation['text']}"
    )


def what_next(asker: Asker, message: str) -> str:
    """The earliest payment of the plans (`upcoming` in `GET /action-plans`), or the step before it."""
    plans = _plans(asker)
    due = [(day_due, plan) for plan in plans if (day_due := plan.next_action_date(asker.today))]
    if not due:
        return _before_a_payment(asker, plans)
    when, plan = min(due, key=lambda one: (one[0], one[1].goal.name, one[1].pk))
    # Of a payment that was made in part, only the rest; a version from before payments were dated has its amount.
    amount = next((payment.amount for payment in plan.upcoming(asker.today, most=1)), plan.amount)
    first = f"Next: {money(amount, asker)} for {plan.goal.name} on {day(when)}."
    if plan.is_confirmed_set_up:
        return f"{first} The payment is set up, so there is nothing else to do."
    return f"{first} Set up the payment at your bank, and confirm it in the app."


def _before_a_payment(asker: Asker, plans: Sequence[ActionPlan]) -> str:
    snapshot = NEWEST_SNAPSHOTS.bind(owner=asker.user.pk).first()
    if snapshot is None:
        return NO_SNAPSHOT
    if not Goal.objects.owned_by(asker.user).active().exists():
        return NO_GOALS
    if not plans:
        return "Make your plan: it says what each of your goals needs a month."
    return "There is nothing to pay for your goals at present. A check-in keeps your plan up to date."


def debts(asker: Asker, message: str) -> str:
    """As in `POST /planning/debt-payoff` with an empty body."""
    found = debt_payoff(owner=asker.user, as_of=asker.today, debts=None, budget=Budget())
    if not found.avalanche.order:
        return NO_DEBTS
    when = "next month" if found.minimums_change else "a month"
    budget = f"With {money(found.monthly_budget, asker)} {when}, your minimum payments"
    if found.recommended is None:
        floor = money(found.avalanche.interest_floor or ZERO, asker)
        return f"{budget}, these debts are never paid off: the first month's interest alone is {floor}."
    more = found.more[0]
    highest, smallest = _payoff(found.avalanche, asker), _payoff(found.snowball, asker)
    text = f"{budget}, paying them off {highest}."
    if smallest != highest:
        text = f"{budget}: the highest rate first {highest}; the smallest debt first {smallest}."
    if more.months is None or more.interest_saved is None:
        return text
    saved = money(more.interest_saved, asker)
    return f"{text} {money(more.extra, asker)} more a month: {more.months} months, and {saved} less interest."


def _payoff(payoff: Payoff, asker: Asker) -> str:
    if payoff.months is None or payoff.total_interest is None:
        return "never ends"
    return f"takes {payoff.months} months and {money(payoff.total_interest, asker)} of interest"


def afford(asker: Asker, message: str) -> str:
    """As in `POST /planning/what-if` with the amount as `expenses_delta`, or with an empty body."""
    amount = amount_in(message)
    deltas = Deltas(income=ZERO, expenses=amount or ZERO, extra=ZERO)
    question = Question(as_of=asker.today, contents=None, deltas=deltas, changes=(), new_goals=())
    try:
        answer = what_if(owner=asker.user, question=question)
    except SnapshotRequiredError:
        return NO_SNAPSHOT
    before, after = answer.baseline.summary, answer.scenario.summary
    if amount is None:
        return (
            f"A month leaves {money(before.estimated_monthly_surplus, asker)} after expenses and minimum "
            f"payments, and {money(before.buffer_remaining, asker)} of it isn't planned for a goal this month. "
            "Ask me with one amount, such as 50, and I count it as a cost every month."
        )
    moved = [
        f"{one.name} would be {one.after.feasibility.lower()} instead of {one.before.feasibility.lower()}."
        for one in answer.differences
        if one.before and one.after and one.before.feasibility != one.after.feasibility
    ]
    left = (
        f"If {money(amount, asker)} were a cost every month, a month would leave "
        f"{money(after.estimated_monthly_surplus, asker)} instead of "
        f"{money(before.estimated_monthly_surplus, asker)}."
    )
    if after.estimated_monthly_surplus < 0:
        left += " More would go out than comes in."
    return " ".join([left, *(moved or ["Each goal would keep its label."])])


def explain(asker: Asker, message: str) -> str:
    """An education text (`GET /education/snippets/{id}`)."""
    found = text_for(message)
    snippet = Snippet.objects.filter(pk=found).first() if found else None
    if snippet is None:
        return f"I can explain: {', '.join(known_terms())}."
    return f"{snippet.short_title}\n{snippet.content}"


def on_the_pulse(asker: Asker, message: str) -> str:
    """The newest pulse (`GET /checkins/latest`) and the streak (`GET /dashboard`)."""
    pulse = PULSES.bind(owner=asker.user.pk).first()
    if pulse is None:
        return NO_PULSE
    told = (
        f"From {day(pulse.period_start)} to {day(pulse.period_end)} you "
        f"{_PAYMENTS[PlannedPayments(pulse.made_planned_payments)]}, "
        f"{_SPENDING[Spending(pulse.spending_vs_plan)]}, and felt {pulse.mood_score} of 5."
    )
    heavy = pulse.mood_score <= 2 or pulse.made_planned_payments == PlannedPayments.NO
    kind = "Hard weeks happen; that you told it counts." if heavy else "That is worth keeping up."
    return f"{told} {kind} {streak(dashboard_of(asker))}"


def abilities(asker: Asker, message: str) -> str:
    return ABILITIES


ANSWERS: Final[dict[Intent, Callable[[Asker, str], str]]] = {
    Intent.PROGRESS: how_it_goes,
    Intent.EXPLAIN_PLAN: why_the_plan,
    Intent.NEXT_STEP: what_next,
    Intent.DEBTS: debts,
    Intent.AFFORD: afford,
    Intent.EXPLAIN_TERM: explain,
    Intent.PULSE: on_the_pulse,
    Intent.HELP: abilities,
}


def dashboard_of(asker: Asker) -> Dashboard:
    return make_dashboard(*fetch_all(*dashboard_reads(asker.user.pk)), today=asker.today)


def _plans(asker: Asker) -> list[ActionPlan]:
    """The open plans of active goals."""
    plans = OPEN_PLANS.bind(owner=asker.user.pk).all()
    return [plan for plan in plans if plan.goal.status == Status.ACTIVE]


def _mentioned(goals: Sequence[Goal], message: str) -> Sequence[Goal]:
    """The goals whose name is in the message; all of them if none is."""
    text = message.casefold()
    return [goal for goal in goals if goal.name.casefold() in text] or goals
