"""The debts of a snapshot on a later day: what is owed on them, and which of them goals pay off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from fincred.money import ZERO
from goals.history import Told
from planning.engine.dates import Calendar
from planning.engine.freed import PaidUntil, pay_minimums, payment_dates
from planning.engine.model import Debt
from planning.put_in.debt_months import DebtMonth, count_debt_month, kept_last_month
from planning.put_in.months import Planned
from planning.put_in.paid_off import PaidOff, SnapshotTold, less, paid_off
from planning.snapshot_contents import DebtEntry


class ClearingGoal(NamedTuple):
    """A goal that pays off the debts that are linked to it, by its date `by`.

    `amount` is what is paid off now. `planned` is what its newest version says of the months; None without one.
    """

    amount: Decimal
    by: date
    check_ins: Sequence[Told]
    planned: Planned | None


@dataclass(frozen=True, slots=True)
class SnapshotDebts:
    """A snapshot's debts, which were told on the day `told_on`, as they are on the calendar's day.

    By goal, `at_snapshot` is what was paid off when the snapshot was stored, `completed` what completed goals have
    paid off in all, and `clearing` are the active goals that pay off the debts linked to them.
    """

    calendar: Calendar
    entries: tuple[DebtEntry, ...]
    told_on: date
    at_snapshot: Mapping[UUID, SnapshotTold]
    completed: Mapping[UUID, Decimal]
    clearing: Mapping[UUID, ClearingGoal]

    def month_of(self, goal_id: UUID) -> DebtMonth | None:
        """The present month of a goal's linked debts; None for a goal that pays off none."""
        debts = self._linked_debts(goal_id)
        if not debts:
            return None
        planned, by = self.clearing[goal_id].planned, self.clearing[goal_id].by
        return count_debt_month(self.calendar, debts, self._paid_off(goal_id), planned, by=by)

    def due_today(self, goal_id: UUID) -> Decimal:
        """What is still to be paid today on the goal's linked debts, of the month that ends today."""
        month = self.month_of(goal_id)
        return month.due.amount if month else ZERO

    def kept_last_month(self, goal_id: UUID) -> tuple[Decimal, ...]:
        """The minimum payments of the goal's linked debts on the present month's first day."""
        debts = self._linked_debts(goal_id)
        if not debts:
            return ()
        planned, by = self.clearing[goal_id].planned, self.clearing[goal_id].by
        return kept_last_month(self.calendar, debts, self._paid_off(goal_id), planned, by)

    def is_paid_off_by_a_goal(self, entry: DebtEntry) -> bool:
        """Whether an active goal pays the debt off, because it is linked to it."""
        return entry.goal_id in self.clearing

    @property
    def paid_alone(self) -> list[PaidUntil]:
        """The debts that no goal pays off, as they are once minimums are paid up to the present month."""
        dates = payment_dates(self.told_on, self.calendar)
        return [
            pay_minimums(debt, dates)
            for entry, debt in zip(self.entries, self._owed(), strict=True)
            if not self.is_paid_off_by_a_goal(entry)
        ]

    def _linked_debts(self, goal_id: UUID) -> tuple[Debt, ...]:
        """The debts that are linked to the goal; none if it doesn't pay them off."""
        if goal_id not in self.clearing:
            return ()
        return tuple(entry.as_engine_debt() for entry in self.entries if entry.goal_id == goal_id)

    def _paid_off(self, goal_id: UUID) -> PaidOff:
        goal = self.clearing[goal_id]
        return paid_off(self.calendar, goal.check_ins, goal.amount, self.at_snapshot.get(goal_id))

    def _owed(self) -> list[Debt]:
        """The debts, less what goals that are completed have paid off since."""
        owed = [entry.as_engine_debt() for entry in self.entries]
        for goal_id, amount in self.completed.items():
            linked = [index for index, entry in enumerate(self.entries) if entry.goal_id == goal_id]
            since = amount - self.at_snapshot[goal_id].amount if goal_id in self.at_snapshot else ZERO
            left = less(tuple(owed[index] for index in linked), since, self.calendar)
            for index, debt in zip(linked, left, strict=True):
                owed[index] = debt
        return owed
