"""Climb from random people to the costliest ones, over the engine alone: real requests take longer to make."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from benchmarks.worst.debts import engine_debt, minimums
from benchmarks.worst.people import Person, changed, day_of, draw, money, percent
from planning.engine.cadence import Cadence, monthly_amount
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.payoff import compare
from planning.engine.model import Finances, GoalInput, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.vocabulary import Frequency, PayFrequency

FIRST: Final = 20
"""So many people are drawn before the costliest of them is changed; later one in ten is drawn anew."""

Measured = Callable[[Person, date], object]


def base(person: Person, today: date) -> object:
    """What is computed while the person's row is locked."""
    return make_plan(_inputs(person, today, person["goals"]), with_alternatives=False)


def plan(person: Person, today: date) -> object:
    return make_plan(_inputs(person, today, person["goals"]))


def what_if(person: Person, today: date) -> object:
    goals = [*person["goals"], *person["new_goals"]]
    return plan(person, today), make_plan(_inputs(person, today, goals))


def payoff(person: Person, today: date) -> object:
    debts = [engine_debt(debt, today) for goal in person["goals"] for debt in goal["debts"]]
    return compare(debts, Budget(Extra(money(person["surplus"]))), today)


AIMS: Final[dict[str, Measured]] = {"base": base, "plan": plan, "what-if": what_if, "debt-payoff": payoff}


def climb(aim: Measured, today: date, seconds: float, seed: int) -> Iterator[tuple[float, Person]]:
    """Each costliest person so far, with the CPU seconds of the aim."""
    random = Random(seed)
    until = time.monotonic() + seconds
    best, worst, tried = draw(random), 0.0, 0
    while time.monotonic() < until:
        tried += 1
        is_new = tried <= FIRST or random.random() < 0.1
        person = draw(random) if is_new else changed(random, best)
        cost = _cpu(aim, person, today)
        if cost > worst and (cost := min(cost, _cpu(aim, person, today))) > worst:
            best, worst = person, cost
            yield cost, person


def _cpu(aim: Measured, person: Person, today: date) -> float:
    started = time.process_time()
    aim(person, today)
    return time.process_time() - started


def _inputs(person: Person, today: date, goals: list[Person]) -> PlanInput:
    kept = minimums(person, today)
    income = money(person["surplus"]) + kept
    flows = _flows(person.get("incomes", ()), today), _flows(person.get("planned", ()), today)
    finances = Finances(income, Decimal("0.00"), kept, *flows)
    stored = len(person["goals"])
    return PlanInput(today, finances, tuple(_goal(goal, n, today, n < stored) for n, goal in enumerate(goals)))


def _flows(flows: Sequence[Person], today: date) -> tuple[Flow, ...]:
    return tuple(
        Flow(
            money(flow["amount"]),
            PayFrequency(flow["frequency"]),
            today + timedelta(days=flow["in"]),
            None if flow["until"] is None else today + timedelta(days=flow["until"]),
        )
        for flow in flows
    )


def _goal(goal: Person, number: int, today: date, is_stored: bool) -> GoalInput:
    debts = tuple(engine_debt(debt, today) for debt in goal["debts"])
    frequency, day = goal["cadence"] or (Frequency.MONTHLY, today.day)
    chosen = money(goal["chosen"]) if goal["chosen"] else None
    return GoalInput(
        id=str(number) if is_stored else None,
        name="goal",
        type="debt_payoff" if debts else "short_term_saving",
        target_amount=money(goal["target"]),
        already_there=Decimal("0.00"),
        target_date=day_of(goal, today),
        priority=goal["priority"],
        created_at=datetime(2026, 1, 1, 0, number, tzinfo=UTC) if is_stored else None,
        annual_rate=percent(goal["rate"]),
        debts=debts,
        chosen_monthly=None if chosen is None else monthly_amount(chosen, Frequency(frequency)),
        chosen_each=chosen,
        cadence=Cadence(Frequency(frequency), day, today) if goal["cadence"] and not debts else None,
        repeat_every_months=goal.get("repeat") or None,
        first_date=day_of(goal, today) if goal.get("repeat") and is_stored else None,
    )
