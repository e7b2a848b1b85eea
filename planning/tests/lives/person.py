"""A person over HTTP, who does each day what their plan asks, with a bank of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from conftest import client_of
from planning.tests.lives.bank import Money, Owed, in_cents, pay_all, pay_off
from planning.tests.lives.script import Document, Script, Wanted
from planning.tests.oracle_dates import calendar_day, present_month
from planning.tests.oracle_debts import interest

API = "/api/v0/"


class FaultError(AssertionError):
    """What the person was told isn't true. `kind` says which rule it breaks."""

    def __init__(self, kind: str, **facts: object) -> None:
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{kind}: {told}")
        self.kind = kind


def require(condition: object, kind: str, **facts: object) -> None:
    if not condition:
        raise FaultError(kind, **facts)


def euros(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2))


@dataclass
class Account:
    """What is put in for a goal. `told` is its amount by check-ins, `earning` what earns the month's interest."""

    index: int
    id: str
    wanted: Wanted
    target: int
    by: date
    balance: int = 0
    told: int = 0
    earning: int = 0
    credited: date | None = None
    debts: list[Owed] = field(default_factory=list)
    minimums: int = 0
    """Of its debts, as `Person.keeps` takes them up to its date."""
    status: str = "active"
    plan: str | None = None
    planned_on: date | None = None
    paid: int = 0
    """As asked in the present month, less what was taken out again."""
    was_taken_out: bool = False
    """Whether more was taken out in the present month than was put in."""
    check_ins: list[tuple[date, str]] = field(default_factory=list)


class Person:
    """Lives by a script. `told` (in `planning.tests.lives.told`) adds what is compared."""

    def __init__(self, user: User, clock: Any, script: Script) -> None:
        self.user, self.clock, self.script = user, clock, script
        self.zone, self.day = script.zone, script.start
        self.accounts: dict[str, Account] = {}
        self.money_index = 0
        self.anchor: date | None = None
        self.log: list[str] = []
        self.plans: dict[str, Document] = {}
        self.past = self.paid = 0
        """What earlier months of the calendar have left, and what goals were paid in this one, as asked."""
        self.paid_today = 0
        self.is_exact = True
        """Whether all was paid as it was asked for, so that the plan has to count the same money."""
        self.share = Fraction(1)
        self.is_replanned = False
        """Whether a check-in has had plans made again, which may ask other goals for more today."""
        self.wake(hour=9)
        if self.zone != "UTC":
            self.call("patch", "users/me/profile", {"timezone": self.zone})
            self.wake(hour=9)

    # Over HTTP

    def wake(self, hour: int) -> None:
        moment = datetime(self.day.year, self.day.month, self.day.day, hour, tzinfo=ZoneInfo(self.zone))
        moment = moment.astimezone(UTC)
        self.clock.move_to(moment, tick=False)
        self.client = client_of(self.user)

    def call(self, method: str, path: str, body: object = None, *, may_fail: bool = False) -> Any:
        """The answer, with exact amounts; None where it was refused and may be."""
        if method != "get":
            self.clock.shift(1)
            self.log.append(f"{self.day} {method.upper()} {path} {json.dumps(body)}")
        arguments = {} if body is None else {"data": body, "format": "json"}
        response = getattr(self.client, method)(API + path, **arguments)
        if response.status_code >= 400:
            is_refusal = may_fail and response.status_code in (400, 404, 409)
            require(
                is_refusal,
                f"refused {path.split('?', maxsplit=1)[0].rstrip('0123456789abcdef-')}",
                path=path,
                body=body,
                answer=response.content,
            )
            self.log.append(f"    refused: {response.content.decode()[:200]}")
            return None
        return json.loads(response.content, parse_float=Decimal) if response.content else {}

    def read_plans(self) -> dict[str, Document]:
        self.plans = {plan["goal_id"]: plan for plan in self.call("get", "action-plans")}
        for goal, plan in self.plans.items():
            self.accounts[goal].plan = plan["id"]
        return self.plans

    def read_goals(self) -> None:
        """Take over what the goals' dates and statuses are: their doors answer these, too."""
        for goal in self.call("get", "goals"):
            account = self.accounts[goal["id"]]
            account.status, account.by = goal["status"], date.fromisoformat(goal["target_date"])
            account.target = in_cents(goal["target_amount"])
            current = in_cents(goal["current_amount"])
            require(current == account.told, "amount of a goal", told=account.told, is_told=current)

    # The calendar

    @property
    def month(self) -> int:
        assert self.anchor is not None
        return max(0, present_month(self.anchor, self.day))

    def begins(self, month: int) -> date:
        assert self.anchor is not None
        return calendar_day(self.anchor, month)

    @property
    def is_first_of_month(self) -> bool:
        return self.anchor is not None and self.day == self.begins(self.month)

    @property
    def active(self) -> Iterator[Account]:
        return (account for account in self.accounts.values() if account.status == "active")

    # Money

    def tell_money(self, index: int) -> None:
        """A snapshot with these incomes and expenses, and each debt as the bank has it."""
        self.money_index = index % len(self.script.money)
        told = self.script.money[self.money_index]
        linked = [
            self._as_told(owed)
            for account in self.accounts.values()
            for owed in account.debts
            if account.status in ("active", "paused") and owed.balance
        ]
        body = {**told, "debts": [*told["debts"], *linked]}
        self.call("put", "snapshot", body)
        self.money = Money(body, [Owed.told(debt) for debt in told["debts"]])
        for account in self.accounts.values():
            if account.debts:
                account.debts = [owed for owed in account.debts if owed.balance]
                account.minimums = self._first_minimums(account)

    def _as_told(self, owed: Owed) -> Document:
        told: Document = {
            "type": "other",
            "balance": euros(owed.balance),
            "interest_rate_annual": float(owed.rate),
            "goal_id": owed.goal,
        }
        if owed.percent:
            told |= {"min_payment_percent": float(owed.percent), "min_payment_floor": euros(owed.minimum)}
        else:
            told |= {"min_payment": euros(owed.minimum)}
        if owed.promo_until:
            told |= {"promo_rate_annual": float(owed.promo_rate), "promo_until": owed.promo_until.isoformat()}
        return told

    def _first_minimums(self, account: Account) -> int:
        """What months up to a goal's date keep for its debts: the minimums of the snapshot's first month.

        A percentage is of what is owed then; what is fixed is kept in full.
        """
        end = calendar_day(self.anchor or self.day, self.month + 1 if self.anchor else 1)
        return sum(owed.due(end) if owed.percent else owed.minimum for owed in account.debts)

    def keeps(self, account: Account) -> int:
        """What the month that ends today keeps for a goal's debts, by what was owed when it began.

        It is what is due after the goal's date, and where minimums alone clear the debts by then.
        """
        due, alone = sum(owed.due(self.day) for owed in account.debts), list(account.debts)
        month = self.month
        while any(owed.balance for owed in alone):
            if self.begins(month) > account.by:
                return account.minimums if month > self.month else due
            alone, month = pay_all(alone, 0, self.begins(month)), month + 1
        return due

    def present_surplus(self) -> int:
        """What the present month leaves before goals, linked debts not counted."""
        return self.money.surpluses(self.anchor or self.day, self.month, 1)[0]

    def there(self, surplus: int) -> int:
        """What is left of a month with this surplus. Payments beyond what there is take it, and nothing else."""
        money = self.past + surplus
        return money - min(self.paid, max(0, money))

    @property
    def has_linked(self) -> bool:
        return any(account.wanted.debts for account in self.accounts.values())

    # A day

    def morning(self) -> None:
        """What the day brings without the person: the month's end, interest, the end of a cycle."""
        self.wake(hour=9)
        if self.anchor is not None and self.is_first_of_month and self.day > self.anchor:
            since = self.begins(self.month - 1)
            left = (
                self.money.income(since, self.day) - self.money.spent(since, self.day) - self.money.live(self.day)
            )
            self.past = self.there(left)
            self.paid = 0
            for account in self.accounts.values():
                account.paid, account.was_taken_out = 0, False
        self.paid_today = 0
        for account in self.accounts.values():
            self._credit(account)
        self._end_cycles()

    def _end_cycles(self) -> None:
        ended = [each for each in self.active if each.wanted.kind == "recurring" and each.by <= self.day]
        if not ended:
            return
        for account in ended:
            taken = min(account.told, account.target)
            account.balance -= taken
            account.told -= taken
        self.call("get", "goals")
        self.read_goals()

    def _credit(self, account: Account) -> None:
        """A month's interest, on the calendar's day, a goal's last at its date."""
        if not account.wanted.rate or self.anchor is None:
            return
        begins = self.is_first_of_month and self.day > self.anchor
        if not begins and self.day != account.by:
            return
        month = self.month - 1 if begins else self.month
        if account.credited is not None and account.credited >= self.begins(month):
            return
        account.balance += interest(account.earning, Fraction(str(account.wanted.rate)))
        account.credited = self.begins(month)

    def evening(self) -> None:
        if self.is_first_of_month:
            for account in self.accounts.values():
                account.earning = account.balance

    def due(self, goal: str) -> int:
        """What the plan asks to be put in today."""
        if goal not in self.plans:
            return 0
        today = self.day.isoformat()
        return sum(in_cents(each["amount"]) for each in self.plans[goal]["upcoming"] if each["date"] == today)

    def follow(self) -> None:
        """Pay what is asked for today, or this share of it."""
        self.read_plans()
        self.is_replanned = False
        for account in list(self.active):
            self.pay_due(account)
        self.follow_again()

    def follow_again(self) -> None:
        """Pay what plans ask for that were made again since."""
        while self.is_replanned:
            self.is_replanned = False
            self.read_plans()
            for account in list(self.active):
                if not account.debts:
                    self.pay_due(account)

    def pay_due(self, account: Account) -> None:
        asked = self.due(account.id)
        paid = int(asked * self.share)
        is_exact = paid == asked
        self.is_exact = self.is_exact and is_exact
        if account.debts:
            ends = self.is_first_of_month and self.day != self.anchor
            if ends or asked:
                self._pay_debts(account, paid)
            return
        if paid:
            self.paid += paid
            self.paid_today += paid
            account.paid += paid
            self.put_in(account, paid)
        if asked and is_exact:
            self.read_plans()
            left = self.due(account.id)
            is_open = account.status == "active" and not account.wanted.rate and not account.was_taken_out
            require(not is_open or not left, "asks again for what was paid", goal=account.index, left=left)

    def _pay_debts(self, account: Account, paid: int) -> None:
        before = sum(owed.balance for owed in account.debts)
        if self.is_first_of_month:
            total = self.keeps(account) + paid
            account.debts = pay_all(account.debts, total, self.day)
        else:
            account.debts = pay_off(account.debts, paid, self.day)
        fallen = before - sum(owed.balance for owed in account.debts)
        if fallen > 0:
            account.balance += fallen
            self.check_in(account, account.told + fallen)

    def take_out(self, account: Account, amount: int) -> None:
        """What is taken out is the person's again: first what was put in this month."""
        part = min(amount, account.paid)
        account.paid -= part
        self.paid -= part
        self.past += amount - part
        account.was_taken_out = account.was_taken_out or amount > part

    def put_in(self, account: Account, amount: int) -> None:
        account.balance += amount
        self.check_in(account, account.balance)

    def check_in(self, account: Account, amount: int) -> None:
        answer = self.call(
            "post", f"goals/{account.id}/check-ins", {"current_amount": euros(amount)}, may_fail=True
        )
        if answer is not None:
            account.told = amount
            account.check_ins.append((self.day, answer["id"]))
            self.is_replanned = self.is_replanned or amount >= account.target
            if answer["goal_completed"]:
                account.status = "completed"

    def want(self, index: int) -> Account | None:
        return self.want_this(index, self.script.wanted[index])

    def want_this(self, index: int, wanted: Wanted) -> Account | None:
        """A new goal; its debts come with a snapshot."""
        by = self.day + timedelta(days=wanted.days)
        target = sum(in_cents(debt["balance"]) for debt in wanted.debts) or in_cents(wanted.target)
        body: Document = {
            "type": "debt_payoff" if wanted.debts else "short_term_saving",
            "name": f"Goal {index}",
            "target_amount": euros(target),
            "target_date": by.isoformat(),
            "priority": wanted.priority,
            "annual_rate": wanted.rate,
            "kind": wanted.kind,
            "primary_flag": wanted.is_primary,
        }
        if wanted.repeat:
            body["repeat_every_months"] = wanted.repeat
        answer = self.call("post", "goals", body, may_fail=True)
        if answer is None:
            return None
        account = Account(index, answer["id"], wanted, target, by)
        account.debts = [Owed.told({**debt, "goal_id": account.id}) for debt in wanted.debts]
        self.accounts[account.id] = account
        if wanted.has:
            self.put_in(account, in_cents(wanted.has))
        if account.debts:
            self.tell_money(self.money_index)
        return account

    def next_day(self) -> date:
        """The next day on which something happens: a payment, a month, a date of a goal, or a deed."""
        days = [self.script.start + timedelta(days=deed.day) for deed in self.script.deeds]
        days += [date.fromisoformat(each["date"]) for plan in self.plans.values() for each in plan["upcoming"]]
        days += [account.by for account in self.active]
        if self.anchor is not None:
            days.append(self.begins(self.month + 1))
        days.append(self.script.start + timedelta(days=self.script.until + 1))
        return min(day for day in days if day > self.day)
