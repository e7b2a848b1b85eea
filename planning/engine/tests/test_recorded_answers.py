"""What money without dates, and debts without percentages and promotional rates, led to before: it stays the same.

`recorded_answers.json` was written by the engine before, plans with linked debts again once these freed their
minimum payments (one of them once more when their own money was kept for them until then), three with an amount
that was chosen for a late goal once that went on before the shares of other goals, three once a late goal's
balance in its date's month had no interest of that month, and fourteen once what is granted with interest was no
more than what the payments are. The last plans, of several goals without debts, are those of f50ec7f, before money
had dates. Its inputs are drawn at random. `months` is a digest of all schedules and payments of a plan, `series`
of all that a comparison says.
"""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from planning.engine import codec
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.payoff import Comparison, compare
from planning.engine.model import Debt
from planning.engine.plan import make_plan

pytestmark = [pytest.mark.unit, pytest.mark.planning]

RECORDED: Final = json.loads(Path(__file__).with_name("recorded_answers.json").read_text())


def digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


@pytest.mark.parametrize("recorded", RECORDED["plans"], ids=range(len(RECORDED["plans"])))
def test_a_plan(recorded: Any) -> None:
    plan = make_plan(codec.plan_input_from_json(recorded["inputs"]))
    goals = codec.plan_to_json(plan, with_schedules=True)["goals"]
    payments = [[[each.date.isoformat(), str(each.amount)] for each in goal.payments] for goal in plan.goals]
    months = [[goal["schedule"], paid] for goal, paid in zip(goals, payments, strict=True)]
    assert [
        {name: goal[name] for name in before} for goal, before in zip(goals, recorded["goals"], strict=True)
    ] == (recorded["goals"])
    assert digest(months) == recorded["months"]


def test_a_plan_without_debts_is_among_them_for_several_goals() -> None:
    goals = [each["inputs"]["goals"] for each in RECORDED["plans"]]
    assert sum(len(each) > 1 and not any(one["debts"] for one in each) for each in goals) >= 20


@pytest.mark.parametrize("recorded", RECORDED["plans"][:3], ids=range(3))
def test_a_plan_s_inputs_are_stored_without_new_names(recorded: Any) -> None:
    """The engine's other inputs may get new fields; those of a debt appear where they are given."""
    stored = codec.plan_input_to_json(codec.plan_input_from_json(recorded["inputs"]))
    assert [goal["debts"] for goal in stored["goals"]] == [goal["debts"] for goal in recorded["inputs"]["goals"]]


@pytest.mark.parametrize("recorded", RECORDED["payoffs"], ids=range(len(RECORDED["payoffs"])))
def test_ways_to_pay_off_debts(recorded: Any) -> None:
    found = _compared(recorded)
    document = codec.plain(asdict(found))
    assert not document.pop("minimums_change")
    for strategy in ("avalanche", "snowball"):
        names = ("months", "total_interest", "total_paid", "interest_floor")
        assert [document[strategy][name] for name in names] == recorded[strategy]
    assert document["more"] == recorded["more"]
    assert digest(document) == recorded["series"]


def _compared(recorded: Any) -> Comparison:
    amounts = ("balance", "annual_rate", "min_payment")
    debts = [Debt(**{**debt, **{name: Decimal(debt[name]) for name in amounts}}) for debt in recorded["debts"]]
    return compare(debts, Budget(Extra(Decimal(recorded["extra"]))), date.fromisoformat(recorded["as_of"]))
