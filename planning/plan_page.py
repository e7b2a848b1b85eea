"""What the back office's page of a plan shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from fincred.clock import local_day
from planning.engine import codec
from planning.models import ActionPlan, PlanVersion
from planning.plan_in_words import (
    alternatives_in_words,
    differences,
    in_one_sentence,
    load_in_words,
    paydays_in_words,
    sum_of,
)
from planning.services.as_asked import count_what_is_asked
from planning.vocabulary import AlternativeKind

MOST_VERSIONS: Final = 100
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def plan_page(plan: ActionPlan, *, today: date, older: str = "", newer: str = "") -> dict[str, Any]:
    """The plan's reasons, and two versions side by side: those with the numbers `older` and `newer`.

    By default they are the newest one, and the one that was in force 30 days ago, or else the oldest.

    :raises PlanVersion.DoesNotExist: the plan has no version with a number that was asked for.
    """
    count_what_is_asked([plan], owner=plan.user, today=today)
    facts = plan.explanation["facts"]
    # Only the documents of the two that are compared are read, on first use.
    versions = list(plan.versions.order_by("-number").defer("inputs", "outputs")[:MOST_VERSIONS])
    inputs = codec.plan_input_from_json(versions[0].inputs["plan"])
    right = _version(plan, newer) if newer else versions[0]
    zone = plan.user.profile.timezone
    left = _version(plan, older) if older else _in_force(versions, right, today - timedelta(days=30), zone)
    return {
        "plan": plan,
        "left_of_month": plan.left_of_month(today),
        "is_uneven": not plan.is_chosen and _is_uneven(facts),
        "next_payment": next(iter(plan.upcoming(today, most=1)), None),
        "person": plan.user,
        "currency": plan.user.profile.currency,
        "sentence": in_one_sentence(facts, plan.feasibility),
        "sum": sum_of(facts),
        "paydays": paydays_in_words(inputs.finances, inputs.calendar.day(0), facts),
        "load": load_in_words(facts),
        "facts": facts,
        "text": plan.explanation_on(today)["text"],
        "alternatives": alternatives_in_words(plan.alternatives),
        "has_later_date": any(each["kind"] == AlternativeKind.LATER_DATE for each in plan.alternatives),
        "versions": versions,
        "left": left,
        "right": right,
        "differences": differences(left.outputs, right.outputs) if left != right else [],
    }


def _is_uneven(facts: Mapping[str, Any]) -> bool:
    """Whether a month asks for more than the level payment; False if an older engine lacked these figures."""
    highest = facts.get("highest_month", 0)
    return Decimal(highest) > Decimal(facts.get("required_monthly", highest))


def _in_force(versions: list[PlanVersion], right: PlanVersion, day: date, zone: str) -> PlanVersion:
    """Of the versions before `right`, the newest up to that day where the person lives, else the oldest."""
    before = [version for version in versions if version.number < right.number]
    of_day = (version for version in before if local_day(version.created_at, zone) <= day)
    return next(of_day, before[-1] if before else right)


def _version(plan: ActionPlan, number: str) -> PlanVersion:
    """The version with this number, which may be older than those in the list."""
    if not _NUMBER.fullmatch(number):
        raise PlanVersion.DoesNotExist
    return plan.versions.get(number=int(number))
