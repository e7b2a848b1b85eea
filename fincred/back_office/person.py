"""The page of a person: everything that staff need to answer them, read in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max
from django.utils.safestring import SafeString, mark_safe

from accounts.audit import looks_in_lists
from accounts.back_office import (
    ERASED,
    IS_LOOK,
    EntryView,
    in_words,
    name_of_actor,
    open_sessions,
    reason_in_words,
)
from accounts.models import AuditEntry, OutgoingMail, SecondFactor, Session, User
from accounts.rate_limits import second_factor_blocked_until, sign_in_blocked_until
from fincred import clock
from fincred.back_office import charts
from fincred.back_office.check_in_chart import CheckInChart, check_in_chart
from fincred.back_office.goal_names import goal_names
from fincred.companion.models import Notification, NotificationPreferences, OutgoingPush
from fincred.companion.notification_in_words import next_in_words
from fincred.companion.vocabulary import MessageKind
from fincred.money import amount_in_words
from fincred.text import counted
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import Status
from planning.models import ActionPlan, Snapshot
from planning.plan_in_words import LABELS_IN_WORDS, alternatives_in_words
from planning.services.as_asked import count_what_is_asked
from planning.services.past_paces import expected_lines, made_by_older_engines
from planning.vocabulary import Feasibility
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.streaks import Streaks, monday_of, streaks

MOST_ENTRIES: Final = 25
MOST_SESSIONS: Final = 10
MOST_MAILS: Final = 10
MOST_NOTIFICATIONS: Final = 15
MOST_CHECK_INS: Final = 100
WEEKS: Final = 26
# Of goals that aren't active, this many are seen without opening what is folded away.
MOST_OVER: Final = 6

_STATUS_WORDS: Final = {
    ProgressStatus.COMPLETED: "completed",
    ProgressStatus.NOT_STARTED: "no check-in yet",
    ProgressStatus.ON_TRACK: "on track",
    ProgressStatus.SLIGHTLY_BEHIND: "slightly behind",
    ProgressStatus.OFF_TRACK: "off track",
}


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal as the page shows it, with its open plan."""

    goal: Goal
    plan: ActionPlan | None
    ended_plan: ActionPlan | None
    standing: str
    expected: Decimal
    percent: Decimal
    bar: SafeString
    chart: CheckInChart | None
    has_older_engine: bool
    check_ins: int
    milestones: list[int]
    why: str
    alternatives: list[str]

    @property
    def is_active(self) -> bool:
        return self.goal.status == Status.ACTIVE

    @property
    def is_unrealistic(self) -> bool:
        return self.plan is not None and self.plan.feasibility == Feasibility.UNREALISTIC

    @property
    def is_off_track(self) -> bool:
        return self.standing == _STATUS_WORDS[ProgressStatus.OFF_TRACK]

    @property
    def may_reopen(self) -> bool:
        """Not one that is completed because all of its target is there."""
        if self.goal.status == Status.COMPLETED:
            return not self.goal.is_done
        return self.goal.status in {Status.PAUSED, Status.CANCELLED}


def person_page(person: User, *, now: datetime) -> dict[str, Any]:
    """What the template shows."""
    zone = person.profile.timezone
    today = clock.local_day(now, zone)
    trail = _trail(person)
    goals = _goals(person, today, zone)
    older = max(0, sum(not view.is_active for view in goals) - MOST_OVER)
    mails = list(OutgoingMail.objects.filter(user=person).order_by("-created_at", "-id")[:MOST_MAILS])
    weeks = list(CheckInWeek.objects.filter(user=person).values_list("monday", flat=True))
    return {
        "person": person,
        "profile": person.profile,
        "today": today,
        "now": now,
        "roles": _roles(person),
        "factor_since": _factor_since(person),
        "obstacles": _obstacles(person, now),
        "sessions": _sessions(person),
        "office_sessions": open_sessions(person, now=now) if person.is_staff else [],
        "snapshot": Snapshot.objects.filter(user=person).newest_first().first(),
        "goals": goals[:-older] if older else goals,
        "attention": [view for view in goals if view.is_active and (view.is_unrealistic or view.is_off_track)],
        "older_goals": goals[-older:] if older else [],
        "has_charts": any(view.chart for view in goals),
        "labels": LABELS_IN_WORDS if any(view.plan for view in goals) else "",
        "streaks": streaks(weeks, today),
        "weeks": _weeks(weeks, today),
        "streak_text": _streak_text(streaks(weeks, today)),
        "mails": mails,
        "given_up": {mail.pk for mail in mails if mail.is_given_up(now)},
        "notifications": _notifications(person),
        "pushes": OutgoingPush.objects.filter(device__user=person).order_by("-created_at", "-id")[:MOST_MAILS],
        "switched_off": _switched_off(person),
        "trail": trail,
    }


def _roles(person: User) -> list[str]:
    """What they are in the back office, if anything."""
    if not person.has_role:
        return []
    superuser = ["superuser"] if person.is_superuser else []
    return [*superuser, *person.groups.order_by("name").values_list("name", flat=True)] or ["staff without a role"]


def _factor_since(person: User) -> datetime | None:
    enrolled = SecondFactor.objects.filter(user=person, confirmed_at__isnull=False) if person.has_role else None
    return enrolled.values_list("confirmed_at", flat=True).first() if enrolled is not None else None


def _obstacles(person: User, now: datetime) -> list[str]:
    """Why the person can't sign in; empty if nothing is in the way."""
    found = []
    if not person.is_active:
        turns = AuditEntry.objects.filter(person_id=person.pk, action__in=("person.disabled", "person.enabled"))
        entry = turns.order_by("-sequence").first()
        if entry and entry.action == "person.disabled":
            who = name_of_actor(entry) or (ERASED if entry.actor_id else "an operator")
            why = f": {reason_in_words(entry.reason)}" if entry.reason else ""
            found.append(f"Disabled by {who} on {entry.at:%-d %b %Y}{why}.")
        else:
            found.append("Disabled beside FinCred, so there is no entry that says by whom.")
    if not person.is_verified:
        found.append(f"The address isn't verified; they joined on {person.created_at:%-d %b %Y}.")
    if person.has_role and settings.SECOND_FACTOR and not _factor_since(person):
        found.append("Into the back office only with a second factor: an operator enrols one (enrol_staff).")
    if until := sign_in_blocked_until(person.email, now=now):
        found.append(f"Too many attempts: sign-in is refused until {until:%H:%M:%S} UTC.")
    if person.has_role and (until := second_factor_blocked_until(person.pk, now=now)):
        found.append(
            f"Too many attempts at their second factor: none is taken until {until:%-d %b, %H:%M:%S} UTC."
        )
    if not person.has_usable_password():
        found.append("They have no password: send the mail for a new one.")
    return found


def _sessions(person: User) -> list[Session]:
    """The newest, each with its last use: when its tokens were refreshed last."""
    rows = Session.objects.filter(user=person).annotate(last_use=Max("refresh_tokens__created_at"))
    return list(rows.order_by("-created_at", "-id")[:MOST_SESSIONS])


def _notifications(person: User) -> list[tuple[Notification, str]]:
    """What is planned for them and when it is sent; the soonest first, what has no next moment at the end."""
    # Of plans and goals only what is shown: their schedules take longer to read than all of the page.
    own = [field.name for field in Notification._meta.concrete_fields]
    rows = Notification.objects.filter(user=person).select_related("action_plan__goal")
    rows = rows.only(*own, "action_plan__ended_at", "action_plan__goal__name")
    newest = rows.newest_first()[:MOST_NOTIFICATIONS]
    soonest = sorted(newest, key=lambda row: row.next_send_at or datetime.max.replace(tzinfo=UTC))
    return [(row, next_in_words(row)) for row in soonest]


def _switched_off(person: User) -> list[str]:
    """The kinds of messages that they don't want."""
    preferences = NotificationPreferences.objects.filter(user=person).first()
    return [kind for kind in MessageKind if preferences and not getattr(preferences, kind)]


def _goals(person: User, today: date, zone: str) -> list[GoalView]:
    goals = list(Goal.objects.filter(user=person).order_by("-created_at", "-id"))
    goals.sort(key=lambda goal: goal.updated_at, reverse=True)  # those that ended last are asked about first
    open_plans = list(ActionPlan.objects.filter(user=person).open().select_related("goal").defer("carried"))
    count_what_is_asked(open_plans, owner=person, today=today)
    plans = {plan.goal_id: plan for plan in open_plans}
    over = ActionPlan.objects.filter(user=person, ended_at__isnull=False).order_by("ended_at", "created_at")
    ended = {plan.goal_id: plan for plan in over.only("goal_id", "ended_at")}
    made: dict[UUID, list[tuple[date, Decimal]]] = defaultdict(list)
    newest = CheckIn.objects.filter(user=person).newest_first()[:MOST_CHECK_INS]
    for check_in in reversed(newest):
        made[check_in.goal_id].append((check_in.check_in_date, check_in.current_amount))
    reached: dict[UUID, list[int]] = defaultdict(list)
    of_the_cycle = Milestone.objects.filter(user=person, cycle=F("goal__cycles_ended"))
    for goal_id, percent in of_the_cycle.order_by("percent").values_list("goal_id", "percent"):
        reached[goal_id].append(percent)
    told = [goal for goal in goals if made[goal.pk]]
    expected = expected_lines(told, zone=zone, today=today) if told else {}
    charts_of = {goal.pk: check_in_chart(goal, made[goal.pk], expected.get(goal.pk, ()), today) for goal in goals}
    older = made_by_older_engines(pk for pk, chart in charts_of.items() if chart and chart.has_gaps)
    views = [
        _goal(
            goal,
            plans.get(goal.pk),
            charts_of[goal.pk],
            reached[goal.pk],
            today,
            ended_plan=ended.get(goal.pk),
            has_older_engine=goal.pk in older,
        )
        for goal in goals
    ]
    return sorted(views, key=_urgency)


def _urgency(view: GoalView) -> tuple[Any, ...]:
    """First what needs attention: Unrealistic goals, then those off track; then as they are planned."""
    if not view.is_active:
        return (1,)
    goal = view.goal
    return 0, not view.is_unrealistic, not view.is_off_track, goal.priority_rank, goal.target_date


def _goal(
    goal: Goal,
    plan: ActionPlan | None,
    chart: CheckInChart | None,
    reached: list[int],
    today: date,
    *,
    ended_plan: ActionPlan | None,
    has_older_engine: bool,
) -> GoalView:
    standing = "full" if goal.is_full else _STATUS_WORDS[goal.progress_status_on(today)]
    return GoalView(
        goal=goal,
        plan=plan,
        ended_plan=None if plan else ended_plan,
        standing=standing if goal.status in {Status.ACTIVE, Status.COMPLETED} else goal.status,
        expected=goal.expected_on(today),
        percent=goal.progress_percentage,
        bar=_bar(goal),
        chart=chart,
        has_older_engine=has_older_engine,
        check_ins=goal.check_in_count,
        milestones=reached,
        why=plan.explanation_on(today)["text"] if plan else "",
        alternatives=alternatives_in_words(plan.alternatives) if plan else [],
    )


def _bar(goal: Goal) -> SafeString:
    title = f"{goal.name}: {goal.progress_percentage} % of {amount_in_words(goal.target_amount)}"
    # The chart escapes its text.
    return mark_safe(charts.share(goal.current_amount, goal.target_amount, title=title))  # noqa: S308


def _weeks(mondays: Iterable[date], today: date) -> list[tuple[date, bool]]:
    """The last weeks, oldest first, and whether each counts."""
    counting, this_week = set(mondays), monday_of(today)
    weeks = [this_week - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    return [(monday, monday in counting) for monday in weeks]


def _streak_text(so_far: Streaks) -> str:
    if not so_far.longest:
        return "No streak yet"
    now = f"{counted(so_far.current, 'week')} now" if so_far.current else "No streak now"
    return f"{now}, {counted(so_far.longest, 'week')} at most"


def _trail(person: User) -> list[tuple[str, list[tuple[EntryView, str]]]]:
    """The newest entries of the person's chain and of lists that showed them: what was done, apart from looks."""
    own = AuditEntry.objects.filter(person_id=person.pk).order_by("-sequence")
    deeds = list(own.exclude(IS_LOOK)[:MOST_ENTRIES])
    listed = AuditEntry.objects.filter(pk__in=looks_in_lists(person.pk, most=MOST_ENTRIES))
    both = {entry.pk: entry for entry in (*own.filter(IS_LOOK)[:MOST_ENTRIES], *listed)}
    looks = sorted(both.values(), key=lambda entry: -entry.pk)[:MOST_ENTRIES]
    views = in_words([*deeds, *looks])
    names = goal_names(deeds)
    done = [(view, names.get(view.entry.object_id, "")) for view in views[: len(deeds)]]
    return [("Who did what", done), ("Who looked", [(view, "") for view in views[len(deeds) :]])]
