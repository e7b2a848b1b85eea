"""How goals go, and why their plans are as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from fincred.companion.coach.interface import Asker
from fincred.companion.coach.message import joined, simple
from fincred.companion.coach.question import Question, day
from fincred.db.queries import fetch_all
from fincred.money import ZERO, rate_in_words
from fincred.text import counted
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import GoalType, Kind, Status
from planning.engine.explanation import Code
from planning.engine.sentences import held_back_parts, kept_for
from planning.models import ActionPlan
from planning.queries import OPEN_PLANS
from planning.services.as_asked import count_what_is_asked
from planning.vocabulary import AlternativeKind, Feasibility
from tracking.services import Dashboard, dashboard_reads, make_dashboard

STANDING: Final = {
    ProgressStatus.COMPLETED: "reached",
    ProgressStatus.NOT_STARTED: "not started yet",
    ProgressStatus.ON_TRACK: "on track",
    ProgressStatus.SLIGHTLY_BEHIND: "slightly behind its plan",
    ProgressStatus.OFF_TRACK: "behind its plan; a new plan may suit it better",
}
NO_SNAPSHOT: Final = "Tell me your income and expenses under Money first: then I can count with them."
NO_GOALS: Final = "You have no goals yet. Set one, however small: then I can tell you how it goes."
NO_PLANS: Final = "There is no action plan yet. Make your plan, and I can tell you why it is as it is."
NONE_UNREALISTIC: Final = "None of your plans is unrealistic at present."
OLDER: Final = "That is from before your last check-in: make your plan again, and it counts with it."
_IN_ALL: Final = re.compile(r"\b(?:total|in all|altogether|overall|saved?|paid|pay)\b")
_SET_ASIDE: Final = {
    Status.PAUSED: "It is paused: what is there stays, and you can resume it whenever it suits you.",
    Status.COMPLETED: "It is completed. Well done!",
    Status.CANCELLED: "It is cancelled.",
}


def how_it_goes(question: Question) -> str:
    """As on the dashboard (`GET /dashboard`); of goals that are named, as in `GET /goals/{id}`.

    What is saved in all (`total_saved`) is told where the question is about it.
    """
    dashboard = dashboard_of(question.asker)
    if question.goals:
        return " ".join([*(standing(goal, question) for goal in question.goals), streak(dashboard)])
    total = ""
    if _IN_ALL.search(simple(question.text)):
        total = f"For your goals, {question.money(dashboard.stats.total_saved)} is saved or paid off in all. "
    if not dashboard.goals:
        return f"{total}{no_active_goals(question.asker)}"
    return total + " ".join([*(standing(line.goal, question) for line in dashboard.goals), streak(dashboard)])


def when_it_is_done(question: Question) -> str:
    """With the day of each plan (`projected_completion_date` in `GET /action-plans`)."""
    plans = {plan.goal_id: plan for plan in plans_of(question)}
    goals = question.goals or [line.goal for line in dashboard_of(question.asker).goals]
    if not goals:
        return no_active_goals(question.asker)
    return " ".join(f"{standing(goal, question)}{_arrival(plans.get(goal.pk), question)}" for goal in goals)


def _arrival(plan: ActionPlan | None, question: Question) -> str:
    if plan is None or plan.goal.is_reached:  # it says so, and goes on
        return ""
    arrives, wanted = plan.reached_on, plan.goal.due_on(question.asker.today)
    told = "By its plan there is no day yet on which it is reached."
    if plan.lacks_earlier_payments:
        missing = f"{question.money(plan.shortfall_now)} will be missing on {day(wanted)}"
        told = f"By its plan there is no day yet on which it is reached: by what it still asks for, {missing}."
    elif arrives is not None:
        told = f"By its plan it is reached on {day(arrives)}."
        told += f" That is after its date, {day(wanted)}." if arrives > wanted else ""
    age = _age(plan)
    return f" {told} {age}" if age else f" {told}"


def what_is_missing(question: Question) -> str:
    """Target less what is there (`GET /goals/{id}`): of the named goals, or of each active one."""
    goals = question.goals or tuple(line.goal for line in dashboard_of(question.asker).goals)
    if not goals:
        return no_active_goals(question.asker)
    told = " ".join(f"{standing(goal, question)}{_missing(goal, question)}" for goal in goals)
    missing = [amount for goal in goals if (amount := _missing_amount(goal))]
    return f"{told} In all, {question.money(sum(missing, ZERO))} is missing." if len(missing) > 1 else told


def _missing_amount(goal: Goal) -> Decimal:
    missing = goal.target_amount - goal.current_amount
    return ZERO if goal.status == Status.CANCELLED else max(ZERO, missing)


def _missing(goal: Goal, question: Question) -> str:
    missing = _missing_amount(goal)
    return f" {question.money(missing)} is still missing." if missing else ""


def standing(goal: Goal, question: Question) -> str:
    verb = "paid off" if goal.type == GoalType.DEBT_PAYOFF else "saved"
    amounts = f"{question.money(goal.current_amount)} of {question.money(goal.target_amount)} {verb}"
    line = f"{goal.name}: {amounts} ({goal.progress_percentage} %)"
    if goal.status == Status.ACTIVE:
        return f"{line}, {how_it_stands(goal, question.asker.today)}."
    return f"{line}. {_SET_ASIDE[Status(goal.status)]}"


def how_it_stands(goal: Goal, today: date) -> str:
    """In words; of a goal at its target that goes on, that all is there."""
    if goal.is_reached and goal.kind == Kind.RECURRING:
        return "all there for this time"
    return "full" if goal.is_full else STANDING[goal.progress_status_on(today)]


def streak(dashboard: Dashboard) -> str:
    if not dashboard.stats.current_streak:
        return "A check-in or a pulse this week begins a new streak."
    return f"Your streak: {counted(dashboard.stats.current_streak, 'week')} in a row."


def no_active_goals(asker: Asker) -> str:
    """What is true of a person without active goals: how many of each status there are (`GET /goals`)."""
    counted = Counter(Goal.objects.owned_by(asker.user).values_list("status", flat=True))
    if not counted:
        return NO_GOALS
    named = [f"{counted[status]} {status}" for status in (Status.COMPLETED, Status.PAUSED, Status.CANCELLED)]
    well_done = " Well done on what you have reached!" if counted[Status.COMPLETED] else ""
    resume = "resume one or " if counted[Status.PAUSED] else ""
    there_are = joined(text for text in named if not text.startswith("0 "))
    return (
        f"None of your goals is active at present: {there_are}.{well_done} You can {resume}set a new one anytime."
    )


def why_the_plan(question: Question) -> str:
    """From the facts and alternatives of the plans (`GET /action-plans`)."""
    plans = plans_of(question)
    named = {goal.pk for goal in question.goals}
    aside = [goal for goal in question.goals if goal.status != Status.ACTIVE]
    unplanned = [
        goal for goal in question.goals if goal not in aside and goal.pk not in {p.goal_id for p in plans}
    ]
    lines = [standing(goal, question) for goal in aside]
    lines += [f"{goal.name} has no plan yet. Make your plan, and I can tell you why." for goal in unplanned]
    chosen = [plan for plan in plans if plan.goal_id in named] if named else plans
    if not named and "unrealistic" in simple(question.text):
        chosen = [plan for plan in plans if plan.feasibility == Feasibility.UNREALISTIC]
        if plans and not chosen:
            lines, chosen = [NONE_UNREALISTIC], plans
    lines += [_reason(plan, question) for plan in chosen]
    if lines:
        return " ".join(lines)
    return (
        NO_PLANS
        if Goal.objects.owned_by(question.asker.user).active().exists()
        else no_active_goals(question.asker)
    )


def _reason(plan: ActionPlan, question: Question) -> str:
    if plan.goal.is_reached:  # it goes on, and needs nothing at present
        return standing(plan.goal, question)
    facts = plan.explanation["facts"]
    label = f"{plan.goal.name} is {plan.feasibility.lower()}."
    if plan.feasibility == Feasibility.UNREALISTIC:
        label = f"{plan.goal.name} is unrealistic as things stand, which says nothing about you."
    code = Code(plan.explanation["code"])
    reason = _REASONS[code](facts, question)
    monthly, ways = _monthly(plan, code, question), _ways(plan, question)
    return " ".join(filter(None, [label, reason, monthly, ways, _since(plan, question), _age(plan)]))


def _since(plan: ActionPlan, question: Question) -> str:
    """What was put in since changes (`shortfall` in `GET /action-plans`)."""
    if plan.shortfall_now == plan.shortfall:
        return ""
    missing = question.money(plan.shortfall_now) if plan.shortfall_now else "nothing"
    told = f"{missing} will be missing on {day(plan.goal.due_on(question.asker.today))}"
    if plan.lacks_earlier_payments:
        return f"But less is there now than it asked for: by what it still asks for, {told}."
    return f"By now more is there than it counted: if all is paid that it still asks for, {told}."


def _age(plan: ActionPlan) -> str:
    """A plan is made again when the person asks for it, not by a check-in; the dashboard knows more then."""
    facts = plan.explanation["facts"]
    counted = Decimal(facts["already_there"]) + Decimal(facts["paid_this_month"])
    if "debts" in facts or counted == plan.goal.current_amount:
        return ""
    return OLDER


def _monthly(plan: ActionPlan, code: Code, question: Question) -> str:
    """What the goal needs a month, and what it gets where that is another amount."""
    needs = question.money(plan.required_monthly_contribution)
    gets = question.money(plan.allocated_monthly_contribution)
    if plan.feasibility == Feasibility.UNREALISTIC:
        return f"It needs {needs} a month and gets {gets}."
    if code is Code.FUNDED_UNEVENLY:
        return f"On average it gets {gets} a month."
    return f"It needs {needs} a month." if plan.required_monthly_contribution else ""


def _need(facts: Any, question: Question) -> str:
    """What the goal needs and by when."""
    need, by = _money(facts, "need", question), _day(facts, "target_date")
    if "debts" not in facts:
        return f"It needs {need} {f'now, for its date, {by}, has come' if 'overdue' in facts else f'by {by}'}"
    when = f"with the next payment, which is after its date, {by}" if "overdue" in facts else f"by {by}"
    minimums = _money(facts, "linked_minimums", question)
    total = _money(facts, "debt_total", question)
    beyond = f"beyond their minimum payments of {minimums} a month"
    return f"To clear its debts of {total}, it needs {need} {beyond} {when}"


def _fits(facts: Any, question: Question) -> str:
    is_tight = facts["feasibility"] == Feasibility.TIGHT
    margin = "so it fits, with little to spare" if is_tight else "so it fits, with some to spare"
    chosen = ""
    if "chosen_monthly" in facts:
        chosen = f" The {_money(facts, 'chosen_monthly', question)} a month that you chose is enough."
    return f"{_need(facts, question)}; {_money(facts, 'room', question)} {_is_left(facts)}, {margin}.{chosen}"


def _is_left(facts: Any) -> str:
    """Up to the goal's date, unless that has come."""
    return "is left for it" if "overdue" in facts else "is left for it until then"


def _fits_unevenly(facts: Any, question: Question) -> str:
    fits, waits = _fits(facts, question), facts.get("waiting")
    if waits is None:  # also in a version that was made before there was such a fact
        return f"{fits} It isn't the same every month, for goals with earlier dates go first."
    reasons = ["goals with earlier dates go first"] if waits["others_first"] else []
    if Decimal(waits["held_back"]):
        reasons += [
            f"{question.money(part['amount'])} is kept for {_kept_for(part)}" for part in held_back_parts(waits)
        ]
    why = f", for {joined(reasons)}" if reasons else ""
    return f"{fits} It isn't the same every month{why}."


def _kept_for(part: dict[str, Any]) -> str:
    return kept_for(part | {"month": _day(part, "month")} if "month" in part else part)


def _lacks_money(facts: Any, question: Question) -> str:
    ahead = Decimal(facts["taken_ahead"])
    others = f" ({question.money(ahead)} goes to the goals before it)" if ahead else ""
    left = _money(facts, "room", question) if Decimal(facts["room"]) else "nothing"
    lacking = _money(facts, "shortfall", question)
    return f"{_need(facts, question)}, but {left} {_is_left(facts)}{others}, so {lacking} is missing."


def _lacks_surplus(facts: Any, question: Question) -> str:
    gap = Decimal(facts["gap"])
    why = "your income just covers your expenses and minimum payments"
    if gap:
        why = f"each month {question.money(gap)} more goes out than comes in"
    return f"{_need(facts, question)}, but nothing is left for goals: {why}."


def _chosen_lacks(facts: Any, question: Question) -> str:
    chosen, comes_to = _money(facts, "chosen_monthly", question), _money(facts, "room", question)
    lacking = _money(facts, "shortfall", question)
    amounts = f"The {chosen} a month that you chose comes to {comes_to}, so {lacking} is missing."
    return f"{_need(facts, question)}. {amounts}"


def _is_there(facts: Any, question: Question) -> str:
    if "due_today" in facts:
        return f"Today's payment of {_money(facts, 'due_today', question)} is the last one."
    return "Nothing is owed on it any more." if "debts" in facts else "All of it is there."


def _grows(facts: Any, question: Question) -> str:
    there, target = _money(facts, "already_there", question), _money(facts, "target_amount", question)
    rate = rate_in_words(Decimal(facts["annual_rate"]))
    return (
        f"The {there} that is there grows to {target} by {_day(facts, 'target_date')} at {rate} a year by itself."
    )


def _minimums_clear(facts: Any, question: Question) -> str:
    minimums, total = _money(facts, "linked_minimums", question), _money(facts, "debt_total", question)
    by = _day(facts, "target_date")
    return (
        f"Its minimum payments of {minimums} a month clear the debts of {total} by {by}, so it needs nothing more."
    )


_REASONS: Final[dict[Code, Callable[[Any, Question], str]]] = {
    Code.ALREADY_THERE: _is_there,
    Code.GROWTH_SUFFICES: _grows,
    Code.MINIMUMS_SUFFICE: _minimums_clear,
    Code.FUNDED: _fits,
    Code.FUNDED_UNEVENLY: _fits_unevenly,
    Code.CHOSEN_ARRIVES: _fits,
    Code.NO_SURPLUS: _lacks_surplus,
    Code.NO_ROOM: _lacks_money,
    Code.SHORT_OF_ROOM: _lacks_money,
    Code.CHOSEN_FALLS_SHORT: _chosen_lacks,
}


def _ways(plan: ActionPlan, question: Question) -> str:
    """The alternatives of a plan that can't be kept: each of them alone is enough."""
    if plan.feasibility != Feasibility.UNREALISTIC:
        return ""
    ways = [_way(alternative, question) for alternative in plan.alternatives]
    cut = plan.explanation["facts"].get("alternatives_complete", True)
    more = "" if cut else " There may be other ways, for I stopped searching at my limit."
    if not ways:
        return f"No single change that was tried makes it fit; several together may.{more}"
    each = "Any one of these makes it fit" if len(ways) > 1 else "This makes it fit"
    return f"{each}: {joined(ways, 'or')}.{more}"


def _way(alternative: Any, question: Question) -> str:
    if alternative["kind"] == AlternativeKind.LATER_DATE:
        return f"a later date ({_day(alternative, 'target_date')})"
    if alternative["kind"] == AlternativeKind.SMALLER_AMOUNT:
        return f"a smaller amount ({_money(alternative, 'target_amount', question)})"
    return f"{_money(alternative, 'extra_monthly', question)} more a month"


def _money(facts: Any, name: str, question: Question) -> str:
    return question.money(Decimal(facts[name]))


def _day(facts: Any, name: str) -> str:
    return day(date.fromisoformat(facts[name]))


def dashboard_of(asker: Asker) -> Dashboard:
    return make_dashboard(*fetch_all(*dashboard_reads(asker.user.pk)), owner=asker.user, today=asker.today)


def plans_of(question: Question) -> list[ActionPlan]:
    """The open plans of active goals, without the payments that were made."""
    asker = question.asker
    plans = [plan for plan in OPEN_PLANS.bind(owner=asker.user.pk).all() if plan.goal.status == Status.ACTIVE]
    count_what_is_asked(plans, owner=asker.user, today=asker.today)
    return plans
