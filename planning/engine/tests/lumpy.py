"""Plans on money with dates, drawn at random, and a second count of that money: every day is listed."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from random import Random

from goals.cycles import cycle_end
from planning.engine.cadence import Cadence
from planning.engine.dates import Calendar
from planning.engine.model import Debt, Finances, GoalInput, PlanInput
from planning.engine.money.flows import Flow
from planning.engine.tests.builders import card, goal, money
from planning.vocabulary import Frequency, PayFrequency

PLANNED = (PayFrequency.ONCE, PayFrequency.MONTHLY, PayFrequency.QUARTERLY, PayFrequency.ANNUAL)


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def days_of(flow: Flow, end: date) -> Iterator[date]:
    """Every day on which a flow comes before `end`, one after the other."""
    for day in sorted(_all_days(flow, end)):
        if day < end and (flow.until is None or day <= flow.until):
            yield day


def _all_days(flow: Flow, end: date) -> Iterator[date]:
    first = flow.next_date
    if flow.frequency == "once":
        yield first
    elif flow.frequency in ("weekly", "biweekly"):
        step = timedelta(days=7 if flow.frequency == "weekly" else 14)
        while first < end:
            yield first
            first += step
    else:
        every = {"semimonthly": 1, "monthly": 1, "quarterly": 3, "annual": 12}[flow.frequency]
        days = [first.day]
        if flow.frequency == "semimonthly":
            days.append(first.day + 15 if first.day <= 15 else first.day - 15)
        year, month = first.year, first.month
        while date(year, month, 1) < end:
            for each in days:
                day = date(year, month, min(each, monthrange(year, month)[1]))
                if day >= first:
                    yield day
            month += every
            year, month = year + (month - 1) // 12, (month - 1) % 12 + 1


def a_flow(random: Random, start: date, frequencies: tuple[PayFrequency, ...], most: int) -> Flow:
    next_date = start + timedelta(days=random.randint(-60, 200))
    until = next_date + timedelta(days=random.randint(0, 500)) if random.random() < 0.3 else None
    amount = Decimal(random.randint(1, most * 100)) / 100
    return Flow(money(amount), random.choice(frequencies), next_date, until, random.choice(["label", None]))


def a_case(
    seed: int,
    *,
    rates: bool = False,
    own_days: bool = False,
    chosen: bool = False,
    debts: bool = False,
    longest: int = 14,
) -> PlanInput:
    """Goals with distinct dates on the money of months that differ, and that can have less than nothing."""
    random = Random(seed)
    as_of = date(2026, 1, 1) + timedelta(days=random.randint(0, 60))
    anchor = (
        max(date(2025, 12, 31), as_of - timedelta(days=random.randint(0, 40))) if random.random() < 0.5 else as_of
    )
    finances = Finances(
        money(random.choice([0, 0, random.randint(0, 300)])),
        money(random.randint(0, 250)),
        money(0),
        tuple(a_flow(random, as_of, tuple(PayFrequency), 400) for _ in range(random.randint(1, 3))),
        tuple(a_flow(random, as_of, PLANNED, 500) for _ in range(random.randint(0, 3))),
    )
    goals = []
    for number in range(random.randint(1, 5)):
        cadence = None
        if own_days and random.random() < 0.5:
            frequency = random.choice(list(Frequency))
            day = random.randint(1, 31 if frequency is Frequency.MONTHLY else 7)
            cadence = Cadence(frequency, day, as_of)
        amount = money(random.randint(1, 150)) if chosen and random.random() < 0.3 else None
        goals.append(
            goal(
                f"{random.randint(1, 2500)}.{random.randint(0, 99):02}",
                name=f"goal {number}",
                priority=random.choice(["High", "Medium", "Low"]),
                target_date=as_of + timedelta(days=random.randint(1, longest * 30)),
                annual_rate=Decimal(random.choice(["0", "3.5", "24"])) if rates else Decimal(0),
                debts=(card(random.randint(1, 900), 12, 0),)
                if rates and not cadence and random.random() < 0.15
                else (),
                already_there=money(random.choice([0, 0, random.randint(0, 300)])),
                cadence=cadence,
                chosen_each=amount if cadence else None,
                chosen_monthly=amount,
            )
        )
    carried_in = money(random.choice([0, 0, random.randint(-200, 400)]))
    if debts:
        owed = tuple(a_debt(random, as_of) for _ in range(random.randint(1, 4)))
        kept = sum((debt.min_payment for debt in owed), money(0))
        finances = replace(
            finances, minimum_payments=kept, monthly_income=finances.monthly_income + kept, debts=owed
        )
    return PlanInput(as_of, finances, tuple(goals), anchor, carried_in=carried_in)


def evenly(case: PlanInput, seed: int) -> PlanInput:
    """The same goals on money without dates: each month leaves the same."""
    left = money(Random(f"even {seed}").randint(10, 400))
    return replace(case, finances=Finances(left, money(0), money(0)), carried_in=abs(case.carried_in))


def with_cycles(case: PlanInput, seed: int, longest: int = 12) -> PlanInput:
    """The same with most of its goals recurring, half of them in a cycle that isn't the first one."""
    random, goals = Random(f"cycles {seed}"), []
    for each in case.goals:
        if not each.debts and random.random() < 0.7:
            repeat = random.choice([months for months in (1, 2, 3, 6, 12) if months <= longest])
            began = case.as_of - timedelta(days=random.randint(0, 25)) if random.random() < 0.5 else None
            goals.append(recurring(each, repeat, began))
        else:
            goals.append(each)
    return replace(case, goals=tuple(goals))


def with_passed_dates(case: PlanInput, seed: int) -> PlanInput:
    """The same with the dates of about half of its goals in the sixty days before, or today."""
    random, goals = Random(f"passed {seed}"), []
    for each in case.goals:
        is_passed = not each.debts and random.random() < 0.5
        passed = case.as_of - timedelta(days=random.randint(0, 60))
        goals.append(replace(each, target_date=passed) if is_passed else each)
    return replace(case, goals=tuple(goals))


def recurring(each: GoalInput, repeat: int, began: date | None) -> GoalInput:
    """The goal recurring: in its first cycle, or in the second one, which `began` when the first one ended."""
    if began is None:
        return replace(each, repeat_every_months=repeat)
    ends = cycle_end(began, repeat, 1)
    return replace(each, repeat_every_months=repeat, starts=began, first_date=began, target_date=ends)


def a_debt(random: Random, start: date) -> Debt:
    """A debt of any kind; what is kept for its minimum may be something else than the next one."""
    balance, rate = money(random.choice([0, random.randint(1, 900)])), Decimal(random.choice(["0", "6", "24.99"]))
    debt = Debt("debt", balance, rate, money(random.randint(0, 200)))
    if random.random() < 0.4:
        percent, floor = Decimal(random.choice(["2", "12.5"])), money(random.randint(1, 60))
        debt = replace(debt, min_payment_percent=percent, min_payment_floor=floor)
    if random.random() < 0.4:
        until = start + timedelta(days=random.randint(-20, 300))
        debt = replace(debt, promo_rate=Decimal(random.choice(["0", "3"])), promo_until=until)
    return debt


def minimums_alone(debt: Debt, calendar: Calendar, months: int) -> list[int]:
    """What a debt is paid at the end of each month, in cents: interest first, then the minimum, capped."""
    cent, owed, paid = Decimal("0.01"), debt.balance, []
    for month in range(1, months + 1):
        is_promoted = debt.promo_until is not None and calendar.day(month) <= debt.promo_until
        rate = debt.promo_rate if is_promoted else debt.annual_rate
        owed += (owed * (rate or 0) / 1200).quantize(cent, ROUND_HALF_UP)
        least = debt.min_payment
        if debt.min_payment_percent is not None:
            of_owed = (owed * debt.min_payment_percent / 100).quantize(cent, ROUND_HALF_UP)
            least = max(debt.min_payment_floor or money(0), of_owed)
        paid.append(cents(min(owed, least)))
        owed -= min(owed, least)
    return paid


class Listed:
    """The money of a plan's first months, in cents, from a list of all days."""

    def __init__(self, inputs: PlanInput, months: int = 100) -> None:
        self.inputs = inputs
        self._starts = [inputs.calendar.day(month) for month in range(months + 1)]
        self._incomes = self._by_month(inputs.finances.incomes)
        self._planned = self._by_month(inputs.finances.planned)
        due = [minimums_alone(debt, inputs.calendar, months + 1) for debt in inputs.finances.debts]
        kept = sum(cents(debt.min_payment) for debt in inputs.finances.debts)
        self._freed = [kept - sum(each[month] for each in due) for month in range(months + 1)]

    def _by_month(self, flows: tuple[Flow, ...]) -> list[list[tuple[date, int]]]:
        months: list[list[tuple[date, int]]] = [[] for _ in self._starts]
        for flow in flows:
            for day in days_of(flow, self._starts[-1]):
                if day >= self._starts[0]:
                    months[bisect_right(self._starts, day) - 1].append((day, cents(flow.amount)))
        return months

    def undated(self, month: int) -> int:
        """The part of a month's money that is there on its first day."""
        even = cents(self.inputs.finances.surplus) + self._freed[month]
        return even - sum(amount for _, amount in self._planned[month])

    def arriving(self, month: int, before: date) -> int:
        """The incomes with dates of a month that arrive before a day."""
        return sum(amount for day, amount in self._incomes[month] if day < before)

    def surplus(self, month: int) -> int:
        return self.undated(month) + self.arriving(month, date.max)

    def by(self) -> list[int]:
        """The money that has come by each month."""
        return list(
            accumulate(map(self.surplus, range(len(self._starts) - 1)), initial=cents(self.inputs.carried_in))
        )
