"""The messages of the schedule: which facts each says, read at the moment of sending. Words are in templates.

Every figure is one that a call of the API shows as well. A message that has nothing to say any more (the person
has checked in, paused it, or said no) has no facts, and isn't sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.mail import MailMessage
from accounts.models import OutgoingMail, User
from accounts.vocabulary import ReminderFrequency
from fincred.companion.coach import Asker
from fincred.companion.coach.answers.goals import STANDING, dashboard_of, how_it_stands, streak
from fincred.companion.coach.answers.payments import what_next
from fincred.companion.coach.question import Question, day, money
from fincred.companion.models import Notification, NotificationPreferences
from fincred.companion.schedule import day_in, has_checked_in
from fincred.companion.services.follow_events import NEWS
from fincred.companion.unsubscribing import unsubscribe_from
from fincred.companion.vocabulary import KIND_OF, MILESTONE, MessageKind, NotificationStatus, NotificationType
from fincred.money import ZERO
from goals.history import reader
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import GoalType, Status
from planning.engine.drift import WayBack
from planning.models import ActionPlan
from planning.queries import OPEN_PLANS
from planning.services.proposals import proposal_for
from planning.services.put_in import count_what_was_put_in
from tracking.models import CheckInWeek, Milestone
from tracking.streaks import monday_of

Facts = Mapping[str, Any] | None

_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """A goal as a message shows it; `last_week` is what became of it then, empty if that isn't known."""

    name: str
    amount: str
    target: str
    verb: str
    standing: str
    expected: str = ""
    last_week: str = ""


def checkin_reminder(mail: OutgoingMail, now: datetime) -> Facts:
    """Where the goals stand, and the reason that the person gave for the first goal that has one."""
    row = _row(mail)
    if row is None:
        return None
    asker = _asker(mail, now)
    profile = asker.user.profile
    if row.is_planned:
        frequency = ReminderFrequency(profile.reminder_frequency)
        weeks = CheckInWeek.objects.filter(user=asker.user).values_list("monday", flat=True)
        if frequency is ReminderFrequency.OFF or has_checked_in(asker.today, frequency, weeks):
            return None
    dashboard = dashboard_of(asker)
    goals = [line.goal for line in dashboard.goals]
    reason = next((goal for goal in goals if goal.why_text), None)
    return {
        "goals": [_line(goal, asker) for goal in goals],
        "reason": {"goal": reason.name, "text": reason.why_text} if reason else None,
        "streak": streak(dashboard),
    }


def pre_transfer_reminder(mail: OutgoingMail, now: datetime) -> Facts:
    """The payment of the mail's day; a reminder of the person's own shows the next payment within a week."""
    row = _row(mail)
    if row is None:
        return None
    asker = _asker(mail, now)
    plans = [plan for plan in OPEN_PLANS.bind(owner=asker.user.pk).all() if row.action_plan_id in (None, plan.id)]
    count_what_was_put_in(plans, owner=asker.user, today=asker.today)
    payments = [(payment, plan) for plan in plans for payment in plan.upcoming(asker.today)]
    if row.is_planned:
        chosen = [one for one in payments if one[0].date == mail.due_on]
    else:
        within = [one for one in payments if one[0].date < asker.today + _WEEK]
        chosen = sorted(within, key=lambda one: (one[0].date, one[1].goal.name))[:1]
    if not chosen:
        return None
    payment, plan = chosen[0]
    amount, when = money(payment.amount, asker), _weekday(payment.date)
    return {
        "subject": f"On {payment.date:%A}: {amount} for {plan.goal.name}",
        "amount": amount,
        "when": when,
        "goal": plan.goal.name,
        "is_set_up": plan.is_confirmed_set_up,
        "why": plan.goal.why_text,
    }


def weekly_summary(mail: OutgoingMail, now: datetime) -> Facts:
    """What was put in last week, how that compares with the plan, the streak, and one next thing to do."""
    if _row(mail) is None:
        return None
    asker = _asker(mail, now)
    dashboard = dashboard_of(asker)
    monday = monday_of(asker.today) - _WEEK
    return {
        "since": _weekday(monday),
        "until": _weekday(monday + _WEEK - timedelta(days=1)),
        "goals": [_line(line.goal, asker, monday) for line in dashboard.goals],
        "streak": streak(dashboard),
        "next": what_next(Question(asker)),
    }


def goal_progress_update(mail: OutgoingMail, now: datetime) -> Facts:
    """How a goal has drifted, with the proposal; of the person's own, where the goals stand."""
    row = _row(mail)
    if row is None:
        return None
    asker = _asker(mail, now)
    plan = row.action_plan if row.action_plan and row.action_plan.ended_at is None else None
    proposal = proposal_for(owner=asker.user, plan_id=plan.id, today=asker.today) if plan else None
    if plan is None or proposal is None:
        return None if row.is_planned else _standing(asker, row.action_plan)
    return {
        "subject": f"{plan.goal.name}: a way back to the plan",
        "goal": _line(plan.goal, asker),
        "why": proposal.why.text,
        "same_date": _way(proposal.same_date, asker),
        "same_contribution": _way(proposal.same_contribution, asker),
    }


def milestone(mail: OutgoingMail, now: datetime) -> Facts:
    """A quarter, half, three quarters or all of a goal."""
    found = (
        Milestone.objects.select_related("goal").filter(pk=cast("UUID", mail.object_id), user=mail.user_id).first()
    )
    wanted = NotificationPreferences.objects.filter(user=mail.user_id, milestones=True).exists()
    if found is None or not wanted or found.goal.status == Status.CANCELLED or now - mail.created_at > NEWS:
        return None
    asker = _asker(mail, now)
    return {
        "subject": found.text,
        "text": found.text,
        "goal": _line(found.goal, asker),
        "why": found.goal.why_text,
    }


def _row(mail: OutgoingMail) -> Notification | None:
    """What the mail is for, unless the person has paused or cancelled it since."""
    active = Notification.objects.filter(user=mail.user_id, status=NotificationStatus.ACTIVE)
    return active.filter(pk=cast("UUID", mail.object_id)).select_related("action_plan__goal").first()


def _asker(mail: OutgoingMail, now: datetime) -> Asker:
    person = cast("User", mail.user)
    return Asker(person, day_in(now, ZoneInfo(person.profile.timezone)))


def _standing(asker: Asker, plan: ActionPlan | None) -> Facts:
    goals = [plan.goal] if plan else [line.goal for line in dashboard_of(asker).goals]
    return {"goals": [_line(goal, asker) for goal in goals]} if goals else None


def _line(goal: Goal, asker: Asker, monday: date | None = None) -> GoalFacts:
    return GoalFacts(
        name=goal.name,
        amount=money(goal.current_amount, asker),
        target=money(goal.target_amount, asker),
        verb="paid off" if goal.type == GoalType.DEBT_PAYOFF else "saved",
        standing=how_it_stands(goal, asker.today),
        expected=money(goal.expected_on(asker.today), asker),
        last_week=_last_week(goal, monday, asker) if monday else "",
    )


def _last_week(goal: Goal, monday: date, asker: Asker) -> str:
    """What the check-ins of that week changed. A first one may tell what was there long before.

    The end of a recurring goal's cycle changes nothing: what it takes was paid.
    """
    told = reader().check_ins_of([goal.id])[goal.id]
    before = [check_in.amount for check_in in told if check_in.day < monday]
    week = [check_in for check_in in told if monday <= check_in.day < monday + _WEEK]
    if not before or not week:
        return ""
    change, last = ZERO, before[-1]
    for check_in in week:
        if not check_in.ends_cycle:
            change += check_in.amount - last
        last = check_in.amount
    if change > 0:
        return f"Last week you put in {money(change, asker)}."
    return f"Last week it went back by {money(-change, asker)}." if change else "Last week it stayed as it was."


def _way(way: WayBack | None, asker: Asker) -> Mapping[str, str] | None:
    if way is None:
        return None
    return {"contribution": money(way.contribution, asker), "until": day(way.target_date)}


def _weekday(moment: date) -> str:
    return f"{moment:%A}, {day(moment)}"


_GOAL: Final = GoalFacts(
    name="Laptop",
    amount="420.00 EUR",
    target="900.00 EUR",
    verb="saved",
    standing=STANDING[ProgressStatus.ON_TRACK],
    expected="400.00 EUR",
)
_FUND: Final = GoalFacts(
    name="Emergency fund",
    amount="1,150.00 EUR",
    target="5,000.00 EUR",
    verb="saved",
    standing=STANDING[ProgressStatus.SLIGHTLY_BEHIND],
    expected="1,300.00 EUR",
)
_STREAK: Final = "Your streak: 3 weeks in a row."

MESSAGES: Final = (
    MailMessage(
        NotificationType.CHECKIN_REMINDER,
        "How are your goals doing?",
        facts=checkin_reminder,
        unsubscribe=unsubscribe_from(MessageKind.REMINDERS),
        example={
            "goals": [_GOAL, _FUND],
            "reason": {"goal": "Laptop", "text": "The old one dies in the middle of every call."},
            "streak": _STREAK,
        },
    ),
    MailMessage(
        NotificationType.PRE_TRANSFER_REMINDER,
        "Your next payment",
        facts=pre_transfer_reminder,
        unsubscribe=unsubscribe_from(MessageKind.PAYMENTS),
        example={
            "subject": "On Friday: 120.00 EUR for Laptop",
            "amount": "120.00 EUR",
            "when": "Friday, 13 March 2026",
            "goal": "Laptop",
            "is_set_up": False,
            "why": "The old one dies in the middle of every call.",
        },
    ),
    MailMessage(
        NotificationType.WEEKLY_SUMMARY,
        "Your week",
        facts=weekly_summary,
        unsubscribe=unsubscribe_from(MessageKind.WEEKLY_SUMMARY),
        example={
            "since": "Monday, 2 March 2026",
            "until": "Sunday, 8 March 2026",
            "goals": [replace(_GOAL, last_week="Last week you put in 120.00 EUR."), _FUND],
            "streak": _STREAK,
            "next": "Next: 120.00 EUR for Laptop on 13 March 2026. Set up the payment at your bank, and confirm "
            "it in the app.",
        },
    ),
    MailMessage(
        NotificationType.GOAL_PROGRESS_UPDATE,
        "How your goals are doing",
        facts=goal_progress_update,
        unsubscribe=unsubscribe_from(KIND_OF[NotificationType.GOAL_PROGRESS_UPDATE]),
        example={
            "subject": "Emergency fund: a way back to the plan",
            "goal": replace(_FUND, standing=STANDING[ProgressStatus.OFF_TRACK]),
            "why": "1,150.00 is there; the plan expected 1,700.00 by now.",
            "same_date": {"contribution": "240.00 EUR", "until": "31 December 2027"},
            "same_contribution": {"contribution": "200.00 EUR", "until": "31 March 2028"},
        },
    ),
    MailMessage(
        MILESTONE,
        "A milestone",
        facts=milestone,
        unsubscribe=unsubscribe_from(MessageKind.MILESTONES),
        example={
            "subject": 'Halfway: 50 % of "Laptop".',
            "text": 'Halfway: 50 % of "Laptop".',
            "goal": replace(_GOAL, amount="460.00 EUR"),
            "why": "The old one dies in the middle of every call.",
        },
    ),
)
