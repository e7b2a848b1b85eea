"""What is asked: each workload is a list of calls that is gone through round and round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.data import PASSWORD, Caller
from benchmarks.load import CONNECTIONS, Call


@dataclass(frozen=True, slots=True)
class Workload:
    """`compared` answers are the same from all contenders; those with a new id or moment can't be."""

    name: str
    calls: Sequence[Call]
    beside: frozenset[str]
    compared: bool = True
    connections: int = CONNECTIONS


ALL = frozenset({"fastapi", "ninja", "stock drf", "the limit"})
FULL = frozenset({"fastapi", "stock drf"})


def _of_goals(callers: Sequence[Caller], path: str, method: str = "GET", body: str = "") -> list[Call]:
    """Round the people first, so that tokens take turns."""
    return [
        Call(method, path.format(caller.goal_ids[place]), caller.token, body)
        for place in range(len(callers[0].goal_ids))
        for caller in callers
    ]


def _of_people(callers: Sequence[Caller], path: str, method: str = "GET") -> list[Call]:
    return [Call(method, path, caller.token) for caller in callers]


def reads(callers: Sequence[Caller]) -> list[Workload]:
    history = "/api/v0/goals/{}/check-ins"
    return [
        Workload("list goals", _of_people(callers, "/api/v0/goals"), ALL),
        Workload("read a goal", _of_goals(callers, "/api/v0/goals/{}"), ALL),
        Workload("dashboard", _of_people(callers, "/api/v0/dashboard"), FULL),
        Workload("history, page 1", _of_goals(callers, history + "?limit=10"), FULL),
        Workload("history, deep", _of_goals(callers, history + "?limit=5&offset=15"), FULL),
    ]


def writes(callers: Sequence[Caller]) -> list[Workload]:
    check_ins = [
        Call("POST", f"/api/v0/goals/{caller.goal_ids[place]}/check-ins", caller.token, body)
        for place in range(len(callers[0].goal_ids))
        for caller in callers
        for body in [json.dumps({"current_amount": 21 + place, "reflection": "Went well."})]
    ]
    logins = [
        Call("POST", "/api/v0/auth/login", body=json.dumps({"email": caller.email, "password": PASSWORD}))
        for caller in callers
    ]
    plans = _of_people(callers, "/api/v0/planning/plan", "POST")
    # Another income each time round, so that all plans are made again.
    snapshots = [
        Call("PUT", "/api/v0/snapshot", caller.token, json.dumps(_snapshot(income)))
        for income in (6100, 6200, 6300)
        for caller in callers
    ]
    return [
        Workload("record a check-in", check_ins, FULL, compared=False),
        Workload("replace a snapshot", snapshots, frozenset(), compared=False, connections=4),
        Workload("plan", plans, frozenset(), compared=False, connections=4),
        Workload("login", logins, FULL, compared=False, connections=4),
    ]


def _snapshot(income: int) -> dict[str, object]:
    return {
        "incomes": [{"amount": income, "frequency": "monthly", "source_label": "Salary"}],
        "expenses": {"total_amount": 2000},
    }


def growth(callers: Sequence[Caller], rows: int) -> list[Workload]:
    """What must not grow with the check-ins of a goal; the deep page for what it costs instead."""
    history = "/api/v0/goals/{}/check-ins"
    period = "?from=2026-01-01&to=2026-01-31&limit=10"
    return [
        Workload("list goals", _of_people(callers, "/api/v0/goals"), frozenset()),
        Workload("dashboard", _of_people(callers, "/api/v0/dashboard"), frozenset()),
        Workload("history, page 1", _of_goals(callers, history), frozenset()),
        Workload("history, a month of it", _of_goals(callers, history + period), frozenset()),
        Workload(
            "history, deepest page", _of_goals(callers, f"{history}?offset={max(0, rows - 20)}"), frozenset()
        ),
    ]
