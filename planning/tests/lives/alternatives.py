"""The alternatives of goals that can't be met, put back into what-if."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from planning.tests.lives.person import Person, require
from planning.tests.lives.script import Document

CENT = Decimal("0.01")


def check_alternatives(person: Person, made: Document) -> None:
    """Each works in a what-if; a cent or a day less doesn't."""
    for goal in made["goals"]:
        for way in goal["alternatives"]:
            for is_enough, question in _questions(goal, way):
                scenario = person.call("post", "planning/what-if", question)["scenario"]
                worse = _worse(made, scenario, goal["goal_id"])
                lacks = next(each["shortfall"] for each in scenario["goals"] if each["goal_id"] == goal["goal_id"])
                works = not lacks and not (worse and way["kind"] == "later_date")
                facts = {
                    "goal": goal["name"],
                    "way": way,
                    "question": question,
                    "lacks": lacks,
                    "worse": worse,
                }
                require(works == is_enough, f"alternative {way['kind']} {is_enough}", **facts)


def _questions(goal: Document, way: Document) -> list[tuple[bool, Document]]:
    if way["kind"] == "more_money":
        extra = way["extra_monthly"]
        return [(True, {"extra_monthly": str(extra)}), (False, {"extra_monthly": str(extra - CENT)})]
    if way["kind"] == "smaller_amount":
        values = [str(way["target_amount"]), str(way["target_amount"] + CENT)]
        name = "target_amount"
    else:
        day = date.fromisoformat(way["target_date"])
        values, name = [day.isoformat(), (day - timedelta(days=1)).isoformat()], "target_date"
    return [
        (is_enough, {"goals": [{"id": goal["goal_id"], name: value}]})
        for is_enough, value in zip((True, False), values, strict=True)
    ]


def _worse(made: Document, scenario: Document, but: str) -> list[str]:
    labels = ("Comfortable", "Tight", "Unrealistic")
    before = {goal["goal_id"]: goal for goal in made["goals"]}
    return [
        goal["name"]
        for goal in scenario["goals"]
        if goal["goal_id"] != but
        and (
            goal["shortfall"] > before[goal["goal_id"]]["shortfall"]
            or labels.index(goal["feasibility"]) > labels.index(before[goal["goal_id"]]["feasibility"])
        )
    ]
