"""All that a person's plans depend on: one round trip, and more only for check-ins that matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from accounts import audit
from accounts.models import User
from accounts.services import lock_user_and_read
from fincred import clock
from fincred.db.queries import BoundQuery, fetch_all
from fincred.errors import ResourceNotFoundError
from fincred.money import ZERO
from goals import transitions
from goals.models import Goal
from goals.vocabulary import GoalType, Kind, Priority, Status
from planning.engine.cadence import Cadence
from planning.engine.dates import Calendar
from planning.engine.model import GoalInput, PlanInput
from planning.entry_names import EntryNames, new_names
from planning.errors import SnapshotRequiredError
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.put_in.debt_months import NOTHING_DUE
from planning.put_in.months import Planned, PlannedMonth
from planning.put_in.paid_off import SnapshotTold
from planning.put_in.snapshot_debts import ClearingGoal, SnapshotDebts
from planning.queries import NEWEST_SNAPSHOTS, NEWEST_VERSIONS, PLANNED_GOALS
from planning.services.present_month import CountedMonths, History, counted_months
from planning.snapshot_contents import SnapshotContents
from planning.versions import Terms, VersionInputs
from planning.vocabulary import ActionPlanType, Frequency

_LONGEST_MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """A person's newest snapshot, active goals in the order in which they are planned, and open plans.

    `plans` and `terms` are by goal, also for goals that aren't active. A service may change the `terms` before it
    plans. `debts` are those of the contents.

    `counted` is the calendar's present month as counted from the `history` of check-ins: of active goals, and of
    others that had a plan in it. `carried_in` is what earlier months kept for it. `planned` is what the newest
    versions say of the months.
    """

    owner: User
    calendar: Calendar
    snapshot: Snapshot | None
    contents: SnapshotContents
    debts: SnapshotDebts
    goals: tuple[Goal, ...]
    plans: Mapping[UUID, ActionPlan]
    terms: Mapping[UUID, Terms]
    counted: CountedMonths
    history: History
    planned: Mapping[UUID, Planned]
    carried_in: Decimal

    @property
    def today(self) -> date:
        return self.calendar.as_of

    @property
    def entry_names(self) -> EntryNames:
        """The names of the newest snapshot's entries; none without a snapshot."""
        return self.snapshot.names if self.snapshot else new_names(SnapshotContents(), 0)

    def with_snapshot(self, snapshot: Snapshot, contents: SnapshotContents) -> PlanningContext:
        """The context with a snapshot that is stored today."""
        at_snapshot = _at_snapshot(snapshot, self.today)
        debts = replace(self.debts, entries=contents.debts, told_on=self.today, at_snapshot=at_snapshot)
        return replace(self, snapshot=snapshot, contents=contents, debts=debts)

    def with_contents(self, contents: SnapshotContents) -> PlanningContext:
        """The context with contents as they are today, so that no check-in is counted on their debts."""
        contents = contents.on(self.today)
        debts = replace(self.debts, entries=contents.debts, told_on=self.today, at_snapshot={})
        return replace(self, contents=contents, debts=debts)

    def with_terms(self, plan: ActionPlan, terms: Terms) -> PlanningContext:
        """The context once this plan, new or not, has these terms."""
        plans, all_terms = {**self.plans, plan.goal_id: plan}, {**self.terms, plan.goal_id: terms}
        return replace(self, plans=plans, terms=all_terms)

    def without_plan(self, plan: ActionPlan) -> PlanningContext:
        """The context once this plan has ended."""
        plans, terms = dict(self.plans), dict(self.terms)
        del plans[plan.goal_id], terms[plan.goal_id]
        return replace(self, plans=plans, terms=terms)

    def with_goals(self, changed: Sequence[Goal]) -> PlanningContext:
        """The context with these goals in the places of the active ones with the same ids.

        One that now has all of its target would be completed. It stays, but nothing is planned for it.
        """
        if not changed:
            return self
        by_id = {goal.id: goal for goal in changed}
        goals = [by_id.get(goal.id, goal) for goal in self.goals]
        done = {
            goal.id: goal.current_amount for goal in changed if goal.is_done and goal.type == GoalType.DEBT_PAYOFF
        }
        counted = self.counted.but(counted_months(changed, self.planned, self.history))
        debts = replace(self.debts, completed={**self.debts.completed, **done})
        active = [goal for goal in goals if goal.status == Status.ACTIVE]
        return replace(self, counted=counted, debts=debts).with_active(active)

    def with_active(self, goals: Sequence[Goal]) -> PlanningContext:
        """The context with these active goals, whose months are counted already."""
        clearing = _clearing(goals, self.counted, self.planned, self.today)
        return replace(self, goals=tuple(goals), debts=replace(self.debts, clearing=clearing))

    def plan(self, plan_id: UUID) -> ActionPlan:
        """:raises ResourceNotFoundError: the person has no such open plan."""
        for plan in self.plans.values():
            if plan.id == plan_id:
                return plan
        raise ResourceNotFoundError

    def month_of(self, goal: Goal) -> PlannedMonth:
        """The present month as the next version of the goal's plan counts it."""
        debts = self.debts.month_of(goal.id)
        return debts.month if debts else self.counted.months[goal.id]

    def plan_input(self) -> PlanInput:
        return PlanInput(
            as_of=self.today,
            finances=replace(self.contents.finances, debts=tuple(each.debt for each in self.debts.paid_alone)),
            goals=tuple(self._goal_input(goal) for goal in self.goals),
            anchor=self.calendar.anchor,
            paid_elsewhere=self._paid_elsewhere() + self._gone_again(),
            carried_in=self.carried_in,
        )

    def _paid_and_there(self, goal: Goal) -> Decimal:
        """The month's payment, as far as it is still there: of a reserve it may have been taken out again.

        0 for a goal with all of its target: its plan asks for nothing, so nothing counts as paid for it.
        """
        paid, there = self.month_of(goal).paid, Decimal(goal.current_amount)
        if goal.is_reached:
            return ZERO
        return min(paid, there) if goal.kind == Kind.RESERVE else paid

    def _paid_elsewhere(self) -> Decimal:
        """What was put this month into goals that are no longer active, and into cycles that have ended."""
        active, months = {goal.id for goal in self.goals}, self.counted.months
        paid = [month.paid for goal_id, month in months.items() if goal_id not in active]
        return sum([*paid, *(month.elsewhere or ZERO for month in months.values())], ZERO)

    def _gone_again(self) -> Decimal:
        """What was put in this month and is gone: into full goals, or out of reserves."""
        going_on = [goal for goal in self.goals if goal.kind != Kind.ONCE or goal.is_done]
        return sum([self.month_of(goal).paid - self._paid_and_there(goal) for goal in going_on], ZERO)

    def _goal_input(self, goal: Goal) -> GoalInput:
        """The goal as the engine takes it."""
        terms, debts = self.terms.get(goal.id), self.debts.month_of(goal.id)
        cadence = None if debts else self._own_cadence(goal)
        due, added = debts.due if debts else NOTHING_DUE, self._paid_and_there(goal)
        return GoalInput(
            id=str(goal.id),
            name=goal.name,
            type=goal.type,
            target_amount=goal.target_amount,
            already_there=goal.current_amount - (debts.principal if debts else added),
            target_date=goal.due_on(self.today),
            priority=Priority(goal.priority),
            primary=goal.primary_flag,
            created_at=goal.created_at,
            annual_rate=goal.annual_rate,
            debts=debts.debts if debts else (),
            chosen_monthly=terms.chosen_monthly if terms else None,
            added=added,
            earning=self.counted.earning.get(goal.id),
            principal=debts.principal if debts else ZERO,
            due=due.amount,
            due_made=due.made,
            due_principal=due.principal,
            cadence=cadence,
            chosen_each=terms.chosen_amount if terms else None,
            is_reserve=goal.kind == Kind.RESERVE,
            repeat_every_months=goal.repeat_every_months,
            first_date=goal.first_date,
            starts=goal.cycle_began_on,
        )

    def _own_cadence(self, goal: Goal) -> Cadence | None:
        """The days on which the goal's plan is paid; None if these are the dates of the calendar."""
        terms = self.terms.get(goal.id)
        calendar_day = (Frequency.MONTHLY, self.calendar.anchor.day)
        if terms is None or (terms.frequency, terms.day_of_period) == calendar_day:
            return None
        return Cadence(terms.frequency, terms.day_of_period, self.plans[goal.id].since)

    def inputs_of(self, goal_id: UUID, plan_input: PlanInput) -> VersionInputs:
        """The inputs that a version of this goal's plan stores."""
        return VersionInputs(
            goal_id=str(goal_id),
            terms=self.terms[goal_id],
            snapshot_id=str(self.snapshot.id) if self.snapshot else None,
            missing=self.contents.missing,
            plan=plan_input,
        )

    def require_snapshot(self) -> None:
        """:raises SnapshotRequiredError: income or expenses are unknown."""
        if self.contents.missing:
            raise SnapshotRequiredError(missing=list(self.contents.missing))


def read_context(*, owner: User, today: date, reaches_back: bool = False) -> PlanningContext:
    """The context as of `today`. Without a snapshot its sections are missing, and count as zero.

    With `reaches_back`, `today` may be before the calendar's anchor: the calendar then counts as begun.
    """
    rows = fetch_all(*context_queries(owner.id, today))
    return _context(owner, today, *rows, reaches_back=reaches_back)


def lock_and_read_context(*, owner: User, today: date) -> tuple[PlanningContext, audit.Chain]:
    """Lock the person's row; the context and the audit chain under that lock, in the same round trip."""
    person, links, *rows = lock_user_and_read(
        owner.id, audit.last_link(owner.id), *context_queries(owner.id, today)
    )
    return _context(person, today, *rows), audit.Chain(person, links)


def context_of_changed_goal(goal: Goal, *, owner: User, today: date) -> PlanningContext:
    """The context with this very `goal` among the active ones, so that the caller's object gets its new pace."""
    context = read_context(owner=owner, today=today)
    return context.with_active([goal if read.id == goal.id else read for read in context.goals])


def context_queries(owner_id: UUID, today: date) -> tuple[BoundQuery[Any], ...]:
    """The reads of a context: three statements, for any number of goals and plans."""
    month_ago = datetime.combine(today - _LONGEST_MONTH, time(), tzinfo=UTC)
    return (
        NEWEST_SNAPSHOTS.bind(owner=owner_id).page(limit=1),
        PLANNED_GOALS.bind(owner=owner_id),
        NEWEST_VERSIONS.bind(owner=owner_id, ended_since=month_ago),
    )


def _context(
    owner: User,
    today: date,
    snapshots: list[Snapshot],
    read: list[Goal],
    versions: Sequence[PlanVersion],
    *,
    reaches_back: bool = False,
) -> PlanningContext:
    goals = [goal for goal in read if goal.status == Status.ACTIVE]
    newest_first = sorted(versions, key=moment_of, reverse=True)
    opened = [version for version in newest_first if version.plan.ended_at is None]
    plans = {version.plan.goal_id: version.plan for version in opened}
    anchor = _anchor([version.plan for version in opened], today)
    if reaches_back and anchor > today:
        anchor = _same_day_before(anchor, today)
    calendar = Calendar(today, anchor)
    today = calendar.as_of
    last_plans = {version.plan.goal_id: version.plan for version in reversed(newest_first)} | plans
    last_plans = {goal_id: plan for goal_id, plan in last_plans.items() if _was_in_force(plan, calendar, owner)}
    known = [*goals, *(plan.goal for plan in last_plans.values())]
    planned = {goal_id: plan.planned for goal_id, plan in last_plans.items()}
    history = History(owner.id, calendar)
    counted = counted_months(known, planned, history)
    snapshot = snapshots[0] if snapshots else None
    contents = snapshot.contents if snapshot else SnapshotContents()
    told_on = _day_of(snapshot.created_at, owner) if snapshot and contents.debts else today
    for goal in goals:
        if goal.id in plans:
            plans[goal.id].goal = goal
    return PlanningContext(
        owner=owner,
        calendar=calendar,
        snapshot=snapshot,
        contents=contents,
        debts=SnapshotDebts(
            calendar=calendar,
            entries=contents.debts,
            told_on=told_on,
            at_snapshot=_at_snapshot(snapshot, told_on) if snapshot else {},
            completed={goal.id: goal.current_amount for goal in read if goal.status == Status.COMPLETED},
            clearing=_clearing(goals, counted, planned, today),
        ),
        goals=tuple(goals),
        plans=plans,
        terms={goal_id: terms_of(plan) for goal_id, plan in plans.items()},
        counted=counted,
        history=history,
        planned=planned,
        carried_in=_carried_in([version.plan for version in newest_first], calendar),
    )


def moment_of(version: PlanVersion) -> tuple[datetime, bool]:
    """A key that sorts by age. Of the same moment, versions of active goals are newer: another goal ended then."""
    return version.created_at, version.plan.goal.status == Status.ACTIVE


def _at_snapshot(snapshot: Snapshot, day: date) -> dict[UUID, SnapshotTold]:
    """By goal, what was paid off when the snapshot was stored on this day."""
    return {
        UUID(goal_id): SnapshotTold(snapshot.created_at, day, Decimal(amount))
        for goal_id, amount in snapshot.paid_off.items()
    }


def _clearing(
    goals: Sequence[Goal], counted: CountedMonths, planned: Mapping[UUID, Planned], today: date
) -> dict[UUID, ClearingGoal]:
    """Those of the goals that pay off debts, by id."""
    return {
        goal.id: ClearingGoal(
            goal.current_amount, goal.due_on(today), counted.check_ins.get(goal.id, ()), planned.get(goal.id)
        )
        for goal in goals
        if goal.type == GoalType.DEBT_PAYOFF and not goal.is_done
    }


def _anchor(newest_first: Sequence[ActionPlan], today: date) -> date:
    """The anchor of the calendar that the plans share; today if none is of an active or paused goal."""
    in_force = (plan for plan in newest_first if plan.goal.status in transitions.OPEN)
    plan = next(in_force, None)
    return (plan.anchor or plan.since) if plan else today


def _same_day_before(anchor: date, today: date) -> date:
    """The day of `anchor`'s calendar in January of the year before, not later than `today`."""
    return min(today, date(max(date.min.year, today.year - 1), 1, anchor.day))


def _carried_in(newest_first: Sequence[ActionPlan], calendar: Calendar) -> Decimal:
    """What the newest open plan on this calendar keeps for the present month; if none is open, the newest one."""
    of_calendar = [plan for plan in newest_first if plan.anchor == calendar.anchor]
    plan = next((plan for plan in of_calendar if plan.ended_at is None), of_calendar[0] if of_calendar else None)
    return plan.carried_into(calendar.start) if plan else ZERO


def _was_in_force(plan: ActionPlan, calendar: Calendar, owner: User) -> bool:
    """Whether the plan was open in the calendar's present month."""
    return plan.ended_at is None or _day_of(plan.ended_at, owner) >= calendar.start


def _day_of(moment: datetime, owner: User) -> date:
    """The day of a moment where the person lives. It may read the profile, which few callers need."""
    return clock.local_day(moment, owner.profile.timezone)


def terms_of(plan: ActionPlan) -> Terms:
    return Terms(
        type=ActionPlanType(plan.type),
        frequency=Frequency(plan.frequency),
        day_of_period=plan.day_of_period,
        chosen_amount=plan.amount if plan.is_chosen else None,
    )
