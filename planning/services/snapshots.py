"""Snapshots: each PUT is a new version; the old ones stay."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.models import User
from accounts.services import lock_user
from fincred.errors import FieldError
from goals.models import Goal
from goals.vocabulary import GoalType
from planning.models import Snapshot
from planning.services.replanning import replan
from planning.snapshot_contents import DebtEntry, SnapshotContents
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)

# What the audit trail may tell of a snapshot: sums, never the person's words.
AUDITED: Final = ("number", "monthly_income", "monthly_expenses", "total_debt", "total_savings")


@transaction.atomic
def store_snapshot(*, owner: User, contents: SnapshotContents, now: datetime, today: date) -> Snapshot:
    """A new version of the person's money; all their plans follow, counted from `today`.

    :raises FieldError: a debt names a goal that is not their own debt_payoff goal.
    """
    lock_user(owner.id)
    require_debt_goals(owner=owner, debts=contents.debts)
    last = Snapshot.objects.owned_by(owner).aggregate(last=Max("number"))["last"]
    snapshot = Snapshot.objects.create(
        user=owner,
        number=(last or 0) + 1,
        **contents.as_json(),
        monthly_income=contents.monthly_income,
        monthly_expenses=contents.monthly_expenses,
        monthly_minimum_payments=contents.monthly_minimum_payments,
        total_debt=contents.total_debt,
        total_savings=contents.total_savings,
        created_at=now,
    )
    audit.record(
        person=owner, action="snapshot.stored", subject=snapshot, now=now, after=audit.fields_of(snapshot, AUDITED)
    )
    logger.info("Snapshot stored", extra={"snapshot_id": snapshot.id})
    replan(owner=owner, reason=Reason.SNAPSHOT_CHANGED, now=now, today=today)
    return snapshot


def require_debt_goals(*, owner: User, debts: Sequence[DebtEntry], path: str = "debts") -> None:
    """A link that the newest snapshot has may stay although its goal has become of another type since.

    :raises FieldError: at the first debt whose goal is not the owner's, or not of type debt_payoff.
    """
    named = {entry.goal_id for entry in debts if entry.goal_id}
    if not named:
        return
    goals = Goal.objects.owned_by(owner).filter(pk__in=named, type=GoalType.DEBT_PAYOFF)
    known: set[UUID | None] = {None, *goals.values_list("pk", flat=True)}
    if not named <= known and (newest := Snapshot.objects.owned_by(owner).newest_first().first()):
        known |= {entry.goal_id for entry in newest.contents.debts}
    for place, entry in enumerate(debts):
        if entry.goal_id not in known:
            raise FieldError(
                field=f"{path}.{place}.goal_id",
                message="Must be one of your own goals of type debt_payoff.",
                code="unknown_goal",
            )
