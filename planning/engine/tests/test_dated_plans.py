"""Plans on money with dates, against a second count that lives month by month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest

from planning.engine.cash_flow import CashFlow
from planning.engine.model import Finances, GoalInput, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.engine.solver import solve
from planning.engine.tests.builders import goal, money
from planning.engine.tests.lumpy import Listed, a_case, cents, evenly, with_cycles
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONTHS = 70
RANKS = {"High": 0, "Medium": 1, "Low": 2}
DAY = timedelta(days=1)


def planned(case: PlanInput) -> Plan:
    return make_plan(case, with_alternatives=False)


def months_of(case: PlanInput, each: GoalInput) -> int:
    return max(1, sum(case.calendar.day(month) < each.target_date for month in range(99)))


def served(case: PlanInput) -> list[int]:
    """The positions of the goals in the order of serving; what is due by today comes last."""

    def key(position: int) -> tuple[object, ...]:
        each = case.goals[position]
        return each.target_date <= case.as_of, RANKS[each.priority], each.target_date, each.id

    return sorted(range(len(case.goals)), key=key)


def short_of(case: PlanInput, money: Listed, each: GoalInput) -> int:
    """What arrives in a goal's last month too late for its date."""
    month = months_of(case, each) - 1
    return (
        money.surplus(month)
        - money.undated(month)
        - money.arriving(month, max(each.target_date, case.as_of + DAY))
    )


def needed(each: GoalInput) -> int:
    return max(0, cents(each.target_amount) - cents(each.already_there))


def begins_in(case: PlanInput, each: GoalInput) -> int:
    """The month of the first share: that of the first date from the goal's start on, or else of the start."""
    first = sum(case.calendar.day(month) < (each.starts or case.calendar.start) for month in range(99))
    return min(first, months_of(case, each) - 1)


def lived(case: PlanInput, order: Sequence[int]) -> list[list[int]]:
    """What each goal is paid in each month, from the rules alone: no interest, no days of a goal's own.

    Each cycle of a recurring goal is a goal of the case.
    """
    money, begins = Listed(case, MONTHS + 12), [begins_in(case, each) for each in case.goals]
    months, by = [months_of(case, each) for each in case.goals], money.by()
    late = [short_of(case, money, each) for each in case.goals]
    horizon, horizons, granted = 12, [0] * len(order), [0] * len(order)

    def most(position: int, until: int) -> int:
        n = months[position]
        return max(0, min([by[n] - late[position], *by[n : until + 1]]))

    def due(position: int) -> tuple[int, int]:
        return months[position], -late[position]

    for position in order:
        horizon = horizons[position] = max(horizon, months[position])
        limits = [position, *(other for other in order if granted[other] and due(other) >= due(position))]
        room = min(
            most(limit, horizon) - sum(granted[other] for other in order if due(other) <= due(limit))
            for limit in limits
        )
        granted[position] = max(0, min(needed(case.goals[position]), room))
    paid, left = [[0] * MONTHS for _ in order], list(granted)
    shares = [-(-amount // (n - first)) for amount, n, first in zip(granted, months, begins, strict=True)]
    spent = 0
    for month in range(max(months)):
        in_time = sorted((position for position in order if months[position] > month), key=due)
        for place, position in enumerate(in_time):
            if month < begins[position]:
                continue
            last = month == months[position] - 1
            ahead = horizons[position]
            most_now = most(position, ahead) if last else max(0, min(by[month + 1 : ahead + 1]))
            earlier = [other for other in in_time[:place] if left[other]]
            kept = [
                most(other, horizons[other])
                - spent
                - sum(left[each] for each in in_time[: in_time.index(other) + 1])
                for other in earlier
            ]
            share = left[position] if last else min(shares[position], left[position])
            amount = max(0, min([share, most_now - spent, *kept]))
            paid[position][month] = amount
            left[position] -= amount
            spent += amount
            if amount < share and not last:
                shares[position] = -(-left[position] // (months[position] - month - 1))

    def by_date(position: int) -> tuple[int, int]:
        """The last month of a goal, and what others may have before it, so that the goal is paid by its date."""
        last = months[position] - 1
        at_last = sum(paid[each][last] for each in order if granted[each] and due(each) <= due(position))
        return last, by[last + 1] - late[position] - at_last

    dates = [by_date(position) for position in order if granted[position]]
    missing = [needed(each) - got for each, got in zip(case.goals, granted, strict=True)]
    live_on(case, paid, missing, by, dates)
    return paid


def live_on(
    case: PlanInput, paid: list[list[int]], missing: list[int], by: list[int], dates: list[tuple[int, int]]
) -> None:
    """Pay what goals are missing at their dates after these, month by month; a cycle that is over gets nothing."""
    months = [months_of(case, each) for each in case.goals]
    until, in_plan_order = max(12, *months), sorted(range(len(paid)), key=lambda each: _plan_order(case, each))
    late = [each for each in in_plan_order if not case.goals[each].repeat_every_months and missing[each]]
    gone = list(accumulate((sum(each[month] for each in paid) for month in range(MONTHS)), initial=0))
    for month in range(MONTHS):
        end = until if month < until else month + 12
        for position in (each for each in late if months[each] <= month):
            left_by = [there - taken for there, taken in zip(by, gone, strict=False)]
            dated = [most_before - gone[last] for last, most_before in dates if last > month]
            amount = max(0, min([missing[position], *left_by[month + 1 : end + 1], *dated]))
            paid[position][month] = amount
            missing[position] -= amount
            gone[month + 1 :] = [taken + amount for taken in gone[month + 1 :]]


def _plan_order(case: PlanInput, position: int) -> tuple[object, ...]:
    each = case.goals[position]
    return RANKS[each.priority], each.target_date, each.id


def paid_by_month(plan: Plan) -> list[list[int]]:
    return [[cents(each.amount) for each in made.schedule] for made in plan.goals]


@pytest.mark.parametrize("debts", [False, True])
@pytest.mark.parametrize("seed", range(160))
def test_every_month_without_interest_is_as_the_rules_say(seed: int, debts: bool) -> None:
    """Compared over 50 months: what is lived after that doesn't know of the months beyond its end."""
    case = a_case(seed, debts=debts)
    made = [[*months, *[0] * 50][:50] for months in paid_by_month(planned(case))]
    assert made == [months[:50] for months in lived(case, served(case))]


@pytest.mark.parametrize("kind", ["dated", "with debts", "every month the same"])
@pytest.mark.parametrize("seed", range(60))
def test_every_month_of_each_cycle_is_as_the_rules_say(seed: int, kind: str) -> None:
    case = a_case(seed, debts=kind == "with debts")
    case = with_cycles(evenly(case, seed) if kind == "every month the same" else case, seed, longest=3)
    states = solve(case, Needs(case.calendar))
    alone = replace(case, goals=tuple(state.goal for state in states))
    made = [[*state.trajectory.amounts, *[0] * 50][:50] for state in states]
    assert made == [months[:50] for months in lived(alone, range(len(states)))]


def test_money_is_held_back_for_the_month_that_lacks_most_and_for_none_where_none_lacks() -> None:
    """100 of February are kept for March's insurance; after it nothing is lacking."""
    insurance = Flow(Decimal(400), PayFrequency.ONCE, date(2026, 3, 10), label="insurance")
    finances = Finances(money(300), money(0), money(0), planned=(insurance,))
    case = PlanInput(date(2026, 1, 1), finances, (goal(100, 2),))
    needs = Needs(case.calendar)
    flow = CashFlow.of(case, solve(case, needs), needs)
    assert [amount // 100 for amount in flow.by[:5]] == [0, 300, 600, 500, 800]
    assert flow.lacking(flow.by, 2, flow.horizon) == {
        "held_back_for": date(2026, 3, 1),
        "held_back_for_planned": ["insurance"],
    }
    assert flow.lacking(flow.by, 3, flow.horizon) == {}
