"""The planning engine alone: CPU milliseconds on one core."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from statistics import median

from planning.engine.dates import calendar_date
from planning.engine.model import Finances, GoalInput, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.vocabulary import PayFrequency

AS_OF = date(2026, 1, 15)
ALLOWED_MS = 50


def inputs(goals: int, months: int) -> PlanInput:
    """So many goals due over so many months, on a surplus that some of them will miss."""
    random = Random(goals * months)
    return PlanInput(
        AS_OF,
        Finances(Decimal("9000.00"), Decimal("3000.00"), Decimal("500.00")),
        tuple(_goal(random, n, months if n == 0 else random.randrange(1, months + 1)) for n in range(goals)),
    )


def on_days(asked: PlanInput) -> PlanInput:
    """The same goals on money with dates: two weeks' pay, a bonus, and expenses of a year and of a quarter."""
    incomes = (
        Flow(Decimal("4153.84"), PayFrequency.BIWEEKLY, AS_OF + timedelta(days=5)),
        Flow(Decimal("3000.00"), PayFrequency.ANNUAL, date(2026, 12, 20)),
    )
    planned = (
        Flow(Decimal("900.00"), PayFrequency.ANNUAL, date(2026, 3, 10)),
        Flow(Decimal("240.00"), PayFrequency.QUARTERLY, date(2026, 2, 1)),
    )
    finances = replace(asked.finances, monthly_income=Decimal("0.00"), incomes=incomes, planned=planned)
    return replace(asked, finances=finances)


def every_year(asked: PlanInput) -> PlanInput:
    """The same with a rate for most goals. Every tenth comes again each year, planned up to six times."""
    rates, goals = [Decimal(rate) for rate in ("0", "2.5", "1.2", "4.05")], []
    for number, goal in enumerate(asked.goals):
        repeat = {} if number % 10 else {"repeat_every_months": 12, "first_date": goal.target_date}
        goals.append(replace(goal, annual_rate=rates[number % len(rates)], **repeat))
    return replace(asked, goals=tuple(goals))


def _goal(random: Random, number: int, months: int) -> GoalInput:
    return GoalInput(
        id=str(number),
        name=f"Goal {number}",
        type="short_term_saving",
        target_amount=Decimal(random.randrange(1_000, 50_000)),
        already_there=Decimal(random.randrange(0, 1_000)),
        target_date=calendar_date(AS_OF, months),
        priority=random.choice(["High", "Medium", "Low"]),
        primary=number == 0,
        created_at=datetime(2025, 12, 1, 0, number // 60 % 60, number % 60, tzinfo=UTC),
        annual_rate=Decimal(random.choice(["0", "2.5"])),
    )


def cpu_ms(work: Callable[[], object], times: int) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return (time.process_time() - started) * 1000

    once()
    return median(once() for _ in range(times))


def measure(*, quick: bool) -> None:
    print("\nEngine: one plan, CPU ms on one core (median)")
    print(f"{'goals':>6} {'months':>7} {'plan':>9} {'alternatives on top':>21}")
    for goals in (10, 100) if quick else (10, 100, 1000):
        for months in (60, 600):
            asked = inputs(goals, months)
            plain = cpu_ms(lambda asked=asked: make_plan(asked, with_alternatives=False), 5 if goals < 1000 else 1)
            told = ""
            if goals == 10 or (goals == 100 and not quick):
                whole = cpu_ms(lambda asked=asked: make_plan(asked), 1)
                told = f"{whole - plain:.0f}"
            print(f"{goals:>6} {months:>7} {plain:>9.1f} {told:>21}")
    _measure_dates()
    print(f"100 goals over 600 months are meant to stay below {ALLOWED_MS} ms, also with money on days.")


def _measure_dates() -> None:
    """100 goals over 600 months with and without dates in turns, so that other load slows all alike."""
    plain = inputs(100, 600)
    asked = {"alike": plain, "money on days": on_days(plain), "cycles and rates too": every_year(on_days(plain))}
    plans = [partial(make_plan, each, with_alternatives=False) for each in asked.values()]
    rounds = [[cpu_ms(plan, 1) for plan in plans] for _ in range(5)]
    alike, *others = map(min, zip(*rounds, strict=True))
    for name, taken in zip([*asked][1:], others, strict=True):
        print(f"{100:>6} {600:>7} {taken:>9.1f} with {name}, {taken / alike:.1f} times as long as without")
