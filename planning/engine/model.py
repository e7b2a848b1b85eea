"""The inputs and outputs of the engine, as frozen dataclasses; instalments, of which there are most, are tuples.

Money is ``Decimal`` with two decimals, rates are percent a year (``Decimal("22.5")`` is 22.5 %), and a month is
a step of the planning calendar (`planning.engine.dates`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from goals.vocabulary import Priority
from planning.engine.cadence import Cadence, Payment
from planning.engine.dates import Calendar
from planning.engine.money.flows import Flow
from planning.engine.on_demand import OnDemand
from planning.vocabulary import AlternativeKind, Feasibility


@dataclass(frozen=True, slots=True)
class Debt:
    """A debt on the day planning starts; ``min_payment`` is what a month's surplus keeps for its minimum payment.

    That is the minimum of every month, unless there is ``min_payment_percent``: then a month's minimum is this
    percentage of the balance with the month's interest, rounded half up, or ``min_payment_floor`` if that is more,
    but at most what is owed. ``promo_rate`` is the rate of the calendar's months that end on or before
    ``promo_until``.
    """

    label: str
    balance: Decimal
    annual_rate: Decimal
    min_payment: Decimal
    type: str = "other"
    min_payment_percent: Decimal | None = None
    min_payment_floor: Decimal | None = None
    promo_rate: Decimal | None = None
    promo_until: date | None = None

    def in_month_to(self, end: date) -> "Debt":
        """The debt at the one rate that it has in the month that ends on this day."""
        if self.promo_until is None:
            return self
        rate = self.promo_rate if end <= self.promo_until else self.annual_rate
        return replace(self, annual_rate=rate or Decimal(0), promo_rate=None, promo_until=None)

    def as_document(self) -> dict[str, Any]:
        """Its fields, without those that aren't given."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in values if value is not None}


@dataclass(frozen=True, slots=True)
class GoalInput:
    """A goal to plan for."""

    id: str | None
    name: str
    type: str
    target_amount: Decimal
    already_there: Decimal  # saved (or paid off) so far, without `added`
    target_date: date
    priority: Priority
    primary: bool = False
    created_at: datetime | None = None  # None for a goal that isn't stored
    annual_rate: Decimal = Decimal(0)
    # If there are some, the plan pays off their balances instead of saving up `target_amount`. They are as of the
    # start of the present month.
    debts: tuple[Debt, ...] = ()
    chosen_monthly: Decimal | None = None  # the person's amount a month; None if the engine computes one
    added: Decimal = Decimal("0.00")  # the part of the present month's payment that has been made
    # The part of `already_there` and `added` that was there when the present month began, and so earns interest
    # for it; None means all.
    earning: Decimal | None = None
    principal: Decimal = Decimal("0.00")  # what of `debts` was paid off since by the payment `added`
    # On the day on which a month of debts ends; `debts` are as if what is due had been paid.
    due: Decimal = Decimal("0.00")  # still to be paid today of the month's payment
    due_made: Decimal = Decimal("0.00")  # paid of it before
    due_principal: Decimal = Decimal("0.00")  # what all that is to be paid today lowers the balances by
    cadence: Cadence | None = None  # days of payment of its own, instead of the calendar's
    chosen_each: Decimal | None = None  # the person's amount for each of these days
    # Of a recurring goal: the months from the end of a cycle to that of the next, which asks for the same amount.
    repeat_every_months: int | None = None
    first_date: date | None = None  # the date of the first cycle, from which all count; None means `target_date`
    starts: date | None = None  # the end of the cycle before the present one: shares of this one begin there
    # It changes no amount. Reserves and recurring goals go on when they are full: then their explanations say so,
    # and they have no completion date.
    is_reserve: bool = False

    @property
    def chosen_amount(self) -> Decimal | None:
        """The amount that the person chose for each day of payment; without own days there is one a month."""
        return self.chosen_each if self.cadence else self.chosen_monthly

    @property
    def present_amount(self) -> Decimal:
        """What is there on the day of planning."""
        return self.already_there + (self.principal if self.debts else self.added)

    @property
    def is_earning_first(self) -> bool:
        """Whether what was put in this month was there when the month began, at least in part."""
        return self.earning is None or self.earning > self.already_there

    @property
    def is_full(self) -> bool:
        """Whether it is a reserve with all of its target, or a recurring goal with all of its present cycle."""
        return self._goes_on and self.present_amount >= self.target_amount

    @property
    def is_done(self) -> bool:
        """Whether it has all of its target for good. Only in a what-if: a stored goal would be completed."""
        return not self._goes_on and not self.debts and self.present_amount >= self.target_amount

    @property
    def _goes_on(self) -> bool:
        return self.is_reserve or self.repeat_every_months is not None


@dataclass(frozen=True, slots=True)
class Finances:
    """Money a month, and money with dates.

    ``monthly_income`` is what incomes without dates come to, and ``monthly_expenses`` what is spent every month.
    ``minimum_payments`` is the sum for all debts, whether linked to a goal or not. ``incomes`` and ``planned``
    (expenses) come on days of their own, on top of these. ``debts`` are those that aren't linked to a goal, as of
    the start of the present month; what is kept for their minimum payments is free once they are paid off.
    """

    monthly_income: Decimal
    monthly_expenses: Decimal
    minimum_payments: Decimal
    incomes: tuple[Flow, ...] = ()
    planned: tuple[Flow, ...] = ()
    debts: tuple[Debt, ...] = ()

    @property
    def surplus(self) -> Decimal:
        """What every month has without money with dates: income less expenses less what is kept for minimums.

        Negative if these exceed the income.
        """
        return self.monthly_income - self.monthly_expenses - self.minimum_payments


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything that a plan depends on. ``as_of`` is the day on which it is made.

    The planning calendar goes by the day of ``anchor``, which is not after ``as_of``; None means ``as_of``.
    ``paid_elsewhere`` is the part of the present month's surplus that none of the goals has: it went into goals
    that are no longer planned, into full goals or ended cycles, or was taken out of a reserve again.
    ``carried_in`` is what earlier months kept for the present one and later ones; less than 0 if these have to
    make up for what earlier ones lacked.
    """

    as_of: date
    finances: Finances
    goals: tuple[GoalInput, ...]
    anchor: date | None = None
    paid_elsewhere: Decimal = Decimal("0.00")
    carried_in: Decimal = Decimal("0.00")
    calendar: Calendar = field(init=False, repr=False, compare=False)
    has_linked_minimums: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendar", Calendar(self.as_of, self.anchor or self.as_of))
        linked = any(debt.min_payment for goal in self.goals for debt in goal.debts)
        object.__setattr__(self, "has_linked_minimums", linked)

    @property
    def is_dated(self) -> bool:
        """Whether months can differ, so that what one leaves is carried into the next; otherwise all are alike."""
        finances = self.finances
        has_dates = finances.incomes or finances.planned or finances.debts
        return bool(has_dates) or self.has_linked_minimums or self.carried_in < 0

    @property
    def kept(self) -> Decimal:
        """What is left of ``carried_in``: if all months are alike and have a gap, the gap takes it."""
        return self.carried_in if self.is_dated or self.finances.surplus >= 0 else Decimal("0.00")


class Instalment(NamedTuple):
    """The payment of a month of the planning calendar, and the balance just after it.

    The first one includes what was put in already. If part of it is still to be paid, it is due on the day of
    planning. The balance is the amount saved or, for linked debts, the amount still owed.
    """

    date: date
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a goal has its label: a stable code, the numbers used, and a text made from these numbers.

    ``facts`` hold Decimals, dates, ints, strings, None and lists and dicts of these.
    """

    code: str
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One change that makes the goal reachable. Only the field that belongs to ``kind`` is set."""

    kind: AlternativeKind
    target_date: date | None = None
    target_amount: Decimal | None = None
    extra_monthly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GoalPlan:
    """What the plan says about one goal.

    `schedule`, `pace`, `path` and `payments` are computed when they are first read.
    """

    goal_id: str | None
    name: str
    type: str
    target_amount: Decimal
    target_date: date
    required_each: Decimal  # the level payment on each day of payment
    amount_each: Decimal  # the first payment that is asked for
    required_monthly: Decimal  # the level payment a month; for linked debts, the part above their minimum payments
    allocated_monthly: Decimal  # the average payment a month up to the target date
    paid_this_month: Decimal  # the part of the present month's payment that has been made
    # The part that is still to be paid. For debts, a month that ends today is the present one until it is paid.
    this_month: Decimal
    shortfall: Decimal  # the money missing at the target date
    feasibility: Feasibility
    explanation: Explanation
    alternatives: tuple[Alternative, ...]
    projected_completion_date: date | None  # None if the goal isn't reached within 600 months, or is full
    # The payments of the calendar's months from the present one on; for a late goal, also those after the date.
    schedule: OnDemand[Instalment]
    pace: Sequence[tuple[date, Decimal]]  # dates up to the target date, each with the cumulative amount expected
    path: Sequence[tuple[date, Decimal]]  # the pace, and for a late goal its continuation to the completion date
    payments: Sequence[Payment]  # what is still to be paid, on real days
    # The cumulative amount with which all linked debts are paid off; None without such debts.
    cleared: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The plan's totals a month: the surplus, what all goals require, what they get first, what is left.

    ``total_allocated_contributions`` is the sum of what is still to be paid this month (``this_month``).
    """

    estimated_monthly_surplus: Decimal
    total_required_contributions: Decimal
    total_allocated_contributions: Decimal
    buffer_remaining: Decimal


@dataclass(frozen=True, slots=True)
class MonthOfMoney:
    """What becomes of the money of the month from ``since``.

    ``expenses`` include planned ones. ``surplus`` is what they and the minimum payments leave of the income, and
    ``given`` what goals get. ``carried`` is what this month and those before it leave to the next one, and
    ``held_back`` the part of it that later months lack.
    """

    since: date
    income: Decimal
    expenses: Decimal
    minimum_payments: Decimal
    surplus: Decimal
    given: Decimal
    carried: Decimal
    held_back: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan for all goals, in the order of the input.

    ``carried`` is what is kept for each month of the calendar from those before it, beginning with ``carried_in``.
    Without money with dates that is what later months ask for above their surplus, and empty if nothing is kept.
    ``cash_flow`` has the months up to the last target date, at least 12 and at most 60. Both are computed on first
    read. ``first_months`` gives as many of the first months as it is asked for. ``kept_for_debts`` gives, by goal,
    what each of as many months keeps for the minimum payments of each debt that is linked to the goal.
    """

    as_of: date
    goals: tuple[GoalPlan, ...]
    summary: PlanSummary
    carried: Sequence[tuple[date, Decimal]]
    cash_flow: Sequence[MonthOfMoney]
    first_months: Callable[[int], Iterable[MonthOfMoney]] = field(compare=False, repr=False)
    kept_for_debts: Callable[[int], Sequence[Sequence[Sequence[Decimal]]]] = field(compare=False, repr=False)
