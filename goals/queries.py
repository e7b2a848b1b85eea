"""Reads of goals, each declared once and compiled once."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, Final

from fincred.db.queries import Parameter, PreparedQuery
from goals.models import Goal

GOAL: Final = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).filter(pk=Parameter("goal_id")))


@cache
def goals_chosen_by(names: AbstractSet[str], ordering: tuple[str, ...]) -> PreparedQuery[Goal]:
    """The person's goals that match what is named, in this order: a statement for each way to ask."""
    given: dict[str, Any] = {name: [Parameter(name)] for name in names}
    return PreparedQuery(Goal.objects.owned_by(Parameter("owner")).chosen(**given).order_by(*ordering))
