"""Reads of plans for those who show goals."""

from __future__ import annotations

from typing import Final

from fincred.db.queries import Parameter, PreparedQuery
from planning.models import ActionPlan, Snapshot

# A person has few plans at a time, and asked by person the statement is always the same.
OPEN_PLANS: Final = PreparedQuery(
    ActionPlan.objects.owned_by(Parameter("owner")).open().select_related("goal").newest_first()
)
# What a goal in brief tells of its plan, without the documents; whoever shows it has the goal.
OPEN_PLANS_IN_BRIEF: Final = PreparedQuery(
    ActionPlan.objects.owned_by(Parameter("owner"))
    .open()
    .only("goal", "feasibility", "ended_at", "starts_on", "frequency", "day_of_period", "since")
)
NEWEST_SNAPSHOTS: Final = PreparedQuery(Snapshot.objects.owned_by(Parameter("owner")).newest_first())
