"""Snapshots: each one that is told is a new version, and the old ones stay."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from accounts import audit
from accounts.models import User
from fincred.db.retries import repeatable
from fincred.db.writes import insert, write_all
from fincred.errors import FieldError
from fincred.preconditions import ANY_REVISION, Precondition
from goals.models import Goal
from goals.vocabulary import GoalType
from planning.entry_names import names_after
from planning.models import Snapshot
from planning.services.planning_context import PlanningContext, lock_and_read_context
from planning.services.replanning import replan
from planning.snapshot_contents import DebtEntry, SnapshotContents
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)

# What the audit trail may hold of a snapshot: sums, never the person's words.
AUDITED: Final = ("number", "monthly_income", "monthly_expenses", "total_debt", "total_savings")


@repeatable
def store_snapshot(
    *,
    owner: User,
    contents: SnapshotContents,
    now: datetime,
    today: date,
    expected: Precondition = ANY_REVISION,
) -> Snapshot:
    """A new version of the person's snapshot. All their plans follow, as of `today`.

    :raises PreconditionFailedError: the newest one isn't as `expected`; before the first, its revision is 0.
    :raises FieldError: a debt is linked to a goal that isn't a debt_payoff goal of the person.
    """
    contents = contents.on(today)
    context, chain = lock_and_read_context(owner=owner, today=today)
    newest = context.snapshot.number if context.snapshot else 0
    expected.require(newest)
    names = names_after(contents, newest + 1, before=context.contents, names=context.entry_names)
    require_debt_goals(context=context, debts=contents.debts)
    snapshot = Snapshot(
        user=context.owner,
        number=newest + 1,
        **contents.as_json(),
        monthly_income=contents.income_from(today),
        monthly_expenses=contents.expenses_from(today),
        monthly_minimum_payments=contents.monthly_minimum_payments,
        total_debt=contents.total_debt,
        total_savings=contents.total_savings,
        paid_off=_paid_off_on(contents.debts, context.goals),
        entry_names=names,
        created_at=now,
    )
    after = audit.fields_of(snapshot, AUDITED)
    write_all(
        insert(snapshot), insert(chain.entry(action="snapshot.stored", subject=snapshot, now=now, after=after))
    )
    logger.info("Snapshot stored", extra={"snapshot_id": snapshot.id})
    replan(context=context.with_snapshot(snapshot, contents), chain=chain, reason=Reason.SNAPSHOT_CHANGED, now=now)
    return snapshot


def _paid_off_on(debts: Sequence[DebtEntry], goals: Sequence[Goal]) -> dict[str, Decimal]:
    """By id of those of the goals to which these debts are linked, what is paid off now."""
    linked = {entry.goal_id for entry in debts}
    return {str(goal.id): goal.current_amount for goal in goals if goal.id in linked}


def require_debt_goals(*, context: PlanningContext, debts: Sequence[DebtEntry], path: str = "debts") -> None:
    """Each debt may be linked to its goal. A link of the newest snapshot may stay if the goal's type has changed.

    :raises FieldError: at the first debt whose goal isn't a debt_payoff goal of the person.
    """
    named = {entry.goal_id for entry in debts if entry.goal_id}
    known = {entry.goal_id for entry in context.contents.debts if entry.goal_id}
    known |= {goal.id for goal in context.goals if goal.type == GoalType.DEBT_PAYOFF}
    if not named <= known:
        inactive = Goal.objects.owned_by(context.owner).filter(pk__in=named, type=GoalType.DEBT_PAYOFF)
        known |= set(inactive.values_list("pk", flat=True))
    for index, entry in enumerate(debts):
        if entry.goal_id and entry.goal_id not in known:
            raise FieldError(
                field=f"{path}.{index}.goal_id",
                message="Must be one of your own goals of type debt_payoff.",
                code="unknown_goal",
            )
