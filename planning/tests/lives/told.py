"""What the API tells a person on one day, compared with itself and with the person's bank."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from planning.tests.lives.account import Account
from planning.tests.lives.bank import in_cents
from planning.tests.lives.person import Person, require
from planning.tests.lives.script import Document
from planning.tests.oracle_dates import calendar_day, present_month

SAME = (
    "required_monthly_contribution",
    "allocated_monthly_contribution",
    "this_month",
    "shortfall",
    "feasibility",
    "projected_completion_date",
    "explanation",
    "alternatives",
)
YEAR = 12


def in_short(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in ("explanation", "alternatives")}


class Audit:
    """All doors, asked on one day right after `made` was planned."""

    def __init__(self, person: Person, made: Document) -> None:
        self.person, self.made = person, made
        self.goals = {goal["goal_id"]: goal for goal in made["goals"]}
        self.before = person.call("get", "action-plans")
        person.read_plans()
        self.plans = {
            goal: plan for goal, plan in person.plans.items() if person.accounts[goal].status == "active"
        }

    def run(self, *, is_following: bool) -> None:
        self._same_everywhere()
        self._calendar()
        self._cash_flow()
        self._money_is_there()
        self._goals_are_true()
        if is_following:
            self._on_track()
        after = self.person.call("get", "action-plans")
        require(after == self.before, "reading changes plans", before=self.before, after=after)

    def _same_everywhere(self) -> None:
        person = self.person
        what_if = person.call("post", "planning/what-if", {"as_of": person.day.isoformat()})
        for goal in what_if["differences"]:
            sides = [side for side in goal.values() if isinstance(side, dict)]
            require(all(side["from"] == side["to"] for side in sides), "differences of nothing", told=goal)
        same = {name: what_if["baseline"][name] for name in ("goals", "summary", "cash_flow")}
        told = {name: self.made[name] for name in same}
        require(
            same == told, "baseline isn't the plan", baseline=_differing(same, told), plan=_differing(told, same)
        )
        self._each_plan()

    def _each_plan(self) -> None:
        person = self.person
        dashboard = {goal["id"]: goal for goal in person.call("get", "dashboard")["goals"]}
        require(
            self.goals.keys() == self.plans.keys(), "planned goals", made=len(self.goals), plans=len(self.plans)
        )
        for goal, plan in self.plans.items():
            made, line = self.goals[goal], dashboard[goal]
            for name in SAME:
                facts = {"goal": person.accounts[goal].index, "plan": plan[name], "made": made[name]}
                require(plan[name] == made[name], f"action plan's {name}", **facts)
            first = plan["upcoming"][0]["date"] if plan["upcoming"] else None
            days = {plan["next_action_date"], first, line["next_action_date"]}
            require(len(days) == 1, "next payment", days=days)
            require(line["feasibility"] == plan["feasibility"], "feasibility on the dashboard")
            projection = person.call("get", f"goals/{goal}/projection")
            ends = projection["projected_completion_date"], plan["projected_completion_date"]
            require(ends[0] == ends[1], "projection's end", projection=ends[0], plan=ends[1])
            alone = person.call("get", f"action-plans/{plan['id']}")
            require(alone == plan, "plan alone and in the list")

    def _calendar(self) -> None:
        person = self.person
        since, until = person.day, calendar_day(person.begins(person.month), 24)
        answer = person.call("get", f"planning/calendar?from={person.begins(person.month)}&to={until}")
        self.days = answer["days"]
        paid: dict[str, list[tuple[str, Any]]] = defaultdict(list)
        for day in self.days:
            for entry in day["entries"]:
                if entry["kind"] == "goal_payment":
                    paid[entry["goal_id"]].append((day["date"], entry["amount"]))
        for goal, plan in self.plans.items():
            upcoming = [(each["date"], each["amount"]) for each in plan["upcoming"]]
            shown = [each for each in paid[goal] if each[0] >= since.isoformat()]
            ahead = [each for each in upcoming if each[0] <= until.isoformat()]
            same = ahead == shown[: len(ahead)] and (len(upcoming) == 12 or len(ahead) == len(shown))
            require(same, "calendar's payments", goal=person.accounts[goal].index, upcoming=ahead, calendar=shown)
        ends: dict[int, Any] = {}
        for day in self.days:
            assert person.anchor is not None
            ends[present_month(person.anchor, date.fromisoformat(day["date"])) - person.month] = day[
                "carried_over"
            ]
        for at, money in enumerate(self.made["cash_flow"]):
            if at in ends and person.begins(person.month + at + 1) <= until:
                facts = {"month": money, "calendar": ends[at], "days": self.days[:12]}
                require(ends[at] == money["carried"], "calendar's month end", **facts)

    def _cash_flow(self) -> None:
        """Each month's money, as the bank has it by the incomes' and expenses' days."""
        person, flow = self.person, self.made["cash_flow"]
        surpluses, known = person.surpluses(len(flow)), person.months_known()
        before = None
        for at, month in enumerate(flow):
            since, end = person.begins(person.month + at), person.begins(person.month + at + 1)
            told = {name: in_cents(amount) for name, amount in month.items() if name != "from"}
            require(month["from"] == since.isoformat(), "month's first day", told=month["from"], is_=since)
            money = person.money.income(since, end), person.money.spent(since, end)
            facts = {"month": month, "bank": money, "left": surpluses[at]}
            require((told["income"], told["expenses"]) == money, "month's money", **facts)
            left = told["income"] - told["expenses"] - told["minimum_payments"]
            require(told["surplus"] == left, "month's surplus", **facts)
            is_same = told["surplus"] == surpluses[at] or at >= known
            require(is_same, "month's surplus in the bank", **facts)
            require(0 <= told["held_back"] <= max(0, told["carried"]), "held back", **facts)
            if before is not None:
                carried = before + told["surplus"] - told["given"]
                require(told["carried"] == carried, "carried on", **facts)
            before = told["carried"]
        asked = sum(in_cents(plan["this_month"]) for plan in self.plans.values())
        of_plans = in_cents(self.made["summary"]["total_allocated_contributions"])
        require(asked == of_plans, "sum of this month", plans=asked, summary=of_plans)

    def _money_is_there(self) -> None:
        """What the plan counts is no more than the bank has, and as much if all was paid as asked."""
        person, flow = self.person, self.made["cash_flow"]
        asked = [person.asked(person.accounts[goal]).get(person.month, 0) for goal in self.plans]
        counted = in_cents(flow[0]["carried"]) + sum(asked)
        surpluses = person.surpluses(YEAR)
        there = person.there(surpluses[0])
        facts = {"counted": counted, "bank": there, "cash_flow": flow[0], "paid": person.paid}
        require(counted <= there, "counts money that isn't there", **facts)
        require(not person.is_exact or counted == there - person.uncounted, "loses money", **facts)
        self._every_month(there, surpluses)
        self._every_day(there - surpluses[0], surpluses)

    def _every_month(self, there: int, surpluses: list[int]) -> None:
        """No months ask for more than they leave, and a year's later ones lack."""
        person, asked = self.person, Counter[int]()
        for goal in self.plans:
            asked.update(person.asked(person.accounts[goal]))
        # What the first month leaves is in `there`, less what was paid of it.
        left = [there + more for more in accumulate([0, *surpluses[1:]])]
        given = 0
        for month in range(YEAR):
            given += asked[person.month + month]
            most = max(0, min(left[month:YEAR]))
            facts = {"month": person.begins(person.month + month), "given": given, "most": most, "asked": asked}
            require(not asked[person.month + month] or given <= most, "asks for more than there is", **facts)

    def _every_day(self, carried: int, surpluses: list[int]) -> None:
        """No payment is dated before its money, this month and the next two."""
        person = self.person
        for at in range(3):
            since, end = person.begins(person.month + at), person.begins(person.month + at + 1)
            arrives = person.money.arrives(since, end)
            undated = carried + surpluses[at] - arrives
            payments = self._payments_of(person.month + at)
            given = 0
            for day, amount in payments:
                given += amount
                by_then = sum(each[1] for each in payments if each[0] <= day)
                there = undated + person.money.arrives(since, min(end, day + timedelta(days=1)))
                require(by_then <= there, "payment before its money", day=day, there=there, payments=payments)
            carried += surpluses[at] - given

    def _payments_of(self, month: int) -> list[tuple[date, int]]:
        """What is asked for out of a month, in the order of days."""
        person = self.person
        return sorted(
            (day, in_cents(each["amount"]))
            for goal, plan in self.plans.items()
            for each in plan["upcoming"]
            if person.month_of(person.accounts[goal], day := date.fromisoformat(each["date"])) == month
        )

    def _goals_are_true(self) -> None:
        """Each goal's payments lead to what it is told to lack, and to the day of its end."""
        person = self.person
        for goal, plan in self.plans.items():
            account = person.accounts[goal]
            shortfall = in_cents(plan["shortfall"])
            facts = {"goal": account.index, "told": account.told, "plan": in_short(plan)}
            is_short = plan["feasibility"] == "Unrealistic"
            require(is_short == (shortfall > 0), "label and shortfall", **facts)
            load = plan["explanation"]["facts"].get("load")
            if load is not None and plan["feasibility"] == "Comfortable":
                require(load <= 0.8, "load of a comfortable goal", load=load, **facts)
            by = self._due_on(account, plan)
            amounts = [(date.fromisoformat(each["date"]), in_cents(each["amount"])) for each in plan["upcoming"]]
            require(all(amount > 0 for _, amount in amounts), "payment of nothing", **facts)
            require(all(day >= person.day for day, _ in amounts), "payment in the past", **facts)
            days = [day for day, _ in amounts]
            require(days == sorted(set(days)), "payments in order", **facts)
            if not account.debts:
                end = person.begins(person.month + 1)
                month = sum(amount for day, amount in amounts if day < end)
                require(month == in_cents(plan["this_month"]), "this month's payments", **facts)
            is_plain = not account.debts and not account.wanted.rate and account.wanted.kind != "recurring"
            if not is_plain or by <= person.day or len(amounts) == 12:
                continue
            in_time = sum(amount for day, amount in amounts if day < by)
            left = max(0, account.target - account.told)
            reached = in_time + shortfall == left or (self._is_chosen(plan) and in_time >= left)
            require(reached, "payments and shortfall", left=left, in_time=in_time, **facts)
            self._ends(account, plan, amounts, left)

    def _due_on(self, account: Account, plan: Document) -> date:
        return date.fromisoformat(self.goals[account.id]["target_date"])

    def _is_chosen(self, plan: Document) -> bool:
        return str(plan["explanation"]["code"]).startswith("CHOSEN")

    def _ends(self, account: Account, plan: Document, amounts: list[tuple[date, int]], left: int) -> None:
        """The goal ends with the payment that reaches its target."""
        given = accumulate(amount for _, amount in amounts)
        ends = next((day for (day, _), sum_ in zip(amounts, given, strict=True) if sum_ >= left), None)
        if ends is None or not left:
            return
        told = plan["projected_completion_date"]
        facts = {"goal": account.index, "told": told, "payments": amounts, "left": left}
        require(told == ends.isoformat(), "day of completion", **facts)

    def _on_track(self) -> None:
        """A person who pays as asked is on track, and no way back is proposed."""
        person = self.person
        goals = {goal["id"]: goal for goal in person.call("get", "goals")}
        for goal, plan in self.plans.items():
            account = person.accounts[goal]
            if account.wanted.rate or self._due_on(account, plan) <= person.day:
                continue
            facts = {"goal": account.index, "told": account.told, "plan": in_short(plan)}
            require(goals[goal]["progress_status"] != "off_track", "off track though paid", **facts)
            proposal = person.call("get", f"action-plans/{plan['id']}/proposal")
            require(proposal is None, "proposal though paid", proposal=proposal, **facts)


def _differing(one: Any, other: Any) -> Any:
    """The parts of a document that the other has otherwise."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _differing(one[name], other.get(name)) for name in one if one[name] != other.get(name)}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_differing(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return one
