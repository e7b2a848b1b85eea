"""Reads of goals, each declared once and compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from fincred.db.queries import BoundQuery, Parameter, PreparedQuery
from goals.models import Goal
from goals.vocabulary import Status

GOAL: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).filter(pk=Parameter("goal_id")))
ACTIVE_GOALS: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).active())
# The goal to change, and the active goals, whose number may limit the change: one statement for both.
GOAL_AND_ACTIVE_GOALS: Final = PreparedQuery(
    Goal.objects.owned_by(Parameter("owner")).filter(Q(pk=Parameter("goal_id")) | Q(status=Status.ACTIVE))
)


def goals_of(
    owner: UUID, filters: Mapping[str, Any], ordering: tuple[str, ...]
) -> BoundQuery[Goal] | QuerySet[Goal]:
    """The person's goals that match all filters of `GoalQuerySet.chosen`, in this order."""
    # Not compiled: each database has its own pattern syntax, and each number of values is another statement.
    if "search" in filters or any(len(values) > 1 for values in filters.values()):
        return Goal.objects.filter(user_id=owner).chosen(**filters).order_by(*ordering)
    single = {name: value for name, [value] in filters.items()}
    return _goals_by(frozenset(single), ordering).bind(owner=owner, **single)


@cache
def _goals_by(names: frozenset[str], ordering: tuple[str, ...]) -> PreparedQuery[Goal]:
    """One statement for each combination of filters and ordering."""
    filters: dict[str, Any] = {name: [Parameter(name)] for name in names}
    return PreparedQuery(Goal.objects.owned_by(Parameter("owner")).chosen(**filters).order_by(*ordering))
