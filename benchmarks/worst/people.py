"""People whose numbers are all valid and mostly not sensible, as plain documents; and small changes of them.

Amounts are in cents, rates and percentages in ten-thousandths of a percent, days are counted from today. A debt
with `percent` has `minimum` as its floor. A goal with `repeat` recurs every so many months. `incomes` and
`planned` (expenses) have dates; people that were kept before have neither.
"""

from __future__ import annotations

import copy
import math
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from goals.vocabulary import Priority
from planning.vocabulary import Frequency, PayFrequency

Person = dict[str, Any]

STORED: Final = 5
MOST_GOALS: Final = 100
MOST_DEBTS: Final = 50
MOST_FLOWS: Final = 49
"""One income has no date: what the other numbers were made from."""
PLANNED: Final = (PayFrequency.ONCE, PayFrequency.MONTHLY, PayFrequency.QUARTERLY, PayFrequency.ANNUAL)
MOST_CENTS: Final = 10**14 - 1
MOST_RATE: Final = 10**7
CENTURY: Final = 36_600
MOST_DAYS: Final = 63_000
RATES: Final = (0, 1, 5_000, 25_000, 120_000, 600_000, 9_510_000, MOST_RATE)


def draw(random: Random) -> Person:
    """A person; with every second one the goals take about all of the surplus, which is where plans are hard.

    Every third one has sensible numbers, which can't all be met.
    """
    if random.random() < 1 / 3:
        return _sensible(random)
    stored = [_goal(random, own=random.random() < 0.8) for _ in range(STORED)]
    new = [_goal(random, own=False) for _ in range(random.choice([0, 5, MOST_GOALS - STORED]))]
    person: Person = {"surplus": _amount(random), "goals": stored, "new_goals": new}
    if random.random() < 0.5:
        _make_tight(random, person)
    if random.random() < 0.5:
        person["incomes"] = _flows(random, tuple(PayFrequency))
        person["planned"] = _flows(random, PLANNED)
    return _with_allowed_debts(person)


def _make_tight(random: Random, person: Person) -> None:
    goals = [*person["goals"], *person["new_goals"]]
    part = person["surplus"] * random.choice([0.5, 0.9, 1, 1.01, 2]) / len(goals)
    for goal in goals:
        months, i = min(1200, max(1, goal["days"] // 30)), goal["rate"] / 12e6
        grown = math.expm1(min(600, months * math.log1p(i))) / i if i else months
        goal["target"] = _within(part * grown)
        if goal["chosen"]:
            goal["chosen"] = _within(part)
        for debt in goal["debts"]:
            debt["balance"] = _within(part * months / len(goal["debts"]))


def _sensible(random: Random) -> Person:
    """Paid once a month and with a bonus, who wants more in some months or years than that pays for."""
    new = [0, 5, 20, MOST_GOALS - STORED]
    goals = [_sensible_goal(random, own=True) for _ in range(STORED)]
    others = [_sensible_goal(random, own=False) for _ in range(random.choice(new))]
    months = sum(30 * goal["target"] // goal["days"] for goal in [*goals, *others])
    income = _within(months * random.choice([0.4, 0.7, 0.9]))
    return {
        "surplus": random.choice([1, income]),
        "goals": goals,
        "new_goals": others,
        "incomes": [
            {"amount": income, "frequency": PayFrequency.MONTHLY.value, "in": 20, "until": None},
            {"amount": income, "frequency": PayFrequency.ANNUAL.value, "in": 120, "until": None},
        ],
        "planned": [{"amount": income, "frequency": PayFrequency.ANNUAL.value, "in": 200, "until": None}],
    }


def _sensible_goal(random: Random, *, own: bool) -> Person:
    frequency = random.choice(list(Frequency))
    has_days, has_amount = own and random.random() < 0.5, own and random.random() < 0.5
    return {
        "target": random.randrange(50_000, 6_000_000),
        "days": random.randrange(90, 30 * random.choice([24, 60, 240])),
        "rate": random.choice([0, 0, 20_000, 40_000]),
        "priority": random.choice(list(Priority)).value,
        "debts": [],
        "cadence": [frequency.value, random.randint(1, 7)] if has_days or has_amount else None,
        "chosen": random.randrange(1_000, 30_000) if has_amount else 0,
        "repeat": random.choice([0, 0, 0, 12]),
    }


def changed(random: Random, person: Person) -> Person:
    """The person with one to four things changed."""
    person = copy.deepcopy(person)
    for _ in range(random.choice([1, 1, 2, 4])):
        goals = person[random.choice(["goals", "goals", "new_goals"])] or person["goals"]
        goal = random.choice(goals)
        what = random.randrange(10)
        if what == 0:
            person["surplus"] = _near(random, person["surplus"])
        elif what == 1:
            goals[goals.index(goal)] = _goal(random, own=goals is person["goals"])
        elif what == 2:
            goal["days"] = _days(random)
        elif what == 3:
            goal["rate"] = _rate(random)
        elif what == 4:
            goal["target"] = _near(random, goal["target"])
        elif what == 5:
            person["incomes"] = _flows(random, tuple(PayFrequency))
        elif what == 6:
            person["planned"] = _flows(random, PLANNED)
        elif goal["debts"]:
            _change_debts(random, goal["debts"])
    return _with_allowed_debts(person)


def _with_allowed_debts(person: Person) -> Person:
    """With fewer or smaller debts where a snapshot may not have as many or as much."""
    for goal in person["goals"]:
        others = sum(len(other["debts"]) for other in person["goals"] if other is not goal)
        del goal["debts"][max(0, MOST_DEBTS - others) :]
    debts = [debt for goal in person["goals"] for debt in goal["debts"]]
    owed = sum(debt["balance"] for debt in debts)
    # All of a debt may be due, with a month of interest at the highest rate.
    most = MOST_CENTS // 2 if any(debt.get("percent") for debt in debts) else MOST_CENTS
    for debt in debts if owed > most else ():
        debt["balance"] = max(1, debt["balance"] * (most - MOST_DEBTS) // owed)
    return person


def _change_debts(random: Random, debts: list[Person]) -> None:
    debt = random.choice(debts)
    what = random.randrange(4)
    if what == 0:
        debts.append(random.choice([dict(debt), _debt(random)]))
    elif what == 1:
        _change_debt(random, debt)
    elif what == 2:
        for other in debts:
            other["promo"] = _promo(random)
    else:
        name = random.choice(["rate", "promo", "percent"])
        for other in debts:
            other[name] = debt[name]


def _change_debt(random: Random, debt: Person) -> None:
    name = random.choice(["rate", "balance", "minimum", "percent", "promo"])
    new = _debt(random) | {"balance": _near(random, debt["balance"])}
    debt[name] = new[name]


def _goal(random: Random, *, own: bool) -> Person:
    """A goal; with `own` it may have debts, days of its own or a chosen amount, as only stored goals can."""
    kind = random.choice(["saving", "debts", "days"]) if own else "saving"
    frequency = random.choice(list(Frequency))
    last = 31 if frequency == Frequency.MONTHLY else 7
    return {
        "target": _amount(random),
        "days": _days(random),
        "rate": _rate(random),
        "priority": random.choice(list(Priority)).value,
        "debts": [_debt(random) for _ in range(random.choice([1, 3, 10, 10, 50]))] if kind == "debts" else [],
        "cadence": [frequency.value, random.randint(1, last)] if kind == "days" else None,
        "chosen": _amount(random, 10**9) if own and random.random() < 0.2 else 0,
        "repeat": random.choice([1, 12, 120]) if kind != "debts" and random.random() < 0.2 else 0,
    }


def _flows(random: Random, frequencies: tuple[PayFrequency, ...]) -> list[Person]:
    """Few or as many as there may be; all in one rhythm or each in its own."""
    same = random.choice([None, *frequencies])
    return [
        {
            "amount": _amount(random, 10**9),
            "frequency": (same or random.choice(frequencies)).value,
            "in": random.randrange(400),
            "until": random.choice([None, None, None, _days(random) + 400]),
        }
        for _ in range(random.choice([0, 1, 3, MOST_FLOWS]))
    ]


def _debt(random: Random) -> Person:
    return {
        "balance": _amount(random),
        "rate": _rate(random),
        "minimum": random.choice([0, 0, _amount(random, 10**7)]),
        "percent": random.choice([0, _percent(random)]),
        "promo": random.choice([None, _promo(random)]),
    }


def _percent(random: Random) -> int:
    return random.choice([0, 1, 10_000, 800_000, 10**6, random.randrange(1, 10**6)])


def _promo(random: Random) -> list[int]:
    """The rate, and the days for which it holds."""
    return [_rate(random), _days(random)]


def _amount(random: Random, most: int = MOST_CENTS) -> int:
    return _within(math.exp(random.uniform(0, math.log(most))))


def _near(random: Random, cents: int) -> int:
    if random.random() < 0.4:
        return _amount(random)
    return _within(cents * random.choice([0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 10]))


def _within(cents: float) -> int:
    return max(1, min(MOST_CENTS, int(cents)))


def _rate(random: Random) -> int:
    return random.choice([*RATES, int(math.exp(random.uniform(0, math.log(MOST_RATE))))])


def _days(random: Random) -> int:
    return random.choice([CENTURY, random.randrange(1, MOST_DAYS), random.randrange(1, 4_000)])


def money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def percent(rate: int) -> Decimal:
    return Decimal(rate).scaleb(-4)


def day_of(goal: Person, today: date) -> date:
    return today + timedelta(days=goal["days"])
