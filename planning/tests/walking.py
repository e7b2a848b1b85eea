"""A person who lives day after day by services, with a bank of their own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from accounts.models import User
from fincred.money import ZERO
from goals.models import Goal
from goals.services import create_goal
from goals.vocabulary import GoalType
from planning.engine.model import Plan
from planning.models import ActionPlan
from planning.services.action_plans import PlanChanges, update_action_plan
from planning.services.as_asked import count_what_is_asked
from planning.services.plans import plan_everything
from planning.services.proposals import Choice, accept_proposal, proposal_for
from planning.tests import oracle_debts
from planning.tests.comparing import EXPENSES, Told
from planning.tests.factories import contents, debt, snapshot_of
from planning.tests.oracle_as_asked import debts_end, savings_end
from planning.tests.walked import Account, Deed, Wanted, cents, euros
from planning.vocabulary import Frequency
from tracking.services import create_check_in


class Walker(Told):
    def __init__(self, user: User, start: date, surplus: int, wanted: Iterable[Wanted]) -> None:
        self.user, self.anchor, self.day, self.surplus = user, start, start, surplus
        super().__init__()
        self._moments = 0
        self.is_faithful = self.is_comparing = True
        for one in wanted:
            self.want(one)
        self.store_snapshot()

    def want(self, wanted: Wanted) -> Account:
        by = self.day + timedelta(days=wanted.days)
        goal = create_goal(
            owner=self.user,
            type=GoalType.DEBT_PAYOFF if wanted.debts else GoalType.SHORT_TERM_SAVING,
            name="Goal",
            target_amount=euros(sum(each.balance for each in wanted.debts) or wanted.target),
            target_date=by,
            priority=wanted.priority,
            annual_rate=Decimal(wanted.rate),
            now=self.now,
            today=self.day,
        )
        account = Account(goal.id, wanted, by, len(self.accounts), debts=list(wanted.debts))
        self.accounts[goal.id] = account
        return account

    def store_snapshot(self) -> None:
        """A new snapshot: the same surplus, and each debt as the bank has it."""
        debts = []
        for account in self.accounts.values():
            account.snapshot_on = self.day
            account.snapshot_amount, account.snapshot_debts = account.told, tuple(account.debts)
            debts += [
                debt(
                    balance=euros(each.balance),
                    interest_rate_annual=Decimal(each.rate.numerator) / each.rate.denominator,
                    min_payment=euros(each.minimum),
                    goal_id=account.goal,
                )
                for each in account.debts
            ]
        income = EXPENSES + euros(self.surplus) + sum((each.min_payment for each in debts), ZERO)
        snapshot_of(self.user, contents(income=str(income), debts=tuple(debts)), now=self.now, today=self.day)
        if self.told:
            self.compare()

    def choose_rhythms(self) -> None:
        for account in self.accounts.values():
            if account.wanted.rhythm is None:
                continue
            account.rhythm = frequency, day = account.wanted.rhythm
            plan = next(plan for plan in self.plans() if plan.goal_id == account.goal)
            changes = PlanChanges(frequency=Frequency(frequency), day_of_period=day)
            update_action_plan(owner=self.user, plan_id=plan.id, changes=changes, now=self.now, today=self.day)

    def plan(self) -> Plan:
        for account in self.accounts.values():
            if account.first_planned is None:
                account.first_planned, account.opening = self.day, account.told
        made = plan_everything(owner=self.user, now=self.now, today=self.day)
        self.compare(made)
        return made

    def check_in(self, account: Account, amount: int) -> None:
        account.ask_at_check_in = self._whole_ask(account)
        account.check_ins.append((self.day, amount))
        account.interest_told, account.untold = account.interest_told + account.untold, 0
        outcome = create_check_in(
            owner=self.user, goal_id=account.goal, current_amount=euros(amount), now=self.now, today=self.day
        )
        if outcome.goal_completed and self.is_comparing:
            self.compare()

    def pay(self, account: Account, amount: int) -> None:
        """Put so much in, and check in. A debt's payment is one of the month that ends today."""
        if account.wanted.debts:
            before = sum(each.balance for each in account.debts)
            if account.paid_on == self.day:
                account.debts = [*oracle_debts.less(tuple(account.debts), amount)]
            else:
                account.debts = oracle_debts.pay_debts(account.debts, self.kept(account) + amount)
            fallen = before - sum(each.balance for each in account.debts)
            account.fallen_today = fallen + (account.fallen_today if account.paid_on == self.day else 0)
            self._count(self.month - 1, amount)
            account.paid_on, account.paid_today = self.day, account.paid_today + amount
            self.check_in(account, max(0, account.told + fallen))
            return
        self._count(self.month, amount)
        account.balance += amount
        account.put_in += amount
        self.check_in(account, account.balance)

    def _count(self, month: int, amount: int) -> None:
        self.paid_by_month[month] = self.paid_by_month.get(month, 0) + amount

    def interest(self) -> None:
        """The bank credits a month's interest on the calendar's day, a goal's last at its target date."""
        begins = self.day == self.month_start(self.month) and self.day > self.anchor
        for account in self.accounts.values():
            if account.month != self.month:
                account.month, account.interest_told = self.month, 0
            if account.wanted.debts or not (begins or self.day == account.by):
                continue
            month = self.month - 1 if begins else self.month
            if account.credited is not None and account.credited >= self.month_start(month):
                continue
            earned = oracle_debts.interest(account.earning, Fraction(account.wanted.rate))
            account.balance += earned
            account.earned += earned
            account.untold += earned
            account.credited = self.month_start(month)

    def evening(self) -> None:
        """What is in the account on the calendar's day earns for the month."""
        if self.day == self.month_start(self.month):
            for account in self.accounts.values():
                account.earning = account.balance

    def arrivals(self) -> None:
        """Interest that reaches the target is told to the goal."""
        for account in self.accounts.values():
            if not account.wanted.debts and self.is_active(account) and account.balance >= account.wanted.target:
                self.check_in(account, account.balance)

    def follow(self, *, until: date, replan_on: Container[int] = (), paydays: Container[int] = ()) -> None:
        """Do what the plan says each day, and plan again on these days of the walk, at last in the evening.

        On the calendar's day of these months it is in the morning. What was promised arrives by its date.
        """
        while self.day < until:
            self.interest()
            if self.day == self.month_start(self.month) and self.month in paydays and self.has_told:
                self.plan()
            self.live()
            self._check_promises()
            if (self.day - self.anchor).days in replan_on:
                self.plan()
                self.pay_rest()
            self.day += timedelta(days=1)

    def _check_promises(self) -> None:
        for account in self.accounts.values():
            if account.goal in self.promised and self.day == account.by:
                has_arrived = account.balance >= account.wanted.target > 0
                assert has_arrived or not self.is_active(account), f"promised, but {account} has not arrived"

    def live(self, share: Fraction = Fraction(1)) -> None:
        """One day: interest, this share of each payment that is due, and at night what earns is counted."""
        self.interest()
        for account in self.accounts.values():
            self.remember_due(account)
        for account in self.accounts.values():
            paid = int(self.due(account) * share)
            if self.is_active(account) and (paid or self.is_payday(account)):
                self.pay(account, paid)
        self.arrivals()
        self.evening()

    def pay_rest(self) -> None:
        """Pay what a plan that was made after today's payments still asks for today."""
        for account in self.accounts.values():
            if self.is_active(account) and self.due(account):
                self.pay(account, self.due(account))
        self.evening()

    @property
    def has_told(self) -> bool:
        """Whether the goals know of all interest that was credited."""
        return all(account.wanted.debts or account.balance == account.told for account in self.accounts.values())

    def promise(self) -> None:
        """From now on the walker follows the plan: what is called funded today has to arrive."""
        funded = (plan.goal_id for plan in self.plans() if not plan.shortfall)
        self.promised = {goal for goal in funded if self._is_promised_by_date(self.accounts[goal])}

    def _is_promised_by_date(self, account: Account) -> bool:
        """Debts without a payment day left up to their date are planned for the next one, which is after it."""
        next_payment = self.day if self.due(account) else self.month_start(self.month + 1)
        return not account.wanted.debts or next_payment <= account.by

    def deviate(self, deeds: Mapping[int, Sequence[Deed]], *, until: date) -> None:
        """Do something else than the plan says: the deeds of each day of the walk."""
        self.is_faithful = False
        share = Fraction(1)
        while self.day < until:
            self.live(share)
            for kind, number in deeds.get((self.day - self.anchor).days, ()):
                if kind == "pay":
                    share = Fraction(number, 100)
                elif kind == "withdraw":
                    self.withdraw(list(self.accounts.values())[number % len(self.accounts)], Fraction(number, 100))
                elif kind == "earn":
                    self.surplus = self.surplus * number // 10_000 * 100
                    self.store_snapshot()
                elif kind == "snapshot":
                    self.store_snapshot()
                else:
                    self.plan()
            self.day += timedelta(days=1)

    def read_what_is_asked(self) -> list[ActionPlan]:
        """What action plans ask for and say is missing, without planning anything again.

        It is what the bank lacks if that is paid. What is called funded while the walker pays it stays so.
        """
        plans = self.plans()
        count_what_is_asked(plans, owner=self.user, today=self.day)
        self.upcoming = {}
        for plan in plans:
            account = self.accounts[plan.goal_id]
            asked = [(each.date, cents(each.amount)) for each in plan.payments_left(self.day)]
            self.upcoming[plan.goal_id] = asked
            # Debts without a payment day left up to their date are planned for the next one.
            if account.by > self.day and "overdue" not in plan.explanation["facts"]:
                self._check_end(plan, account, asked)
        return plans

    def _check_end(self, plan: ActionPlan, account: Account, asked: Sequence[tuple[date, int]]) -> None:
        end = debts_end if account.wanted.debts else savings_end
        (missing, day), shortfall = end(self.anchor, self.day, account, asked), cents(plan.shortfall_now)
        # A version that was made before interest was told doesn't count on it, until something is put in.
        untold = account.untold_at_date(self.anchor, self.day) if plan.as_asked is None else 0
        assert missing <= shortfall <= missing + untold, (account, asked, shortfall, missing)
        assert plan.goal_id not in self.promised or shortfall <= untold, (account, shortfall, self.day)
        if not untold and (day or not account.wanted.debts):  # debts aren't followed after their date
            assert plan.reached_on == day, (account, asked, plan.reached_on, day)

    def follow_what_is_asked(self) -> None:
        """Pay what action plans ask for each day, up to the last goal's date, with no new planning.

        What they call funded today arrives. Nothing is compared with the oracle, which doesn't know what a plan of
        months ago kept for later ones.
        """
        self.is_comparing = False
        self.interest()
        funded = [plan for plan in self.read_what_is_asked() if not plan.shortfall_now]
        in_time = (account for account in self.accounts.values() if account.by > self.day)
        self.promised = {each.goal for each in in_time if self._is_promised_by_date(each)}
        self.promised &= {plan.goal_id for plan in funded}
        last = max(account.by for account in self.accounts.values())
        while self.day <= last:
            self.interest()
            self.read_what_is_asked()
            self.live()
            self._check_promises()
            self.day += timedelta(days=1)

    def accept(self, choices: Sequence[Choice], *, until: date) -> None:
        """Accept a way back, if it ends by that day, for each goal that has drifted: the plan is as it said."""
        for account, choice in zip([*self.accounts.values()], choices, strict=False):
            plan = next((plan for plan in self.plans() if plan.goal_id == account.goal), None)
            if plan is None:
                continue
            proposal = proposal_for(owner=self.user, plan_id=plan.id, today=self.day)
            way = getattr(proposal, choice) if proposal else None
            if way is None or way.target_date > until:
                continue
            account.by = way.target_date
            plan = accept_proposal(owner=self.user, plan_id=plan.id, choice=choice, now=self.now, today=self.day)
            assert (plan.shortfall, plan.feasibility) == (way.shortfall, way.feasibility)
            self.compare()

    def withdraw(self, account: Account, share: Fraction) -> None:
        """Take this share out of the account, and check in."""
        if self.is_active(account) and not account.wanted.debts:
            taken = int(account.balance * share)
            if not taken:
                return
            account.balance -= taken
            account.put_in -= taken
            account.earning = min(account.earning, account.balance)
            self.check_in(account, account.balance)

    def account_for(self) -> None:
        """Every cent in the accounts was put in or earned, and the goals know of it."""
        for goal in Goal.objects.owned_by(self.user):
            account = self.accounts[goal.id]
            assert cents(goal.current_amount) == account.told
            if account.wanted.debts:
                assert account.told == sum(each.balance for each in account.wanted.debts) - sum(
                    each.balance for each in account.debts
                )
            else:
                assert account.balance == account.put_in + account.earned
