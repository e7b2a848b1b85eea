"""A life by its script: the person follows the plan, except for the deeds, and plans again."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any

from planning.tests.lives.account import Account
from planning.tests.lives.alternatives import check_alternatives
from planning.tests.lives.bank import euros, in_cents, pay_off
from planning.tests.lives.person import Person, require
from planning.tests.lives.script import Deed, Document, Wanted
from planning.tests.lives.told import YEAR, Audit
from planning.tests.oracle_dates import present_month

SUGGESTED = 100
"""The index of goals that were suggested."""


class Life(Person):
    """`promised` are the goals that were called funded, with what the money then allowed by month.

    More than was asked for was put in on the day `more_on`: it counts in the month of a calendar that begins then.
    """

    more_on: date | None = None

    def live(self) -> None:
        self.promised: dict[str, dict[int, int]] = {}
        self.is_following = True
        for index in range(len(self.script.wanted) - 1):
            self.want(index)
        self.tell_money(0)
        self.plan(is_new=True)
        for account in list(self.active):
            self.choose_terms(account)
        self.plan(is_new=True)
        self.follow()
        self.evening()
        deeds = list(self.script.deeds)
        last = self.script.start + timedelta(days=self.script.until)
        while self.day <= last:
            todo = [deed for deed in deeds if self.script.start + timedelta(days=deed.day) <= self.day]
            deeds = [deed for deed in deeds if deed not in todo]
            for deed in todo:
                self.do(deed)
            self.evening()
            self.read_plans()
            self.day = self.next_day()
            if self.day > last:
                return
            self.morning()
            self.follow()
            self.arrivals()

    def arrivals(self) -> None:
        """What was promised for today is there; interest that reaches a target is told."""
        self.is_replanned = False
        for account in self.accounts.values():
            is_open = account.status == "active" and account.wanted.kind == "once"
            if (
                is_open
                and not account.debts
                and account.balance >= account.target
                and account.balance > account.told
            ):
                self.check_in(account, account.balance)
            if account.id in self.promised and account.by <= self.day and account.status == "active":
                is_there = account.balance >= account.target or account.wanted.kind == "recurring"
                facts = {"goal": account.index, "balance": account.balance, "target": account.target}
                require(is_there or self.slides(account), "promised and not there", **facts)
                del self.promised[account.id]
        self.follow_again()

    # Plans

    def plan(self, *, is_new: bool = False) -> Document:
        """Plan, pay what is asked for today, plan again: what is told is true and the same everywhere."""
        made = self.make_plan()
        if is_new:
            self.promised, self.is_following = {}, True
        Audit(self, made).run(is_following=self.is_following and not is_new)
        if self.is_following:
            self.keep_promises(made)
        return made

    def make_plan(self) -> Document:
        if self.anchor is None or not any(
            account.status in ("active", "paused") and account.planned_on for account in self.accounts.values()
        ):
            self.begin()
        made: Document = self.call("post", "planning/plan", {})
        for account in self.active:
            account.planned_on = account.planned_on or self.day
        return made

    def tell_money(self, index: int) -> None:
        super().tell_money(index)
        if not self.money.is_dated:
            self.is_exact = False  # of months that are alike only what is kept for later payments is carried on

    def begin(self) -> None:
        """A calendar begins, and with it the count of its money."""
        self.anchor, self.past, self.paid, self.uncounted = self.day, 0, self.paid_today, 0
        self.is_exact = self.more_on != self.day
        self.tell_money(self.money_index)
        for account in self.accounts.values():
            account.credited, account.earning = None, account.balance
            account.debts_paid_on, account.kept_as_planned = None, {}
            account.odd_in = None if account.odd_in is None else 0

    def keep_promises(self, made: Document) -> None:
        """What is called funded stays funded while the person follows the plan."""
        for goal in made["goals"]:
            account = self.accounts[goal["goal_id"]]
            shortfall = in_cents(goal["shortfall"])
            if account.id in self.promised and shortfall and account.by > self.day:
                facts = {"goal": account.index, "shortfall": shortfall, "by": account.by, "told": account.told}
                is_open = self.slides(account) or self.is_let_go(account) or shortfall <= self.untold(account)
                require(is_open, "funded goal falls short", **facts)
            if not shortfall and self.has_time(account) and account.id not in self.promised:
                self.promised[account.id] = self.allowed(account)

    def has_time(self, account: Account) -> bool:
        """Whether a payment day is left up to the goal's date; debts without one are overdue before it."""
        return self.begins(self.month + 1) <= account.by if account.debts else self.day < account.by

    def untold(self, account: Account) -> int:
        """Interest that isn't told yet is there, but the plan doesn't count on it."""
        amount = account.balance - account.told
        return amount + (amount // 5 + 40 if amount else 0)

    def allowed(self, account: Account, most: int = 0) -> dict[int, int]:
        """By month of the calendar what may be given by then, seen from the present one."""
        assert self.anchor is not None
        months = present_month(self.anchor, account.by) + 1 - self.month
        horizon = max(YEAR, months, most)
        left = list(accumulate(self.surpluses(horizon), initial=self.past))
        return {self.month + at: min(left[at:]) for at in range(1, horizon + 1)}

    def slides(self, account: Account) -> bool:
        """Whether a month that has come into sight since the promise lacks money that is now held back for it."""
        assert self.anchor is not None
        most = max(present_month(self.anchor, each.by) + 1 - self.month for each in self.accounts.values())
        now, then = self.allowed(account, most), self.promised[account.id]
        return any(now[month] < then[month] for month in now.keys() & then.keys())

    def is_let_go(self, account: Account) -> bool:
        """Whether the rules themselves let go of the promise.

        A reserve that isn't full on its date gets a new one, with its place by priority; and of a recurring goal
        no more than twelve cycles after the present one are planned for.
        """
        for other in self.active:
            if other.wanted.kind == "reserve" and other.by <= self.day:
                return True
            if other.wanted.repeat and other.wanted.repeat * 13 * 30 < account.wanted.days:
                return True
        return False

    def choose_terms(self, account: Account) -> None:
        """Days of one's own, and an amount of one's own."""
        wanted = account.wanted
        self.read_plans()
        if wanted.rhythm and not account.debts and account.id in self.plans:
            body = {"frequency": wanted.rhythm[0], "day_of_period": wanted.rhythm[1]}
            self.call("patch", f"action-plans/{account.plan}", body)
        if wanted.percent:
            self.choose(account, wanted.percent)

    def choose(self, account: Account, percent: int) -> None:
        """Choose so much of the required amount. All of it is enough, where money is the same each month."""
        self.read_plans()
        plan = self.plans.get(account.id)
        if plan is None or account.status != "active":
            return
        amount = in_cents(plan["required_monthly_contribution"]) * percent // 100
        if not amount:
            return
        before = plan["feasibility"]
        body: Document = {"amount": euros(amount)}
        is_monthly = plan["frequency"] == "monthly"
        after = self.call("patch", f"action-plans/{plan['id']}", body)
        is_level = not self.money.is_dated and is_monthly
        if percent == 100 and is_level and before != "Unrealistic" and account.by > self.day:
            facts = {"goal": account.index, "amount": amount, "shortfall": after["shortfall"]}
            require(after["feasibility"] != "Unrealistic", "required amount isn't enough", **facts)

    # Deeds

    def do(self, deed: Deed) -> None:
        accounts = [account for account in self.accounts.values() if account.index == deed.goal]
        account = accounts[-1] if accounts else None
        self.log.append(f"{self.day} -- {deed.name} goal {deed.goal} {deed.number}")
        if deed.name not in ("less", "nothing", "plan", "alternatives"):
            self.share = Fraction(1)
        if deed.name == "plan":
            self.plan_again()
            return
        if deed.name == "want":
            if account is None or account.status in ("completed", "cancelled"):
                self.want(deed.goal)
        elif deed.name == "alternatives":
            check_alternatives(self, self.plan())
            return
        elif deed.name in ("snapshot", "move", "suggestion"):
            getattr(self, f"do_{deed.name}")(deed.number)
        elif account is not None:
            getattr(self, f"do_{deed.name}")(account, deed.number)
        self.read_goals()
        if deed.name in ("less", "nothing"):
            return
        self.plan(is_new=True)
        self.follow()
        self.plan_again()

    def plan_again(self) -> None:
        """Plan until nothing more is asked for today: money is handed out once.

        What goes into a goal that was taken more out of this month than put in is no payment, and asked for again.
        """
        for _ in range(4):
            self.plan()
            self.read_plans()
            due = [self.due(account.id) for account in self.active if not account.was_taken_out]
            if not self.is_following or not any(due):
                return
            self.follow()
        require(False, "asks for more on each planning", due=due)

    def do_less(self, account: Account, number: int) -> None:
        self.share, self.is_following, self.promised = Fraction(number, 100), False, {}

    def do_nothing(self, account: Account, number: int) -> None:
        self.do_less(account, 0)

    def do_more(self, account: Account, number: int) -> None:
        """Faithful again, and more than was asked for."""
        amount = account.target * number // 300
        if account.status != "active" or not amount:
            return
        if account.debts:
            before = sum(owed.balance for owed in account.debts)
            account.debts = account.owed_if_paid = pay = self._less(account, amount)
            account.odd_in = self.month
            self.check_in(account, account.told + before - sum(owed.balance for owed in pay))
        else:
            self.put_in(account, amount)
        self.is_exact, self.more_on = False, self.day

    def _less(self, account: Account, amount: int) -> list[Any]:
        return pay_off(account.debts, amount, self.day)

    def do_withdraw(self, account: Account, number: int) -> None:
        taken = account.balance * number // 100
        if account.debts or account.status != "active" or not taken:
            return
        account.balance -= taken
        self.take_out(account, taken)
        account.earning = min(account.earning, account.balance)
        self.check_in(account, account.balance)
        self.is_exact = False

    def do_delete(self, account: Account, number: int) -> None:
        """The newest check-in was a mistake: the money is gone, too."""
        if account.debts or not account.check_ins or account.wanted.kind == "recurring" or account.wanted.rate:
            return
        _, check_in = account.check_ins[-1]
        if self.call("delete", f"check-ins/{check_in}", may_fail=True) is not None:
            account.check_ins.pop()
            self._take_over_amount(account)

    def do_lower(self, account: Account, number: int) -> None:
        if account.debts or not account.check_ins or account.wanted.kind == "recurring" or account.wanted.rate:
            return
        body = {"current_amount": euros(account.told * number // 100)}
        if self.call("patch", f"check-ins/{account.check_ins[-1][1]}", body, may_fail=True) is not None:
            self._take_over_amount(account)

    def _take_over_amount(self, account: Account) -> None:
        told = self.call("get", f"goals/{account.id}")
        amount = in_cents(told["current_amount"])
        self.take_out(account, max(0, account.told - amount))
        account.balance = account.told = amount
        account.earning = min(account.earning, account.balance)
        self.is_exact = False

    def do_pause(self, account: Account, number: int) -> None:
        self._status(account, "paused")

    def do_resume(self, account: Account, number: int) -> None:
        """Not with a plan on an earlier calendar than the present one: it would bring that back."""
        if account.planned_on is None or self.anchor is None or account.planned_on >= self.anchor:
            self._status(account, "active")

    def do_cancel(self, account: Account, number: int) -> None:
        self._status(account, "cancelled")

    def _status(self, account: Account, status: str) -> None:
        if account.debts:  # its debts are paid alone from now on
            account.debts = []
            self.is_exact = False
            self.tell_money(self.money_index)
        if self.call("patch", f"goals/{account.id}", {"status": status}, may_fail=True) is not None:
            account.status = status

    def _edit(self, account: Account, body: Document) -> None:
        self.call("patch", f"goals/{account.id}", body, may_fail=True)

    def do_target(self, account: Account, number: int) -> None:
        if not account.debts:
            self._edit(account, {"target_amount": euros(max(1, account.target * (50 + number) // 100))})

    def do_date(self, account: Account, number: int) -> None:
        if account.debts:
            return
        self._edit(account, {"target_date": (self.day + timedelta(days=1 + number * 4)).isoformat()})

    def do_priority(self, account: Account, number: int) -> None:
        self._edit(account, {"priority": ("High", "Medium", "Low")[number % 3], "primary_flag": number % 5 == 0})

    def do_snapshot(self, number: int) -> None:
        self.tell_money(number)
        if self.money.alone:
            self.is_exact = False

    def do_move(self, number: int) -> None:
        zones = ("UTC", "Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Pago_Pago")
        if self.zone == zones[number % len(zones)]:
            return
        self.zone = zones[number % len(zones)]
        self.call("patch", "users/me/profile", {"timezone": self.zone})
        self.wake(hour=23)
        self.is_exact = False

    def do_suggestion(self, number: int) -> None:
        """Take the suggested emergency fund, as it is."""
        for told in self.call("get", "planning/suggestions"):
            if told["type"] == "emergency_fund":
                amount = int(told["target_amount"])
                wanted = Wanted(60 + number * 3, target=max(1, amount), priority="High", kind=told["kind"])
                self.want_this(SUGGESTED, wanted)

    def do_regenerate(self, account: Account, number: int) -> None:
        if account.plan and account.status == "active":
            self.call("post", f"action-plans/{account.plan}/regenerate", {}, may_fail=True)

    do_generate = do_regenerate

    def do_end(self, account: Account, number: int) -> None:
        if account.plan and account.status == "active":
            self.call("delete", f"action-plans/{account.plan}", may_fail=True)
            account.plan = account.planned_on = None
            self.is_exact = False

    def do_choose(self, account: Account, number: int) -> None:
        self.plan(is_new=True)
        self.choose(account, (50, 100, 100, 150)[number % 4])

    def do_rhythm(self, account: Account, number: int) -> None:
        if account.plan is None or account.status != "active" or account.debts:
            return
        frequency = ("weekly", "biweekly", "monthly")[number % 3]
        body = {"frequency": frequency, "day_of_period": number % (31 if frequency == "monthly" else 7) + 1}
        self.call("patch", f"action-plans/{account.plan}", body, may_fail=True)

    def do_accept(self, account: Account, number: int) -> None:
        """A proposal that is accepted is what it said."""
        self.plan(is_new=True)
        if account.plan is None or account.status != "active" or account.id not in self.plans:
            return
        proposal = self.call("get", f"action-plans/{account.plan}/proposal")
        choice = ("same_date", "same_contribution")[number % 2]
        way = proposal and proposal[choice]
        if not way:
            return
        plan = self.call("post", f"action-plans/{account.plan}/proposal/accept", {"choice": choice})
        goal = self.call("get", f"goals/{account.id}")
        is_ = plan["shortfall"], plan["feasibility"], goal["target_date"]
        told = way["shortfall"], way["feasibility"], way["target_date"]
        require(is_ == told, "accepted proposal", told=told, is_=is_, goal=account.index, choice=choice)

    def do_take(self, account: Account, number: int) -> None:
        """An alternative that the goal gets is true."""
        made = self.plan(is_new=True)
        told = [goal for goal in made["goals"] if goal["goal_id"] == account.id]
        ways = [way for goal in told for way in goal["alternatives"] if way["kind"] != "more_money"]
        if not ways:
            return
        way = ways[number % len(ways)]
        name = "target_date" if way["kind"] == "later_date" else "target_amount"
        self.call("patch", f"goals/{account.id}", {name: str(way[name])})
        self.read_goals()
        after = {goal["goal_id"]: goal for goal in self.plan(is_new=True)["goals"]}
        if account.status == "active":
            facts = {"goal": account.index, "way": way, "shortfall": after[account.id]["shortfall"]}
            require(not after[account.id]["shortfall"], "alternative that was taken", **facts)
