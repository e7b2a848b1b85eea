"""Plan inputs for tests: short builders and hypothesis strategies."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from planning.engine.dates import Calendar, calendar_date
from planning.engine.debts.tests.builders import debts_of_every_kind
from planning.engine.model import Debt, Finances, GoalInput, GoalPlan, PlanInput
from planning.engine.plan import make_plan

NEW_YEAR = date(2026, 1, 1)
CALENDAR = Calendar(NEW_YEAR, NEW_YEAR)
STORED = datetime(2025, 12, 1, tzinfo=UTC)


def money(amount: str | int | Decimal) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def goal(target: str | int = 1000, months: int = 12, priority: Any = "Medium", **changes: Any) -> GoalInput:
    """A stored goal with nothing saved, due `months` months after New Year 2026."""
    fields: dict[str, Any] = {
        "id": changes.get("name", "goal"),
        "name": "goal",
        "type": "short_term_saving",
        "target_amount": money(target),
        "already_there": money(0),
        "target_date": calendar_date(NEW_YEAR, months),
        "priority": priority,
        "created_at": STORED,
    }
    return GoalInput(**{**fields, **changes})


def card(balance: str | int | Decimal = 5000, rate: str | int = 12, minimum: str | int = 100) -> Debt:
    return Debt("card", money(balance), Decimal(rate), money(minimum))


def inputs(surplus: str | int, *goals: GoalInput, as_of: date = NEW_YEAR) -> PlanInput:
    """A plan input with these goals, and finances that leave this surplus."""
    income = Decimal(surplus) + 2000
    return PlanInput(as_of, Finances(money(income), money(1800), money(200)), goals)


def planned(surplus: str | int, *goals: GoalInput, with_alternatives: bool = True) -> tuple[GoalPlan, ...]:
    return make_plan(inputs(surplus, *goals), with_alternatives=with_alternatives).goals


def cents(most: int, least: int = 0) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda amount: Decimal(amount).scaleb(-2))


DEBTS = st.builds(
    Debt,
    label=st.just("debt"),
    balance=cents(500_000),
    annual_rate=st.sampled_from(["0", "5.5", "12", "22.99", "60"]).map(Decimal),
    min_payment=cents(20_000),
)
NO_RATE: st.SearchStrategy[str] = st.just("0")
NONE: st.SearchStrategy[Decimal | None] = st.none()
NO_DEBTS: st.SearchStrategy[tuple[Debt, ...]] = st.just(())


def goals(
    *,
    rates: st.SearchStrategy[str] = NO_RATE,
    chosen: st.SearchStrategy[Decimal | None] = NONE,
    debts: st.SearchStrategy[tuple[Debt, ...]] = NO_DEBTS,
) -> st.SearchStrategy[tuple[GoalInput, ...]]:
    """Up to six goals, due from a month ago to three years ahead."""
    one = st.builds(
        GoalInput,
        id=st.none(),
        name=st.just("goal"),
        type=st.just("short_term_saving"),
        target_amount=cents(500_000, least=1),
        already_there=st.just(money(0)) | cents(200_000),
        target_date=st.dates(date(2025, 12, 1), date(2028, 12, 31)),
        priority=st.sampled_from(["High", "Medium", "Low"]),
        primary=st.booleans(),
        created_at=st.sampled_from([None, STORED, STORED - timedelta(days=1)]),
        annual_rate=rates.map(Decimal),
        debts=debts,
        chosen_monthly=chosen,
    )
    return st.lists(one, min_size=1, max_size=6).map(tuple)


def plan_inputs(
    drawn: st.SearchStrategy[tuple[GoalInput, ...]], surplus: st.SearchStrategy[Decimal] | None = None
) -> st.SearchStrategy[PlanInput]:
    def build(amount: Decimal, day: date, these: tuple[GoalInput, ...]) -> PlanInput:
        return inputs(str(amount), *these, as_of=day)

    amounts = surplus if surplus is not None else cents(100_000, least=-10_000)
    return st.builds(build, amounts, st.dates(date(2026, 1, 1), date(2026, 3, 31)), drawn)


WITHOUT_INTEREST = goals()
WITH_INTEREST = goals(rates=st.sampled_from(["0", "0.5", "3.25", "12", "60"]))
OF_EVERY_KIND = goals(
    rates=st.sampled_from(["0", "5", "30"]),
    chosen=st.none() | cents(50_000),
    debts=st.just(())
    | st.tuples(DEBTS)
    | st.tuples(DEBTS, DEBTS)
    | debts_of_every_kind(500_000, most=2).map(tuple),
)
