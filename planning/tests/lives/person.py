"""A person over HTTP, who does each day what their plan asks, with a bank of their own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import sub
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from conftest import client_of
from planning.tests.lives.account import Account
from planning.tests.lives.bank import Money, Owed, euros, in_cents, pay_all, pay_off
from planning.tests.lives.script import Document, Script, Wanted
from planning.tests.oracle_dates import calendar_day, present_month
from planning.tests.oracle_debts import interest

API = "/api/v0/"
MOST_PAYMENTS = 12
MANY = 1000
MONTHS_AHEAD = 36


class FaultError(AssertionError):
    """What the person was told isn't true. `kind` says which rule it breaks."""

    def __init__(self, kind: str, **facts: object) -> None:
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{kind}: {told}")
        self.kind = kind


def require(condition: object, kind: str, **facts: object) -> None:
    if not condition:
        raise FaultError(kind, **facts)


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
        self.uncounted = 0
        """What is left of earlier months and no plan counts."""
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
        before = {goal: plan["version"] for goal, plan in self.plans.items()}
        self.plans = {plan["goal_id"]: plan for plan in self.call("get", "action-plans")}
        for goal, plan in self.plans.items():
            self.accounts[goal].plan = plan["id"]
        if before != {goal: plan["version"] for goal, plan in self.plans.items()}:
            for account in self.debtors:
                kept = account.keeps(self.owed_as_planned(account), self.begins, self.month, MONTHS_AHEAD)
                account.kept_as_planned = dict(enumerate(kept, self.month))
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
    def ends_month(self) -> bool:
        """Whether a month ends today: debts are paid of it."""
        return self.is_first_of_month and self.day != self.anchor

    @property
    def active(self) -> Iterator[Account]:
        return (account for account in self.accounts.values() if account.status == "active")

    # Money

    def tell_money(self, index: int) -> None:
        """A snapshot with these incomes and expenses, and each debt as the bank has it."""
        self.money_index = index % len(self.script.money)
        told = self.script.money[self.money_index]
        linked = [
            owed.as_document()
            for account in self.accounts.values()
            for owed in account.debts
            if account.status in ("active", "paused") and owed.balance
        ]
        body = {**told, "debts": [*told["debts"], *linked]}
        self.call("put", "snapshot", body)
        self.money = Money(body, [Owed.told(debt) for debt in told["debts"]])
        for account in self.accounts.values():
            if account.debts:
                account.tell_debts(self.day)
                if self.anchor is not None and account.odd_in is not None and account.odd_in < self.month:
                    account.odd_in = None

    @property
    def debtors(self) -> Iterator[Account]:
        """Goals that pay off debts."""
        return (account for account in self.active if account.debts)

    def month_of(self, account: Account, day: date) -> int:
        """Out of which month a payment on this day is: on debts, out of the one that ends with it."""
        assert self.anchor is not None
        month = present_month(self.anchor, day)
        return month - 1 if account.debts and day == self.begins(month) else month

    def asked(self, account: Account) -> dict[int, int]:
        """What the plan asks for out of each month."""
        asked: dict[int, int] = defaultdict(int)
        for each in self.plans[account.id]["upcoming"] if account.id in self.plans else ():
            asked[self.month_of(account, date.fromisoformat(each["date"]))] += in_cents(each["amount"])
        return asked

    def surpluses(self, many: int) -> list[int]:
        """What each of so many months from the present one leaves before goals, if debts are paid as plans ask.

        For debts that were paid otherwise only the present month keeps anything here: more is not clear.
        """
        left = self.money.surpluses(self.anchor or self.day, self.month, many)
        for account in self.debtors:
            owed, asked = self.owed_as_planned(account), self.asked(account)
            kept = account.keeps_until_cleared(owed, self.begins, self.month, many, asked)
            if account.odd_in is not None:
                kept[1:] = [0] * (many - 1)
            left = list(map(sub, left, kept))
        return left

    def owed_as_planned(self, account: Account) -> list[Owed]:
        """What plans that are made today count as owed: as if what is still due today had been paid."""
        if account.debts_paid_on == self.day:
            return account.owed_if_paid
        return self._paid(account, self.due(account.id)) if self.ends_month else account.debts

    def _paid(self, account: Account, amount: int) -> list[Owed]:
        """What is owed once so much is paid beside what the month that ends today has kept."""
        kept = account.keeps(account.debts, self.begins, self.month - 1, 1)[0]
        return pay_all(account.debts, kept + amount, self.day)

    def months_known(self) -> int:
        """Of so many months from the present one it is known what they keep: plans tell of twelve payments."""
        known = [MANY]
        for account in self.debtors:
            asked = self.asked(account)
            if account.odd_in is not None:
                return 0
            if len(self.plans[account.id]["upcoming"]) == MOST_PAYMENTS:
                known.append(max(asked) + 2 - self.month)
        return min(known)

    def there(self, surplus: int) -> int:
        """What is left of a month with this surplus. Payments beyond what there is take it, and nothing else."""
        money = self.past + surplus
        return money - min(self.paid, max(0, money))

    # A day

    def morning(self) -> None:
        """What the day brings without the person: the month's end, interest, the end of a cycle."""
        self.wake(hour=9)
        if self.ends_month:
            since = self.begins(self.month - 1)
            left = self.money.income(since, self.day) - self.money.spent(since, self.day)
            left -= self.money.live(self.day) + sum(map(self._keep, self.debtors))
            self.past = self.there(left)
            self.paid = 0
            for account in self.accounts.values():
                account.paid, account.was_taken_out = 0, False
        self.paid_today = 0
        for account in self.accounts.values():
            self._credit(account)
        self._end_cycles()

    def _keep(self, account: Account) -> int:
        """What the month that ends today kept for its debts, by what was owed when it began.

        Each plan counts that from what is owed when it is made. What one counts beyond it is the person's.
        """
        kept = account.keeps(account.debts, self.begins, self.month - 1, 1)[0]
        self.uncounted += account.kept_as_planned.get(self.month - 1, kept) - kept
        return kept

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
        is_credited = self.anchor is not None and (self.ends_month or self.day == account.by)
        if not account.wanted.rate or not is_credited:
            return
        month = self.month - self.ends_month
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
            if self.is_replanned:
                self.read_plans()  # a plan that was made again may ask for a cent less, and counts no more of it
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
            if self.ends_month or asked:
                self._pay_debts(account, asked, paid)
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

    def _pay_debts(self, account: Account, asked: int, paid: int) -> None:
        """On the day that ends a month what it has kept, too; what is paid then comes out of that month."""
        before = sum(owed.balance for owed in account.debts)
        if self.ends_month and account.debts_paid_on != self.day:
            account.owed_if_paid, account.debts = self._paid(account, asked), self._paid(account, paid)
            account.debts_paid_on = self.day
        else:
            account.debts = pay_off(account.debts, paid, self.day)
        if self.ends_month:
            self.past -= paid
        else:
            self.paid += paid
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
