"""The worked examples of docs/planning.md."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from goals.reserves import planned_for
from planning.engine.cadence import Cadence
from planning.engine.model import GoalInput, GoalPlan
from planning.engine.plan import make_plan
from planning.engine.tests.builders import NEW_YEAR, card, goal, inputs, money
from planning.vocabulary import Frequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "planning.md"
EXAMPLES: Final = [
    json.loads(block, parse_float=Decimal)
    for block in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
]


def goal_of(told: dict[str, Any], number: int) -> GoalInput:
    changes: dict[str, Any] = {"added": money(told.get("added", 0)), "name": str(number)}
    for frequency in Frequency:
        if frequency in told:
            changes["cadence"] = Cadence(frequency, told[frequency], NEW_YEAR)
    if "debt" in told:
        changes["debts"] = (card(*told["debt"]),)
    changes["repeat_every_months"] = told.get("repeat_every_months")
    by = date.fromisoformat(told["by"])
    if "drained_on" in told:
        drained_on = date.fromisoformat(told["drained_on"])
        by = planned_for(by, drained_on, drained_on)
        changes |= {"is_reserve": True, "already_there": money(told["there"])}
    return goal(told["target"], priority=told.get("priority", "Medium"), target_date=by, **changes)


def value_of(made: GoalPlan, name: str) -> Any:
    """The value as the document writes it; `first` and `last` are payments."""
    if name == "payments":
        return [[payment.date.isoformat(), payment.amount] for payment in made.payments]
    if name in {"first", "last"}:
        payment = made.payments[0 if name == "first" else -1]
        return [payment.date.isoformat(), payment.amount]
    value = getattr(made, name)
    return value.isoformat() if isinstance(value, date) else value


class TestExamples:
    def test_are_nine(self) -> None:
        assert len(EXAMPLES) == 9

    @pytest.mark.parametrize("number", range(len(EXAMPLES)))
    def test_are_what_the_engine_plans(self, number: int) -> None:
        told = EXAMPLES[number]
        goals = [goal_of(each, index) for index, each in enumerate(told["goals"])]
        as_of = date.fromisoformat(told.get("as_of", "2026-01-01"))
        made = make_plan(replace(inputs(told["surplus"], *goals, as_of=as_of), anchor=NEW_YEAR)).goals
        for plan, expected in zip(made, told["expect"], strict=True):
            assert {name: value_of(plan, name) for name in expected} == expected
