"""What a person who lives by services is told, compared with itself and with `planning.tests.oracle`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from uuid import UUID

from accounts.models import User
from fincred.db.queries import fetch_all
from fincred.money import ZERO
from goals.vocabulary import Status
from planning.engine.model import GoalPlan, Plan
from planning.models import ActionPlan
from planning.scenarios import Deltas
from planning.services.calendars import MOST_MONTHS, calendar_of
from planning.services.projections import project_goal
from planning.services.proposals import proposal_for
from planning.services.what_if import Question, what_if
from planning.tests import oracle, oracle_dates, oracle_days, oracle_debts
from planning.tests.freed import follow_debts, lead_to
from planning.tests.walked import Account, cents
from planning.versions import MOST_PAYMENTS
from planning.vocabulary import EntryKind
from tracking.services import dashboard_reads, make_dashboard

PRIORITIES = ("High", "Medium", "Low")
EXPENSES = Decimal(2000)
NO_DELTAS = Deltas(income=ZERO, expenses=ZERO, extra=ZERO)
ALL = 10_000


class Told:
    """What is known of the person, and what is compared.

    All that names a date or an amount agrees with each other, and with the oracle while all goals are paid on the
    dates of the calendar and none is past its date.
    """

    user: User
    anchor: date
    day: date
    surplus: int
    is_faithful: bool
    _moments: int

    def __init__(self) -> None:
        self.accounts: dict[UUID, Account] = {}
        self.paid_by_month: dict[int, int] = {}
        self.promised: set[UUID] = set()
        self.told: dict[UUID, tuple[int, oracle.Told]] = {}
        self.upcoming: dict[UUID, list[tuple[date, int]]] = {}
        self.freed: dict[UUID, dict[int, int]] = {}

    @property
    def now(self) -> datetime:
        """Each time a moment later, so that what is done on one day has an order."""
        self._moments += 1
        moment = timedelta(milliseconds=self._moments)
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC) + moment

    @property
    def month(self) -> int:
        return oracle_dates.present_month(self.anchor, self.day)

    def month_start(self, month: int) -> date:
        return oracle_dates.calendar_day(self.anchor, month)

    def plans(self) -> list[ActionPlan]:
        """Open plans of active goals."""
        plans = ActionPlan.objects.owned_by(self.user).open().select_related("goal")
        return [plan for plan in plans if plan.goal.status == Status.ACTIVE]

    def is_active(self, account: Account) -> bool:
        return account.told < (sum(each.balance for each in account.wanted.debts) or account.wanted.target)

    def _whole_ask(self, account: Account) -> int:
        """The present month's whole ask, made and still to be put in, of the newest version."""
        if account.goal not in self.told:
            return 0
        month, told = self.told[account.goal]
        if month == self.month:
            return told.made + told.this_month
        start, end = self.month_start(self.month), self.month_start(self.month + 1)
        return sum(amount for day, amount in told.payments if start <= day < end)

    def world(self) -> oracle.World:
        """What the rules know of the person today."""
        start = self.month_start(self.month)
        wishes, elsewhere = [], 0
        for account in self.accounts.values():
            made, made_at_once = account.made(start, self.month)
            if not self.is_active(account):
                elsewhere += made
                continue
            debts, due = self._owed(account)
            wishes.append(
                oracle.Wish(
                    key=str(account.goal),
                    target=account.wanted.target,
                    by=account.by,
                    order=(PRIORITIES.index(account.wanted.priority), account.by, account.position),
                    rate=Fraction(account.wanted.rate),
                    balance=account.told,
                    made=made,
                    made_at_once=made_at_once,
                    beyond=self._put_in_beyond(account, start, made - made_at_once),
                    debts=debts,
                    due=due,
                )
            )
        return oracle.World(self.anchor, self.day, self.surplus, wishes, elsewhere)

    def _put_in_beyond(self, account: Account, start: date, made_later: int) -> int:
        """What was put in after the month's first day, without interest, and isn't its payment `made_later`.

        That is what is there beyond what was there all the time since: more may have been taken out before.
        """
        if account.wanted.debts:
            return 0
        begun_with = account.told_by(start, included=True) + account.interest_told
        all_the_time = min([begun_with, *(amount for day, amount in account.check_ins if day > start)])
        return max(0, account.told - all_the_time - made_later)

    @property
    def frees_minimums(self) -> bool:
        """Whether debts end or have ended, so that their minimums are free: more than the one surplus."""
        return any(debt.minimum for account in self.accounts.values() for debt in account.wanted.debts)

    @property
    def is_simple(self) -> bool:
        """Whether the oracle knows what the person does: nothing on days of their own."""
        return all(account.rhythm is None for account in self.accounts.values())

    def is_payday(self, account: Account) -> bool:
        """Whether a month of its debts ends today."""
        return bool(account.wanted.debts) and self.day == self.month_start(self.month) > self.anchor

    def due(self, account: Account) -> int:
        """What the newest plan asks to be paid into the goal today."""
        return sum(amount for day, amount in self.upcoming.get(account.goal, ()) if day == self.day)

    def remember_due(self, account: Account) -> None:
        """What was asked for today before anything was planned or paid today."""
        if account.asked is None or account.asked[0] != self.day:
            account.asked, account.paid_today = (self.day, self.due(account)), 0

    def left_due(self, account: Account) -> int:
        """What is left to pay today on debts, of the month that ends today."""
        if account.asked is None or not self.is_payday(account):
            return 0
        return max(0, account.asked[1] - account.paid_today)

    def kept(self, account: Account) -> int:
        """What the month that ends today kept for minimum payments, by what was owed when it began."""
        months, first = 0, self.month
        while self.month_start(first + months) <= account.by:
            months += 1
        return oracle_debts.kept_by_month(tuple(account.debts), months)[0]

    def _owed(self, account: Account) -> tuple[tuple[oracle_debts.Debt, ...], int]:
        """What the bank is owed, as if what is left due today had been paid, and that."""
        owed, due = tuple(account.debts), self.left_due(account)
        assert not owed or sum(each.balance for each in owed) == account.owed_by_what_was_told
        if not self.is_payday(account) or account.first_planned == self.day:
            return owed, 0
        if account.paid_on == self.day:
            return oracle_debts.less(owed, due), due
        return tuple(oracle_debts.pay_debts(owed, self.kept(account) + due)), due

    def compare(self, made: Plan | None = None) -> None:
        """Compare all that is told today."""
        for account in self.accounts.values():
            self.remember_due(account)
        plans = self.plans()
        question = Question(as_of=self.day, contents=None, deltas=NO_DELTAS, changes=(), new_goals=())
        baseline = what_if(owner=self.user, question=question).baseline
        if made is not None:
            assert baseline == replace(made, goals=baseline.goals)
        by_goal = {UUID(goal.goal_id): goal for goal in baseline.goals if goal.goal_id}
        assert by_goal.keys() == {plan.goal_id for plan in plans}
        dashboard = make_dashboard(*fetch_all(*dashboard_reads(self.user.id)), owner=self.user, today=self.day)
        lines = {line.goal.id: line for line in dashboard.goals}
        for plan in plans:
            goal, line = by_goal[plan.goal_id], lines[plan.goal_id]
            projection = project_goal(owner=self.user, goal=plan.goal, check_ins=[], today=self.day).projection
            days = {
                plan.projected_completion_date,
                goal.projected_completion_date,
                projection.projected_completion_date,
            }
            assert len(days) == 1, days
            assert plan.required_monthly_contribution == goal.required_monthly
            assert plan.allocated_monthly_contribution == goal.allocated_monthly
            assert plan.this_month == goal.this_month
            assert plan.shortfall == goal.shortfall
            assert plan.feasibility == line.feasibility == goal.feasibility
            upcoming = plan.upcoming(self.day, most=ALL)
            assert plan.next_action_date(self.day) == line.next_action_date(self.day)
            assert plan.next_action_date(self.day) == (upcoming[0].date if upcoming else None)
            self.upcoming[plan.goal_id] = [(paid.date, cents(paid.amount)) for paid in upcoming]
            self._check_days(plan)
            self._check_amounts(plan)
            assert (
                proposal_for(owner=self.user, plan_id=plan.id, today=self.day) is None
                or plan.goal.target_date < self.day
            )
        self._check_money()
        self._compare_calendar(plans, baseline)
        self._compare_days(baseline)
        if not self.is_simple or not self._compare_with_oracle(baseline):
            self._remember(baseline)
        for account in self.accounts.values():
            paid, _ = account.made(self.month_start(self.month), self.month)
            account.count(self.month_start(self.month), self.month, paid)

    def _compare_calendar(self, plans: list[ActionPlan], baseline: Plan) -> None:
        """The calendar pays what the plans ask for, and leaves what their months carry."""
        days = calendar_of(owner=self.user, today=self.day)
        last = oracle_dates.calendar_day(self.month_start(self.month), MOST_MONTHS)
        for plan in plans:
            paid = [
                (day.date, cents(entry.amount))
                for day in days
                for entry in day.entries
                if (entry.kind, entry.goal_id) == (EntryKind.GOAL_PAYMENT, str(plan.goal_id))
            ]
            assert paid == [each for each in self.upcoming[plan.goal_id] if each[0] <= last], (paid, plan)
        ends = {oracle_dates.present_month(self.anchor, day.date) - self.month: day.carried_over for day in days}
        carried = dict(enumerate(month.carried for month in baseline.cash_flow))
        assert all(ends[month] == carried[month] for month in ends.keys() & carried), (ends, carried)

    def _check_amounts(self, plan: ActionPlan) -> None:
        """A goal without interest gets what is missing before its date, to the cent; `shortfall` is the rest."""
        account = self.accounts[plan.goal_id]
        # Interest that no check-in has told yet is there, but the plan doesn't count on it.
        untold = account.untold_at_date(self.anchor, self.day)
        assert plan.goal_id not in self.promised or cents(plan.shortfall) <= untold, (account, plan.shortfall)
        is_plain = account.wanted.rate == "0" and account.by > self.day
        if is_plain and self.is_faithful:  # paid all that was due before today, so isn't behind
            assert cents(plan.goal.expected_on(self.day)) <= account.told, (account, plan.goal.pace)
        if account.wanted.debts or not is_plain:
            return
        in_time = sum(amount for day, amount in self.upcoming[plan.goal_id] if day < account.by)
        assert account.told + in_time + cents(plan.shortfall) == account.wanted.target, (account, plan)
        for day, amount in self.upcoming[plan.goal_id][:1]:
            expected = cents(plan.goal.expected_on(day))
            assert day >= account.by or expected <= account.told, (expected, account, day, amount)

    def _compare_days(self, baseline: Plan) -> None:
        """What each day of a goal's own takes is as the oracle says."""
        world, made = self.world(), {goal.goal_id: goal for goal in baseline.goals}
        for wish in world.wishes:
            account = self.accounts[UUID(wish.key)]
            if account.rhythm is not None and account.first_planned is not None and account.by > self.day:
                each = oracle_days.smallest_each(world, wish, account.rhythm, account.first_planned)
                assert each == cents(made[wish.key].required_each), (each, made[wish.key].required_each, wish)

    def _check_money(self) -> None:
        """No month asks for more than it leaves; with own days, no months more than they leave together."""
        by_month: dict[int, int] = {}
        for goal, upcoming in self.upcoming.items():
            account = self.accounts[goal]
            for day, amount in upcoming if self.is_active(account) else ():
                month = oracle_dates.present_month(self.anchor, day)
                if account.wanted.debts and day == self.month_start(month):
                    month -= 1
                by_month[month] = by_month.get(month, 0) + amount
        own_days = any(account.rhythm for account in self.accounts.values())
        if self.is_faithful:
            for month, amount in self.paid_by_month.items():
                by_month[month] = by_month.get(month, 0) + amount
        total = freed = 0
        follow_debts(self)
        for month in range(min(by_month, default=0), max(by_month, default=0) + 1):
            total += by_month.get(month, 0)
            freed += sum(each.get(month, 0) for each in self.freed.values())
            assert total <= self.surplus * (month + 1) + freed, (month, by_month, self.freed)
            is_kept = own_days or self.freed
            assert is_kept or by_month.get(month, 0) <= self.surplus, (month, by_month)

    def _check_days(self, plan: ActionPlan) -> None:
        """The payments of this month are `this_month`, all are after today and on days of the plan."""
        account = self.accounts[plan.goal_id]
        upcoming, end = self.upcoming[plan.goal_id], self.month_start(self.month + 1)
        is_debt = bool(account.wanted.debts)
        of_month = [amount for day, amount in upcoming if (day <= end if is_debt else day < end)]
        if is_debt and self.is_payday(account):
            difference = abs(self.due(account) - self.left_due(account))
            assert difference <= self._unclear_interest(account), (self.due(account), account)
            of_month = [self.due(account)] if self.due(account) else of_month
        assert cents(plan.this_month) == sum(of_month), (plan.this_month, upcoming)
        for day, amount in upcoming:
            assert amount > 0
            assert day >= self.day
            if day == self.day:
                continue
            if account.rhythm is None:
                assert day == self.month_start(oracle_dates.present_month(self.anchor, day))
        if account.rhythm is not None:
            frequency, weekday = account.rhythm
            own = (
                {
                    *oracle_dates.rhythm_dates(
                        self.day,
                        upcoming[-1][0] + timedelta(days=1),
                        "weekly" if frequency == "biweekly" else frequency,
                        weekday,
                    )
                }
                if upcoming
                else set()
            )
            assert {day for day, _ in upcoming if day > self.day} <= own, (
                plan.frequency,
                plan.day_of_period,
                upcoming,
                self.day,
                account.by,
            )

    def _unclear_interest(self, account: Account) -> int:
        """How many cents of a month's interest a snapshot of its payday doesn't tell.

        What was owed in all before the payment is known. Of which debts isn't, if one was closed with it: what was
        paid off may be counted at the highest instead of the lowest rate, and each debt's interest is rounded.
        """
        if account.snapshot_on != self.day or all(each.balance for each in account.debts):
            return 0
        rates = [each.rate for each in account.debts]
        return ceil(account.fallen_today * (max(rates) - min(rates)) / 1200) + len(rates)

    def _remember(self, baseline: Plan) -> None:
        """What the newest versions ask for, where the oracle has no answer of its own."""
        for goal in baseline.goals:
            asked = oracle.Told(
                required=0,
                need=0,
                room=0,
                allocated=0,
                months=1,
                shortfall=0,
                done=None,
                this_month=cents(goal.this_month),
                made=cents(goal.paid_this_month),
                payments=self.upcoming[UUID(goal.goal_id)],
            )
            self.told[UUID(goal.goal_id)] = (self.month, asked)

    def _compare_with_oracle(self, baseline: Plan) -> bool:
        """All that the oracle says is told to the cent and to the day.

        Where interest raised a need, the rules leave open how the money is shared: a gap depends on when the
        money comes, and that on the gaps of others. Then what is told has to be true of the payments that are
        told. It has so, too, where debts end and their minimum payments are free: the oracle doesn't share
        these.
        """
        world = self.world()
        told = oracle.plan(world)
        is_open = self.frees_minimums or any(mine.is_raised for mine in told.values())
        assert len(told) == len(baseline.goals)
        for wish in world.wishes:
            mine, goal = told[wish.key], next(goal for goal in baseline.goals if goal.goal_id == wish.key)
            payments = self.upcoming[UUID(wish.key)]
            assert mine.required == cents(goal.required_monthly), (mine, goal, world)
            if is_open:
                self._require_true(world, wish, goal, payments)
                continue
            self.told[UUID(wish.key)] = (self.month, mine)
            said = (mine.allocated_monthly, mine.shortfall, mine.this_month, mine.done, mine.feasibility)
            is_said = (
                *map(cents, (goal.allocated_monthly, goal.shortfall, goal.this_month)),
                goal.projected_completion_date,
                goal.feasibility,
            )
            assert said == is_said, (said, is_said, world)
            if all(day < date(2076, 1, 1) for day, _ in mine.payments):
                assert mine.payments[: len(payments)] == payments, (mine.payments, payments)
                assert len(payments) >= min(12, len(mine.payments)), (mine.payments, payments)
        return not is_open

    def _require_true(
        self, world: oracle.World, wish: oracle.Wish, goal: GoalPlan, payments: list[tuple[date, int]]
    ) -> None:
        """The payments lead to what is missing at the date, and to the day on which the goal is reached."""
        account = lead_to(world, wish, payments)
        assert account.missing_at_date == cents(goal.shortfall), (account.missing_at_date, goal, world)
        assert (goal.feasibility == "Unrealistic") == (goal.shortfall > 0), (goal, world)
        average = oracle_debts.half_up(Fraction(account.put_in, account.months))
        assert average == cents(goal.allocated_monthly), (average, goal, world)
        if len(payments) < MOST_PAYMENTS:
            assert account.done == goal.projected_completion_date, (account.done, goal, world)
