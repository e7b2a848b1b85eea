"""Which goal an entry of the audit trail is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import AuditEntry
from goals.models import Goal
from planning.models import ActionPlan
from tracking.models import CheckIn


def goal_names(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """By the id of a goal, of its plan or of a check-in of it that entries are about: what the goal is called."""
    names: dict[str, str] = {}
    for model, name in ((Goal, "name"), (CheckIn, "goal__name"), (ActionPlan, "goal__name")):
        ids = [entry.object_id for entry in entries if entry.object_type == model._meta.model_name]
        if ids:
            rows: Any = model._default_manager.filter(pk__in=ids).values_list("pk", name)
            names |= {str(pk): called for pk, called in rows}
    return names
