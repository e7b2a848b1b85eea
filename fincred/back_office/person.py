"""The page of a person: everything that staff need to answer them, read in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Max
from django.utils.safestring import SafeString, mark_safe

from accounts.audit import looks_in_lists
from accounts.back_office import IS_LOOK, EntryView, in_words, name_of_actor, open_sessions, reason_in_words
from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import AuditEntry, OutgoingMail, SecondFactor, Session, User
from accounts.rate_limits import sign_in_blocked_until
from fincred import clock
from fincred.back_office import charts
from fincred.companion.models import Notification, NotificationPreferences, OutgoingPush
from fincred.companion.vocabulary import Kind
from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words
from goals.models import Goal
from goals.progress import ProgressStatus
from goals.vocabulary import Status
from planning.models import ActionPlan, Snapshot
from planning.plan_in_words import alternatives_in_words
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
    standing: str
    expected: Decimal
    percent: Decimal
    bar: SafeString
    chart: SafeString
    check_ins: int
    milestones: list[int]
    alternatives: list[str]

    @property
    def is_active(self) -> bool:
        return self.goal.status == Status.ACTIVE

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
    goals = _goals(person, today)
    older = max(0, sum(not view.is_active for view in goals) - MOST_OVER)
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
        "older_goals": goals[-older:] if older else [],
        "streaks": streaks(weeks, today),
        "weeks": _weeks(weeks, today),
        "streak_text": _streak_text(streaks(weeks, today)),
        "mails": OutgoingMail.objects.filter(user=person).order_by("-created_at", "-id")[:MOST_MAILS],
        "most_attempts": MAX_MAIL_ATTEMPTS,
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
        entry = (
            AuditEntry.objects.filter(person_id=person.pk, action="person.disabled").order_by("-sequence").first()
        )
        if entry:
            who = name_of_actor(entry) or "an operator"
            why = f": {reason_in_words(entry.reason)}" if entry.reason else ""
            found.append(f"Disabled by {who} on {entry.at:%-d %b %Y}{why}.")
        else:
            found.append("Disabled beside FinCred, so there is no entry that says by whom.")
    if not person.is_verified:
        found.append(f"The address isn't verified; they joined on {person.created_at:%-d %b %Y}.")
    if person.mail_refused_at:
        found.append(
            f"On {person.mail_refused_at:%-d %b %Y} their mail server said that there is no such mailbox."
        )
    if until := sign_in_blocked_until(person.email, now=now):
        found.append(f"Too many attempts: sign-in is refused until {until:%H:%M:%S} UTC.")
    if not person.has_usable_password():
        found.append("They have no password: send the mail for a new one.")
    return found


def _sessions(person: User) -> list[Session]:
    """The newest, each with its last use: when its tokens were refreshed last."""
    rows = Session.objects.filter(user=person).annotate(last_use=Max("refresh_tokens__created_at"))
    return list(rows.order_by("-created_at", "-id")[:MOST_SESSIONS])


def _notifications(person: User) -> list[Notification]:
    """What is planned for them, the soonest first, and what has no next moment at the end."""
    rows = Notification.objects.filter(user=person).select_related("action_plan__goal")
    newest = rows.newest_first()[:MOST_NOTIFICATIONS]
    return sorted(newest, key=lambda row: row.next_send_at or datetime.max.replace(tzinfo=UTC))


def _switched_off(person: User) -> list[str]:
    """The kinds of messages that they don't want."""
    preferences = NotificationPreferences.objects.filter(user=person).first()
    return [kind for kind in Kind if preferences and not getattr(preferences, kind)]


def _goals(person: User, today: date) -> list[GoalView]:
    goals = list(Goal.objects.filter(user=person).order_by("-created_at", "-id"))
    goals.sort(key=lambda goal: goal.updated_at, reverse=True)  # those that ended last are asked about first
    goals.sort(key=_urgency)
    plans = {plan.goal_id: plan for plan in ActionPlan.objects.filter(user=person).open()}
    made: dict[UUID, list[tuple[date, Decimal]]] = defaultdict(list)
    newest = CheckIn.objects.filter(user=person).newest_first()[:MOST_CHECK_INS]
    for check_in in reversed(newest):
        made[check_in.goal_id].append((check_in.check_in_date, check_in.current_amount))
    reached: dict[UUID, list[int]] = defaultdict(list)
    of_the_cycle = Milestone.objects.filter(user=person, cycle=F("goal__cycles_ended"))
    for goal_id, percent in of_the_cycle.order_by("percent").values_list("goal_id", "percent"):
        reached[goal_id].append(percent)
    return [_goal(goal, plans.get(goal.pk), made[goal.pk], reached[goal.pk], today) for goal in goals]


def _urgency(goal: Goal) -> tuple[Any, ...]:
    return (0, goal.priority_rank, goal.target_date) if goal.status == Status.ACTIVE else (1,)


def _goal(
    goal: Goal, plan: ActionPlan | None, made: Sequence[tuple[date, Decimal]], reached: list[int], today: date
) -> GoalView:
    standing = "full" if goal.is_full else _STATUS_WORDS[goal.progress_status_on(today)]
    return GoalView(
        goal=goal,
        plan=plan,
        standing=standing if goal.status in {Status.ACTIVE, Status.COMPLETED} else goal.status,
        expected=goal.expected_on(today),
        percent=goal.progress_percentage,
        bar=_bar(goal),
        chart=_chart(goal, made, today),
        check_ins=goal.check_in_count,
        milestones=reached,
        alternatives=alternatives_in_words(plan.alternatives) if plan else [],
    )


def _bar(goal: Goal) -> SafeString:
    title = f"{goal.name}: {goal.progress_percentage} % of {amount_in_words(goal.target_amount)}"
    # The chart escapes its text.
    return mark_safe(charts.share(goal.current_amount, goal.target_amount, title=title))  # noqa: S308


def _chart(goal: Goal, made: Sequence[tuple[date, Decimal]], today: date) -> SafeString:
    """Check-ins as a line against what was expected, until today."""
    if not made:
        return mark_safe("")
    first = min(made[0][0], goal.started_on)
    step = max(1, (today - first).days // 24)
    days = [first + timedelta(days=ago) for ago in range(0, max(1, (today - first).days) + 1, step)]
    expected = [(day, goal.expected_on(day)) for day in [*days, today]]
    last, by_today = amount_in_words(made[-1][1]), amount_in_words(goal.expected_on(today))
    title = f"{goal.name}: {_check_ins(made)}, the last {last}; expected by today {by_today}"
    top = max(amount for _, amount in (*made, expected[-1]))
    # The chart escapes its texts.
    return mark_safe(charts.lines(made, expected, target=top, title=title))  # noqa: S308


def _check_ins(made: Sequence[tuple[date, Decimal]]) -> str:
    if len(made) == 1:
        return f"1 check-in on {day_in_words(made[0][0])}"
    return f"{len(made)} check-ins from {day_in_words(made[0][0])} to {day_in_words(made[-1][0])}"


def _weeks(mondays: Iterable[date], today: date) -> list[tuple[date, bool]]:
    """The last weeks, oldest first, and whether each counts."""
    counting, this_week = set(mondays), monday_of(today)
    weeks = [this_week - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    return [(monday, monday in counting) for monday in weeks]


def _streak_text(so_far: Streaks) -> str:
    def in_weeks(count: int) -> str:
        return "1 week" if count == 1 else f"{count} weeks"

    return f"{in_weeks(so_far.current)} now, {in_weeks(so_far.longest)} at most"


def _trail(person: User) -> list[tuple[str, list[tuple[EntryView, str]]]]:
    """The newest entries of the person's chain and of lists that showed them: what was done, apart from looks."""
    own = AuditEntry.objects.filter(person_id=person.pk).order_by("-sequence")
    deeds = list(own.exclude(IS_LOOK)[:MOST_ENTRIES])
    listed = AuditEntry.objects.filter(pk__in=looks_in_lists(person.pk, most=MOST_ENTRIES))
    both = {entry.pk: entry for entry in (*own.filter(IS_LOOK)[:MOST_ENTRIES], *listed)}
    looks = sorted(both.values(), key=lambda entry: -entry.pk)[:MOST_ENTRIES]
    views = in_words([*deeds, *looks])
    names = _goal_names(deeds)
    done = [(view, names.get(view.entry.object_id, "")) for view in views[: len(deeds)]]
    return [("Who did what", done), ("Who looked", [(view, "") for view in views[len(deeds) :]])]


def _goal_names(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """By the id of a goal, of its plan or of a check-in of it that entries are about: what the goal is called."""
    names: dict[str, str] = {}
    for model, name in ((Goal, "name"), (CheckIn, "goal__name"), (ActionPlan, "goal__name")):
        ids = [entry.object_id for entry in entries if entry.object_type == model._meta.model_name]
        rows: Any = model._default_manager.filter(pk__in=ids).values_list("pk", name)
        names |= {str(pk): called for pk, called in rows}
    return names
