"""A person's requests, one after the other, each with what it costs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.transaction import Atomic
from django.test import Client

from accounts.models import Profile, Session, User
from accounts.tokens import AccessToken
from benchmarks.worst.debts import minimums, told_debt
from benchmarks.worst.people import Person, day_of, money, percent
from fincred import clock
from fincred.money import MAX_MONEY
from goals.models import Goal
from goals.vocabulary import GoalType, Kind
from planning.engine.dates import calendar_date
from planning.models import ActionPlan

API = "/api/v0/"


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a request in this process, and the most of them in one transaction."""

    cpu: float
    held: float


class Life:
    """The requests of one person, who is made for it."""

    def __init__(self, person: Person) -> None:
        self._person = person
        now = clock.now()
        self._today = now.date()
        self._user = User.objects.create(email=f"{uuid4()}@worst.example", is_verified=True)
        Profile.objects.create(user=self._user, full_name="Worst")
        session = Session.objects.create(user=self._user, created_at=now, expires_at=now + timedelta(days=1))
        token = AccessToken.issue(user_id=self._user.id, session_id=session.id, now=now)
        self._client = Client(headers={"Authorization": f"Bearer {token}", "Host": "127.0.0.1"})
        self._goals = [self._goal(goal, n) for n, goal in enumerate(person["goals"])]
        Goal.objects.bulk_create(self._goals)

    def _goal(self, goal: Person, number: int) -> Goal:
        now = clock.now()
        return Goal(
            user=self._user,
            type=GoalType.DEBT_PAYOFF if goal["debts"] else GoalType.SHORT_TERM_SAVING,
            name=f"Goal {number}",
            target_amount=money(goal["target"]),
            target_date=day_of(goal, self._today),
            priority=goal["priority"],
            annual_rate=percent(goal["rate"]),
            current_amount=Decimal("0.00"),
            started_on=self._today,
            kind=Kind.RECURRING if goal.get("repeat") else Kind.ONCE,
            repeat_every_months=goal.get("repeat") or None,
            first_date=day_of(goal, self._today) if goal.get("repeat") else None,
            created_at=now + timedelta(seconds=number),
            updated_at=now,
        )

    def requests(self) -> Iterator[tuple[str, Cost]]:
        """Each request's name and cost; what isn't named prepares the next one."""
        self._ask("PUT", "snapshot", self._snapshot(1))
        yield "first plan", self._ask("POST", "planning/plan", key=True)
        yield from self._own_terms()
        yield "snapshot", self._ask("PUT", "snapshot", self._snapshot(2))
        yield "plan", self._ask("POST", "planning/plan")
        yield "what-if", self._ask("POST", "planning/what-if", self._question(with_schedule=False))
        yield "what-if, schedules", self._ask("POST", "planning/what-if", self._question(with_schedule=True))
        yield "debt-payoff", self._ask("POST", "planning/debt-payoff", self._budget())
        yield "coach", self._ask("POST", "chat/message", {"message": "Can I afford 99999 by 2199?"})
        to = calendar_date(self._today, 24).isoformat()
        yield "calendar", self._ask("GET", f"planning/calendar?from={self._today}&to={to}")
        yield "suggestions", self._ask("GET", "planning/suggestions")
        for goal in self._goals:
            yield "goal", self._ask("PATCH", f"goals/{goal.id}", {"annual_rate": percent(1)})
            yield "projection", self._ask("GET", f"goals/{goal.id}/projection")
        yield from self._drifted()

    def _budget(self) -> dict[str, Any]:
        """The debts, with an extra for a time and as many single payments as there may be."""
        days = ((self._today + timedelta(days=700 * n)).isoformat() for n in range(50))
        return {
            "debts": self._snapshot(2)["debts"],
            "extra_monthly": money(self._person["surplus"]),
            "extra_from": self._today.isoformat(),
            "extra_until": (self._today + timedelta(days=36_000)).isoformat(),
            "extra_payments": [{"date": day, "amount": money(1)} for day in days],
        }

    def _own_terms(self) -> Iterator[tuple[str, Cost]]:
        plans = {plan.goal_id: plan for plan in ActionPlan.objects.filter(user=self._user)}
        for goal, row in zip(self._person["goals"], self._goals, strict=True):
            terms: dict[str, Any] = {}
            if goal["cadence"] and not goal["debts"]:
                terms["frequency"], terms["day_of_period"] = goal["cadence"]
            if goal["chosen"]:
                terms["amount"] = money(goal["chosen"])
            if terms:
                yield "terms", self._ask("PATCH", f"action-plans/{plans[row.id].id}", terms)

    def _drifted(self) -> Iterator[tuple[str, Cost]]:
        """More is there than planned, which has a proposal; and the last goal is reached."""
        for goal in self._goals:
            part = money(max(1, int(goal.target_amount * 20)))
            yield "check-in", self._ask("POST", f"goals/{goal.id}/check-ins", {"current_amount": part})
        for plan in ActionPlan.objects.filter(user=self._user):
            yield "proposal", self._ask("GET", f"action-plans/{plan.id}/proposal")
            choice = {"choice": "same_contribution"}
            yield "acceptance", self._ask("POST", f"action-plans/{plan.id}/proposal/accept", choice, refusal=409)
        last = {"current_amount": self._goals[-1].target_amount}
        yield "last check-in", self._ask("POST", f"goals/{self._goals[-1].id}/check-ins", last)

    def _snapshot(self, more: int) -> dict[str, Any]:
        debts = [
            told_debt(debt, self._today) | {"goal_id": str(row.id)}
            for goal, row in zip(self._person["goals"], self._goals, strict=True)
            for debt in goal["debts"]
        ]
        income = money(self._person["surplus"] + more) + minimums(self._person, self._today)
        return {
            "incomes": [{"amount": min(income, MAX_MONEY), "frequency": "monthly"}, *self._flows("incomes")],
            "expenses": {"total_amount": 0, "planned": self._flows("planned")},
            "debts": debts,
        }

    def _flows(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "amount": money(flow["amount"]),
                "frequency": flow["frequency"],
                "next_date": (self._today + timedelta(days=flow["in"])).isoformat(),
                "until": flow["until"] and (self._today + timedelta(days=flow["until"])).isoformat(),
            }
            for flow in self._person.get(name, ())
        ]

    def _question(self, *, with_schedule: bool) -> dict[str, Any]:
        new = [
            {
                "name": "New",
                "type": "short_term_saving",
                "target_amount": money(goal["target"]),
                "target_date": day_of(goal, self._today).isoformat(),
                "priority": goal["priority"],
                "annual_rate": percent(goal["rate"]),
                "kind": Kind.RECURRING if goal.get("repeat") else Kind.ONCE,
                "repeat_every_months": goal.get("repeat") or None,
            }
            for goal in self._person["new_goals"]
        ]
        return {"new_goals": new, "extra_monthly": money(1), "include_schedule": with_schedule}

    def _ask(self, method: str, path: str, body: Any = None, *, key: bool = False, refusal: int = 0) -> Cost:
        headers = {"Idempotency-Key": str(uuid4())} if key else {}
        data = json.dumps(body or {}, default=_plain)
        with _held() as held:
            started = time.process_time()
            response = self._client.generic(method, API + path, data, "application/json", headers=headers)
            cpu = time.process_time() - started
        if response.status_code not in (200, 201, refusal):
            raise SystemExit(f"{method} {path}: {response.status_code} {response.content[:500]!r}")
        return Cost(cpu, max(held.seconds))


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


@dataclass(slots=True)
class _Held:
    """CPU seconds of the transactions that hold locks, and when the open ones began."""

    seconds: list[float] = field(default_factory=lambda: [0.0])
    begun: list[float] = field(default_factory=list)
    since: float = 0.0


@contextmanager
def _held() -> Iterator[_Held]:
    """Watch transactions. A lock is held from the innermost block on, until that is undone or all is committed."""
    held = _Held()
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def begin(self: Atomic) -> None:
        enter(self)
        held.since = time.process_time()
        held.begun.append(held.since)

    def end(self: Atomic, kind: Any, error: Any, trace: Any) -> None:
        began = held.begun.pop()
        leave(self, kind, error, trace)
        if kind is not None or not held.begun:
            held.seconds.append(time.process_time() - (began if kind is not None else held.since))

    Atomic.__enter__, Atomic.__exit__ = begin, end  # type: ignore[method-assign]
    try:
        yield held
    finally:
        Atomic.__enter__, Atomic.__exit__ = enter, leave  # type: ignore[method-assign]
