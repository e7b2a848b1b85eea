"""A person's money, cent by cent, written from the planning rules alone: incomes, expenses and debts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

from planning.tests.oracle_dates import calendar_day
from planning.tests.oracle_debts import half_up, interest

IN_A_YEAR = {
    "weekly": 52,
    "biweekly": 26,
    "semimonthly": 24,
    "monthly": 12,
    "quarterly": 4,
    "annual": 1,
}
DAYS = {"weekly": 7, "biweekly": 14}
MONTHS = {"semimonthly": 1, "monthly": 1, "quarterly": 3, "annual": 12}


def in_cents(amount: Any) -> int:
    return round(Fraction(str(amount)) * 100)


def euros(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))


def on(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def days_of(entry: Mapping[str, Any], before: date) -> Iterator[date]:
    """The days before `before` on which an income arrives or an expense comes."""
    first, until, frequency = date.fromisoformat(entry["next_date"]), on(entry.get("until")), entry["frequency"]
    end = min(before, until + timedelta(days=1)) if until else before
    for day in _rhythm(first, frequency, end):
        if first <= day < end:
            yield day


def _rhythm(first: date, frequency: str, end: date) -> Iterator[date]:
    if frequency == "once":
        yield first
        return
    if frequency in DAYS:
        for number in count():
            day = first + timedelta(days=DAYS[frequency] * number)
            if day >= end:
                return
            yield day
    other = first.day + 15 if first.day <= 15 else first.day - 15
    for number in count():
        day = calendar_day(first, MONTHS[frequency] * number)
        if day.replace(day=1) >= end:
            return
        yield day
        if frequency == "semimonthly":
            month = day.replace(day=1)
            last = (calendar_day(month, 1) - timedelta(days=1)).day
            yield day.replace(day=min(other, last))


@dataclass(frozen=True)
class Owed:
    """A debt as the bank has it. `minimum` is fixed, or `percent` of the accrued balance with `floor`."""

    balance: int
    rate: Fraction
    minimum: int
    percent: Fraction | None
    promo_rate: Fraction
    promo_until: date | None
    goal: str | None

    @classmethod
    def told(cls, debt: Mapping[str, Any]) -> Owed:
        percent = debt.get("min_payment_percent")
        return cls(
            balance=in_cents(debt["balance"]),
            rate=Fraction(str(debt["interest_rate_annual"])),
            minimum=in_cents(debt.get("min_payment_floor") if percent else debt["min_payment"]),
            percent=Fraction(str(percent)) if percent else None,
            promo_rate=Fraction(str(debt.get("promo_rate_annual", 0))),
            promo_until=on(debt.get("promo_until")),
            goal=debt.get("goal_id"),
        )

    def as_document(self) -> dict[str, Any]:
        """As a snapshot tells it."""
        told: dict[str, Any] = {
            "type": "other",
            "balance": euros(self.balance),
            "interest_rate_annual": float(self.rate),
            "goal_id": self.goal,
        }
        if self.percent:
            told |= {"min_payment_percent": float(self.percent), "min_payment_floor": euros(self.minimum)}
        else:
            told |= {"min_payment": euros(self.minimum)}
        if self.promo_until:
            told |= {"promo_rate_annual": float(self.promo_rate), "promo_until": self.promo_until.isoformat()}
        return told

    def accrued(self, end: date) -> int:
        """What is owed with the interest of the month that ends on `end`."""
        return self.balance + interest(self.balance, self.rate_of(end))

    def rate_of(self, end: date) -> Fraction:
        """The rate of the month that ends on `end`."""
        return self.promo_rate if self.promo_until and end <= self.promo_until else self.rate

    def due(self, end: date) -> int:
        """The minimum payment on `end`."""
        owed = self.accrued(end)
        by_percent = half_up(owed * self.percent / 100) if self.percent else 0
        return min(owed, max(self.minimum, by_percent))


def pay_all(debts: Sequence[Owed], total: int, end: date) -> list[Owed]:
    """Accrue; pay each its minimum; the rest to the highest rate of the month, ties to the smaller balance."""
    owed = [debt.accrued(end) for debt in debts]
    total = max(total, sum(debt.due(end) for debt in debts))
    for place, debt in enumerate(debts):
        owed[place] -= debt.due(end)
        total -= debt.due(end)
    for place in sorted(range(len(debts)), key=lambda at: (-debts[at].rate_of(end), owed[at], at)):
        paid = min(owed[place], total)
        owed[place] -= paid
        total -= paid
    return [replace(debt, balance=balance) for debt, balance in zip(debts, owed, strict=True)]


def pay_off(debts: Sequence[Owed], amount: int, day: date) -> list[Owed]:
    """So much principal less, between two payment days."""
    owed = [debt.balance for debt in debts]
    for place in sorted(range(len(debts)), key=lambda at: (-debts[at].rate_of(day), owed[at], at)):
        part = min(owed[place], amount)
        owed[place] -= part
        amount -= part
    return [replace(debt, balance=balance) for debt, balance in zip(debts, owed, strict=True)]


@dataclass
class Money:
    """Incomes, expenses and debts that no goal pays off, of the newest snapshot."""

    told: Mapping[str, Any]
    alone: list[Owed]

    @property
    def undated(self) -> int:
        """What incomes without a day come to in a month: a year summed exactly, divided and rounded once."""
        year = sum(
            in_cents(each["amount"]) * IN_A_YEAR[each["frequency"]]
            for each in self.told["incomes"]
            if not each.get("next_date")
        )
        return half_up(Fraction(year, 12))

    def arrives(self, since: date, before: date) -> int:
        return sum(
            in_cents(each["amount"])
            for each in self.told["incomes"]
            if each.get("next_date")
            for day in days_of(each, before)
            if day >= since
        )

    def spent(self, since: date, before: date) -> int:
        """A month's expenses, planned ones too."""
        expenses = self.told["expenses"]
        return in_cents(expenses["total_amount"]) + sum(
            in_cents(each["amount"])
            for each in expenses.get("planned", ())
            for day in days_of(each, before)
            if day >= since
        )

    def income(self, since: date, before: date) -> int:
        return self.undated + self.arrives(since, before)

    def live(self, end: date) -> int:
        """Pay the minimums that are due on `end`; what they come to."""
        due = sum(debt.due(end) for debt in self.alone)
        self.alone = [replace(debt, balance=debt.accrued(end) - debt.due(end)) for debt in self.alone]
        return due

    def surpluses(self, anchor: date, month: int, many: int) -> list[int]:
        """What each of so many months from this one of the calendar leaves, linked debts not counted."""
        ahead, left = replace(self, alone=list(self.alone)), []
        for at in range(month, month + many):
            since, end = calendar_day(anchor, at), calendar_day(anchor, at + 1)
            left.append(self.income(since, end) - self.spent(since, end) - ahead.live(end))
        return left

    @property
    def is_dated(self) -> bool:
        has_days = any(each.get("next_date") for each in self.told["incomes"])
        return has_days or bool(self.told["expenses"].get("planned")) or bool(self.told.get("debts"))
