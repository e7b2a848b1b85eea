"""The state of a goal in a plan that is being solved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from planning.engine.dated_money import DatedMoney
from planning.engine.dated_saving import DatedSaving
from planning.engine.dates import Calendar
from planning.engine.feasibility import feasibility
from planning.engine.held_back import held_by
from planning.engine.model import GoalInput
from planning.engine.money.cents import average, money, to_cents
from planning.engine.own_days import OwnDays
from planning.engine.payday_saving import PaydaySaving
from planning.engine.trajectory import EMPTY, DebtPayoff, Need, Saving, Simulation, Trajectory
from planning.vocabulary import Feasibility, Frequency

Cycle = tuple[int, int]
"""A goal's position in the input, and the number of its cycle: 0 is the present one."""


@dataclass(slots=True)
class GoalState:
    """A goal in a plan that is being solved. Money is in cents."""

    position: int  # in the input
    goal: GoalInput
    need: Need
    claim: int  # what the goal asks for by its date

    # 0 is the present cycle. Later ones of a recurring goal come right behind it, with the same position.
    cycle: int = 0

    room: int = 0  # available to it by its date, with what was put in this month
    granted: int = 0  # the part of `room` that it gets
    # By the end of these months no more than `room` is left (see `Grant`).
    binding_month: int = 0
    binding_late_income: int = 0
    # `granted`, split over the months (or days of its own) up to the date.
    offers: list[int] = field(default_factory=list)
    # What it was offered in each month (or on each day of its own) after the date, so far.
    late_offers: list[int] = field(default_factory=list)
    # How `claim` counts the goal as paid. Its level payment is the share, if all that this comes to is granted.
    counted: Simulation = field(init=False)
    sooner: int = 0  # what its shares are more than evenly, so that interest makes up for cents that are missing
    missing: int = 0  # at the date
    # What happens up to the date; `solve_dates` leaves it out.
    in_time: Trajectory = EMPTY
    # The same, and for a late goal also what happens after the date.
    trajectory: Trajectory = EMPTY
    horizon: int = 0  # the goal gets no money that a month before this one still needs

    # Where money has dates.
    money: DatedMoney | None = None  # the person's; None if nothing has dates
    late_income: int = 0  # arrives in the goal's last month, too late for its date
    behind: int = 0  # was put in this month for goals served after it
    # The part of each month's money that is kept for payments of the next month, because they come before all
    # money of that month has arrived. It is one list for all goals of a plan, empty if nothing has dates. What
    # arrives late in the month is kept first, and is then no longer too late for anything (`not_kept`).
    kept: list[int] = field(default_factory=list)
    kept_before: Sequence[int] = ()  # what `kept` was before the goal got its money
    # What a chosen amount takes of each month after the date, so that no other goal is promised it.
    reserved_late: list[int] = field(default_factory=list)
    kept_late: list[int] = field(default_factory=list)  # what was added to `kept` for that
    # On days of its own: each of these payments, with its month and what arrives after it in the month.
    reserved_days: Sequence[tuple[int, tuple[int, int]]] = ()
    # For savings paid on dates of the calendar: whether each month's money is there on its first day and so earns
    # interest for the month. Empty if no such goal has interest. It ends with the last month for which it matters.
    on_first_day: tuple[bool, ...] = ()

    # For debts whose minimum payments the surplus keeps.
    # From this month on what is kept is free for goals served later; None if no such month matters to them.
    frees_from: int | None = None
    not_before: int = 0  # the earliest `frees_from`
    # Held back until the debts are paid off; what they free then replaces it. It counts as free in the month
    # `held_until`, and not in the one before.
    held: int = 0

    # They follow from the need.
    dated: DatedSaving | None = field(init=False)  # the need of a goal with `days`
    # None if the goal is paid on the calendar's dates. A cycle that begins after the present month did has these
    # dates as its days from then on, but they aren't `own_days`: it is paid month by month, as other goals are.
    days: OwnDays | None = field(init=False)
    of_cycle: Cycle = field(init=False)  # the key among the states of all goals and cycles
    payoff: DebtPayoff | None = field(init=False)  # the need of debts that free what is kept for them
    _on_paydays: PaydaySaving | None = None

    def __post_init__(self) -> None:
        need = self.counted = self.need  # asked for its kind a thousand times while a plan is solved
        self.dated = need if isinstance(need, DatedSaving) else None
        self.days = self.dated.days if self.dated else None
        self.payoff = need if isinstance(need, DebtPayoff) and need.minimums else None
        self.of_cycle = self.position, self.cycle

    def free_if_granted(self, payoff: DebtPayoff, granted: int, until: int) -> None:
        """Set `frees_from` for a grant of `granted` cents; None if it would be after the month `until`."""
        cleared = payoff.months if granted == self.claim else payoff.cleared_late(granted, until)
        self.frees_from = None if cleared is None else max(cleared, self.not_before)

    @property
    def held_until(self) -> int:
        """The first month in which `held` is no longer held: its debts are cleared, or its date has come."""
        months = self.need.months
        return months if self.frees_from is None else min(months, self.frees_from)

    def hold(self, free: Sequence[int]) -> None:
        """Set `held`; `free` is without what its debts free. Nothing is held for debts that are cleared."""
        is_lacking = self.money and self.held_until and min(free) < 0
        self.held = held_by(free, self.held_until, self.horizon) if is_lacking else 0

    def not_kept(self, month: int, late: int) -> int:
        """The part of `late`, which arrives late in a month, that isn't kept for the next month anyway."""
        return max(0, late - self.kept[month]) if late else 0

    def promised(self, months: int) -> list[int]:
        """What its debts free in each month for the goals served later."""
        return self._kept_since(self.frees_from, months)

    def freed(self, months: int) -> list[int]:
        """What its debts free in each month: once they are cleared, all that is kept for them."""
        return self._kept_since(self.ends, months)

    @property
    def ends(self) -> int | None:
        """The first month in which nothing is kept for its debts any more; None if something always is."""
        ends = [month for month in (self.trajectory.done_on, self.frees_from) if month is not None]
        return min(ends, default=None)

    def _kept_since(self, since: int | None, months: int) -> list[int]:
        if since is None or since >= months or not self.payoff:
            return [0] * months
        return [0] * since + self.payoff.kept(months)[since:]

    @property
    def own_days(self) -> OwnDays | None:
        """The goal's own days of payment; None if it is paid month by month, once the money is there."""
        return self.days if self.goal.cadence else None

    def first_days(self, calendar: Calendar, months: Iterable[int]) -> Iterator[date]:
        """The first day on which the payment of each of these months can be made.

        It is a date of the calendar, or the start of a cycle in which no month begins.
        """
        days, later = self.days, self.need.first_payment
        starts = days.starts if days and days.is_due_now and not self.own_days else None
        last = len(days.counts) - 1 if days and days.counts[-1] == 1 else None
        for month in months:
            first = calendar.day(month + later)
            yield max(first, starts) if starts and month == last else first

    @property
    def arriving_late(self) -> int:
        """What arrives in the month of its date too late for it, also if nothing is to be paid there any more."""
        if self.money and self.own_days:
            return self.money.paydays.too_late(self.own_days)
        return self.late_income

    @property
    def due_by(self) -> tuple[int, int]:
        """A key that sorts goals by their dates, or by their last own days before these."""
        return self.need.deadline, -self.arriving_late

    @property
    def simulated(self) -> Simulation:
        """The need as it is paid: `need` itself, unless payments come later than on the first days of months."""
        need = self.need
        if all(self.on_first_day) or not need.bears_interest or not isinstance(need, (Saving, DatedSaving)):
            return need
        if isinstance(need, DatedSaving):
            return need.paid_first_in(self.on_first_day)
        if self._on_paydays is None or self._on_paydays.on_first_day != self.on_first_day:
            self._on_paydays = PaydaySaving(
                need.target,
                need.start,
                need.rate,
                self.on_first_day,
                credit=need.credit,
                first_interest=need.first_interest,
                effort=need.effort,
            )
        return self._on_paydays

    @property
    def required_monthly(self) -> int:
        """The level payment a month; of a weekly or biweekly rhythm, what its level payments average."""
        if self.days and self.days.cadence.frequency != Frequency.MONTHLY:
            return average(self.need.total, self.need.months)
        return self.need.level

    @property
    def allocated_monthly(self) -> int:
        """The average payment up to the date: a month, or with monthly days of its own on each of them."""
        total, days = sum(self.in_time.amounts), self.days
        if days and days.cadence.frequency == Frequency.MONTHLY:
            return average(total, max(1, sum(days.counts)))
        return average(total, self.need.months)

    @property
    def due(self) -> int:
        """What is still to be paid today on debts, of the month that ends today."""
        return to_cents(self.goal.due)

    @property
    def paid_this_month(self) -> int:
        """The part of the present month's payment that was made; a month of debts is present until it is paid."""
        return to_cents(self.goal.due_made) if self.due else self.need.credit

    @property
    def this_month(self) -> int:
        """The part of the present month's payment that is still to be made."""
        return self.due or self.trajectory.amounts[0] - self.need.credit

    @property
    def made_late(self) -> int:
        """The part of what was put in this month that counts for late days of the month, not for those in time."""
        if not self.days or self.need.months > 1:
            return 0
        return max(0, self.need.credit - sum(self.in_time.by_day[0]))

    @property
    def goes_on_late(self) -> bool:
        """Whether money is put in after its date too. Nothing is put into a missed cycle of a recurring goal."""
        return not self.arrives and not self.goal.repeat_every_months

    @property
    def arrives(self) -> bool:
        """Whether the goal is met by its date."""
        return not self.missing

    @property
    def needed(self) -> int:
        """Cents needed by the date: at most `room` if the goal is met, more than `room` if not."""
        if self.arrives:
            return min(self.claim, self.room)
        return self.claim if self.claim > self.room else self.room + self.missing

    @property
    def feasibility(self) -> Feasibility:
        return feasibility(self.needed, self.room)


def kept_for_debts(state: GoalState, months: int) -> list[list[Decimal]]:
    """What each of the first `months` months keeps for the minimum payments, for each of the goal's debts."""
    if not isinstance(state.need, DebtPayoff):
        return []
    until = months if state.ends is None else min(state.ends, months)
    kept = [each[:until] + [0] * (months - until) for each in state.need.kept_for_each(months)]
    return [[money(amount) for amount in each] for each in kept]
