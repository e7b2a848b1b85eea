"""What a person has, wants and does, drawn by a seed; readable when printed, and made shorter where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from random import Random
from typing import Any

PRIORITIES = ("High", "Medium", "Low")
ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "America/New_York")
STARTS = ("2026-01-01", "2026-01-31", "2026-02-27", "2026-03-10", "2026-10-15", "2026-11-29", "2027-12-31")
Document = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A goal: what its POST takes beside the date, `days` from when it is wanted, and how it is to be paid.

    `percent` of the required amount are chosen. `debts` are linked to it.
    """

    days: int
    target: float = 0
    priority: str = "Medium"
    kind: str = "once"
    repeat: int | None = None
    rate: float = 0
    has: int = 0
    rhythm: tuple[str, int] | None = None
    percent: int | None = None
    debts: tuple[Document, ...] = ()
    is_primary: bool = False


@dataclass(frozen=True)
class Deed:
    """What is done on a day of the life, with the goal of this index where it is about one."""

    day: int
    name: str
    goal: int = 0
    number: int = 0


@dataclass(frozen=True)
class Script:
    start: date
    zone: str
    money: tuple[Document, ...]
    """The first snapshot and those that replace it, without linked debts."""
    wanted: tuple[Wanted, ...]
    deeds: tuple[Deed, ...]
    until: int

    def __str__(self) -> str:
        lines = [f"from {self.start} in {self.zone}, for {self.until} days"]
        lines += [f"money {index}: {each}" for index, each in enumerate(self.money)]
        lines += [f"goal {index}: {_told(each)}" for index, each in enumerate(self.wanted)]
        lines += [
            f"{self.start + timedelta(days=deed.day)} {deed.name} goal {deed.goal} {deed.number}"
            for deed in self.deeds
        ]
        return "\n".join(lines)


def _told(wanted: Wanted) -> str:
    told = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    return ", ".join(f"{name}={value}" for name, value in told.items() if value)


DEEDS = (
    ("plan", 8),
    ("alternatives", 2),
    ("less", 2),
    ("more", 2),
    ("nothing", 2),
    ("withdraw", 2),
    ("delete", 2),
    ("lower", 2),
    ("pause", 2),
    ("resume", 2),
    ("cancel", 1),
    ("target", 2),
    ("date", 2),
    ("priority", 2),
    ("snapshot", 4),
    ("regenerate", 1),
    ("accept", 3),
    ("take", 2),
    ("choose", 2),
    ("generate", 1),
    ("rhythm", 2),
    ("want", 3),
    ("suggestion", 1),
    ("move", 1),
    ("end", 1),
)


def draw(seed: int) -> Script:
    random = Random(seed)
    start = date.fromisoformat(random.choice(STARTS))
    many = random.randint(1, 4)
    goals = tuple(_goal(random, start) for _ in range(many + 1))
    goals = tuple(
        replace(goal, is_primary=index == 0 and random.random() < 0.2) for index, goal in enumerate(goals)
    )
    until = random.choice([60, 120, 120, 250])
    names = [name for name, weight in DEEDS for _ in range(weight)]
    if random.random() < 0.3:
        names = ["plan"]
    deeds = [
        Deed(random.randint(0, until), random.choice(names), random.randint(0, many), random.randint(0, 100))
        for _ in range(random.randint(2, 9))
    ]
    money = tuple(_money(random, start) for _ in range(3))
    zone = random.choice(ZONES) if random.random() < 0.3 else "UTC"
    return Script(start, zone, money, goals, tuple(sorted(deeds, key=lambda deed: deed.day)), until)


def _goal(random: Random, start: date) -> Wanted:
    days = random.choice([random.randint(3, 60), random.randint(20, 400), random.randint(60, 600)])
    priority = random.choice(PRIORITIES)
    percent = random.choice([50, 100, 100, 150]) if random.random() < 0.2 else None
    if random.random() < 0.2:
        debts = tuple(_debt(random, start, linked=True) for _ in range(random.randint(1, 3)))
        return Wanted(max(days, 40), priority=priority, debts=debts, percent=percent)
    kind = random.choice(["once"] * 6 + ["recurring", "recurring", "reserve"])
    rhythm = None
    if random.random() < 0.35:
        rhythm = random.choice(
            [
                ("weekly", random.randint(1, 7)),
                ("biweekly", random.randint(1, 7)),
                ("monthly", random.randint(1, 31)),
            ]
        )
    return Wanted(
        days,
        target=random.randint(1, 60) * 100 if random.random() < 0.7 else random.randint(500, 400000) / 100,
        priority=priority,
        kind=kind,
        repeat=random.choice([1, 2, 3, 6, 12]) if kind == "recurring" else None,
        rate=random.choice([0, 0, 0, 3.5, 12]) if kind == "once" else 0,
        has=random.randint(1, 500) if random.random() < 0.25 else 0,
        rhythm=rhythm,
        percent=percent,
    )


def _debt(random: Random, start: date, *, linked: bool) -> Document:
    balance = random.randint(100, 5000)
    debt: Document = {
        "type": random.choice(["credit_card", "student_loan"]),
        "balance": balance,
        "interest_rate_annual": random.choice([0, 5.5, 12, 22.99]),
    }
    if random.random() < 0.35:
        debt |= {"min_payment_percent": random.choice([2, 3, 5]), "min_payment_floor": random.randint(10, 60)}
    else:
        debt["min_payment"] = balance // random.choice([20, 30, 40]) + random.randint(5, 30)
    if random.random() < 0.3:
        until = start + timedelta(days=random.randint(20, 300))
        debt |= {"promo_rate_annual": random.choice([0, 1.9]), "promo_until": until.isoformat()}
    return debt


def _money(random: Random, start: date) -> Document:
    """Incomes of which about 100 to 1 500 a month are left, undated, dated, or both."""
    expenses, left = random.randint(5, 25) * 100, random.randint(1, 15) * 100
    debts = [_debt(random, start, linked=False) for _ in range(random.choice([0, 0, 0, 1, 2]))]
    minimums = sum(debt.get("min_payment", 80) for debt in debts)
    needed = expenses + left + minimums
    incomes: list[Document] = []
    style = random.choice(["plain", "dated", "dated", "mixed"])
    if style == "plain":
        incomes.append({"amount": needed, "frequency": "monthly"})
    else:
        frequency, parts = random.choice(
            [("weekly", 4.33), ("biweekly", 2.17), ("semimonthly", 2), ("monthly", 1)]
        )
        first = start - timedelta(days=random.randint(0, 30)) + timedelta(days=random.choice([0, 0, 0, 20]))
        amount = round(needed / parts, random.choice([0, 2]))
        incomes.append({"amount": amount, "frequency": frequency, "next_date": first.isoformat()})
        if style == "mixed":
            incomes.append(
                {"amount": random.randint(5, 60) * 10, "frequency": random.choice(["weekly", "monthly"])}
            )
        if random.random() < 0.3:
            once = start + timedelta(days=random.randint(0, 300))
            incomes.append(
                {"amount": random.randint(2, 40) * 100, "frequency": "once", "next_date": once.isoformat()}
            )
        if random.random() < 0.25:
            until = start + timedelta(days=random.randint(60, 500))
            extra = {"amount": random.randint(1, 8) * 100, "frequency": "monthly", "next_date": start.isoformat()}
            incomes.append(extra | {"until": until.isoformat()})
    planned = []
    if style != "plain" or random.random() < 0.2:
        for _ in range(random.choice([0, 1, 2])):
            first = start + timedelta(days=random.randint(0, 400))
            each = {"amount": random.randint(1, 12) * 50, "next_date": first.isoformat()}
            planned.append(each | {"frequency": random.choice(["once", "monthly", "quarterly", "annual"])})
    return {"incomes": incomes, "expenses": {"total_amount": expenses, "planned": planned}, "debts": debts}


def shrink(script: Script, fails: Callable[[Script], bool], tries: int = 60) -> Script:
    """A shorter life that fails in the same way, found within so many tries."""
    left = tries
    is_shorter = True
    while is_shorter and left > 0:
        is_shorter = False
        for shorter in _shorter(script):
            if left <= 0:
                break
            left -= 1
            if fails(shorter):
                script, is_shorter = shorter, True
                break
    return script


_PLAIN: Document = {"rhythm": None, "percent": None, "has": 0, "rate": 0, "is_primary": False}


def _shorter(script: Script) -> Iterator[Script]:
    yield from _fewer_deeds(script)
    yield from _fewer_goals(script)
    for index, money in enumerate(script.money):
        yield from _less_money(script, index, money)
    for index, wanted in enumerate(script.wanted):
        for name, value in _PLAIN.items():
            if getattr(wanted, name) != value:
                yield _with_wanted(script, index, replace(wanted, **{name: value}))
        if len(wanted.debts) > 1:
            yield _with_wanted(script, index, replace(wanted, debts=wanted.debts[:-1]))
    if script.zone != "UTC":
        yield replace(script, zone="UTC")


def _fewer_deeds(script: Script) -> Iterator[Script]:
    deeds = script.deeds
    size = len(deeds)
    while size:
        for at in range(0, len(deeds), size):
            yield replace(script, deeds=deeds[:at] + deeds[at + size :])
        size //= 2


def _fewer_goals(script: Script) -> Iterator[Script]:
    """The last goal is one that may be wanted later."""
    for index in range(len(script.wanted) - 1):
        left = [deed for deed in script.deeds if deed.goal != index]
        moved = tuple(replace(deed, goal=deed.goal - (deed.goal > index)) for deed in left)
        yield replace(script, wanted=script.wanted[:index] + script.wanted[index + 1 :], deeds=moved)


def _less_money(script: Script, index: int, money: Document) -> Iterator[Script]:
    for name in ("incomes", "debts"):
        for at in range(len(money[name])):
            yield _with_money(script, index, money | {name: money[name][:at] + money[name][at + 1 :]})
    planned = money["expenses"]["planned"]
    for at in range(len(planned)):
        expenses = money["expenses"] | {"planned": planned[:at] + planned[at + 1 :]}
        yield _with_money(script, index, money | {"expenses": expenses})


def _with_wanted(script: Script, index: int, wanted: Wanted) -> Script:
    return replace(script, wanted=(*script.wanted[:index], wanted, *script.wanted[index + 1 :]))


def _with_money(script: Script, index: int, money: Document) -> Script:
    return replace(script, money=(*script.money[:index], money, *script.money[index + 1 :]))
