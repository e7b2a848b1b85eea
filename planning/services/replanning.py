"""New versions of a person's plans: there is one surplus, so a change to one goal may change all of them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from accounts import audit
from accounts.models import User
from fincred.counters import PLAN_VERSIONS, count_on_commit
from fincred.db.id_ranges import ALL, IdRange
from fincred.db.retries import repeatable
from fincred.db.writes import Write, insert, insert_or_update, update, update_each, write_all
from fincred.events import GoalsChanged
from goals.models import Goal
from goals.pace import Pace
from goals.services import set_paces
from planning.engine import ENGINE_VERSION, codec
from planning.engine.model import Plan, PlanInput
from planning.engine.needs import last_month
from planning.engine.plan import make_plan
from planning.models import ActionPlan, PlanVersion
from planning.put_in.months import Step, steps_of
from planning.services.long_plans import make_plan_in_transaction
from planning.services.planning_context import PlanningContext, context_of_changed_goal, lock_and_read_context
from planning.versions import DECIDED, VersionOutputs, compute_outputs, replay
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)

# What the audit trail may hold of a plan: figures and states, never the person's words.
AUDITED: Final = ("version", "amount", "frequency", "feasibility", "shortfall", "is_chosen")

# The other fields of a plan that a new version changes.
_COUNTED: Final = ("anchor", "month", "version", "revision", "updated_at")


@repeatable
def replan_person(*, owner: User, reason: Reason, now: datetime, today: date) -> None:
    """Read what is stored and `replan`, as of `today`."""
    context, chain = lock_and_read_context(owner=owner, today=today)
    replan(context=context, chain=chain, reason=reason, now=now)


def on_goals_changed(event: GoalsChanged) -> None:
    """Plans follow the goals, in the transaction that changed them."""
    context = context_of_changed_goal(event.goal, owner=event.chain.person, today=event.today)
    replan(context=context, chain=event.chain, reason=Reason.GOAL_CHANGED, now=event.now)


def replan(*, context: PlanningContext, chain: audit.Chain, reason: Reason, now: datetime) -> None:
    """Write a new version of each of the person's plans whose outputs change.

    A goal without a plan gets none. Missing sections of the snapshot count as zero, and the explanations say so.
    """
    if context.plans:
        write_changed_versions(context=context, chain=chain, reason=reason, now=now)
    elif noted := _replan_on(context):
        write_all(*noted)


def write_changed_versions(
    *,
    context: PlanningContext,
    chain: audit.Chain,
    reason: Reason,
    now: datetime,
    always: Collection[UUID] = (),
) -> Plan:
    """Plan all goals together and write a version of each open plan whose outputs change.

    Plans of the goals in `always` get one in any case; the reason of a plan's first version is `created`. The
    caller is `repeatable`, holds the lock of the person's row and has read `context` and `chain` under it. Four
    statements in one round trip, for any number of plans; one more where `replan_on` moves.

    :raises ComputeFirstError: the plan takes long to make.
    """
    plan_input = context.plan_input()
    made = make_plan_in_transaction(plan_input)
    plan_document = codec.plan_input_to_json(plan_input)
    versions, paces = [], []
    for goal, goal_plan in zip(context.goals, made.goals, strict=True):
        if goal.id not in context.plans:
            continue
        inputs = context.inputs_of(goal.id, plan_input)
        outputs, plan = compute_outputs(inputs, goal_plan, made.carried), context.plans[goal.id]
        if goal.id in always or outputs != _decided(plan):
            plan.anchor, plan.month = context.calendar.anchor, context.month_of(goal).as_json()
            _take_over(plan, outputs, now)
            versions.append(_version(plan, inputs.as_json(plan_document), outputs.as_json(), reason, now))
            paces.append((goal, Pace.through(goal_plan.pace, goal_plan.cleared)))
    noted = _replan_on(context)
    if versions:
        _store(versions, paces, chain, now, noted)
    elif noted:
        write_all(*noted)
    if not any(goal.id in context.plans for goal in context.goals):
        _keep_for_later(context)
    return made


def _keep_for_later(context: PlanningContext) -> None:
    """If no plan is followed, have the open plans keep all that the months leave from now on.

    They get no new version, and their newest ones count as paid what they asked for.
    """
    carried = codec.plain(steps_of(_left_by_months(context.with_active(()).plan_input())))
    of_calendar = [plan for plan in context.plans.values() if plan.anchor == context.calendar.anchor]
    changed = [plan for plan in of_calendar if plan.carried != carried]
    for plan in changed:
        plan.carried = carried
    if changed:
        write_all(update_each(changed, "carried"))


def _left_by_months(nothing_asked: PlanInput) -> Sequence[Step]:
    """What each month leaves in a plan without goals, as far ahead as a late goal is simulated."""
    made = make_plan(nothing_asked, with_alternatives=False)
    if not nothing_asked.is_dated:
        return made.carried
    months = made.first_months(last_month(nothing_asked.calendar.start))
    return [*made.carried[:1], *((after.since, before.carried) for before, after in pairwise(months))]


def _replan_on(context: PlanningContext) -> list[Write]:
    """Store with the person the first day on which one of today's plans may not say all that is asked for."""
    days = []
    for goal in context.goals:
        if goal.id in context.plans:
            plan = context.plans[goal.id]
            plan.goal = goal
            days.append(plan.says_all_until(context.today))
    person, replan_on = context.owner, min(filter(None, days), default=None)
    if person.replan_on == replan_on:
        return []
    person.replan_on = replan_on
    return [update(person, "replan_on")]


def _decided(plan: ActionPlan) -> VersionOutputs:
    """What its newest version decided."""
    return VersionOutputs(**{name: getattr(plan, name) for name in DECIDED})


def _take_over(plan: ActionPlan, outputs: VersionOutputs, now: datetime) -> None:
    for name in DECIDED:
        setattr(plan, name, getattr(outputs, name))
    plan.version, plan.revision, plan.updated_at = plan.version + 1, plan.revision + 1, now


def _version(plan: ActionPlan, inputs: Any, outputs: Any, reason: Reason, now: datetime) -> PlanVersion:
    return PlanVersion(
        plan=plan,
        number=plan.version,
        reason=Reason.CREATED if plan.version == 1 else reason,
        engine_version=ENGINE_VERSION,
        inputs=inputs,
        outputs=outputs,
        created_at=now,
    )


def _store(
    versions: Sequence[PlanVersion],
    paces: Sequence[tuple[Goal, Pace]],
    chain: audit.Chain,
    now: datetime,
    noted: Sequence[Write],
) -> None:
    """Store the versions, their plans (which may be new), the paces, an audit entry for each plan, and `noted`."""
    plans = [version.plan for version in versions]
    entries = [
        chain.entry(action="action_plan.planned", subject=plan, now=now, after=audit.fields_of(plan, AUDITED))
        for plan in plans
    ]
    write_all(
        insert_or_update(plans, *DECIDED, *_COUNTED),
        insert(*versions),
        set_paces(paces),
        insert(*entries),
        *noted,
    )
    count_on_commit(PLAN_VERSIONS, len(versions))
    logger.info("Plan versions written", extra={"count": len(versions), "reason": versions[-1].reason})


def replay_mismatches(owners: IdRange = ALL) -> Iterator[PlanVersion]:
    """The versions of this engine whose inputs no longer give their outputs. There should be none."""
    versions = PlanVersion.objects.filter(owners.of("plan__user_id"), engine_version=ENGINE_VERSION).order_by("pk")
    for version in versions.iterator(chunk_size=200):
        if replay(version.inputs) != version.outputs:
            yield version
