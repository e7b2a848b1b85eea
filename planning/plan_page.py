"""What the back office's page of a plan shows."""

from __future__ import annotations

from typing import Any, Final

from planning.models import ActionPlan, PlanVersion
from planning.plan_in_words import alternatives_in_words, differences, in_one_sentence, sum_of

MOST_VERSIONS: Final = 100


def plan_page(plan: ActionPlan, *, older: str = "", newer: str = "") -> dict[str, Any]:
    """The plan's reasons, and two versions side by side: those with these numbers, or else the newest two."""
    facts = plan.explanation["facts"]
    # The documents of the two that are compared are read when they are needed.
    versions = list(plan.versions.order_by("-number").defer("inputs", "outputs")[:MOST_VERSIONS])
    right = _version(versions, newer) or versions[0]
    left = _version(versions, older) or next((each for each in versions if each.number < right.number), right)
    return {
        "plan": plan,
        "person": plan.user,
        "currency": plan.user.profile.currency,
        "sentence": in_one_sentence(facts, plan.feasibility),
        "sum": sum_of(facts),
        "facts": facts,
        "alternatives": alternatives_in_words(plan.alternatives),
        "versions": versions,
        "left": left,
        "right": right,
        "differences": differences(left.outputs, right.outputs) if left != right else [],
    }


def _version(versions: list[PlanVersion], number: str) -> PlanVersion | None:
    return next((version for version in versions if str(version.number) == number), None)
