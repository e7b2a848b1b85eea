"""What is owed on a snapshot's debts on a later day, with and without goals that pay them off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from goals.history import Told
from planning.engine.dates import Calendar
from planning.put_in.months import Planned
from planning.put_in.paid_off import SnapshotTold
from planning.put_in.snapshot_debts import ClearingGoal, SnapshotDebts
from planning.tests.factories import debt

pytestmark = [pytest.mark.unit, pytest.mark.planning]

NEW_YEAR, MARCH, TENTH = date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 10)
STORED = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINE, OTHER = uuid4(), uuid4()
ASKED = Planned(None, Decimal("100.00"), [], of_debts=True)
LOAN = debt(
    goal_id=MINE, balance=Decimal(1000), interest_rate_annual=Decimal(0), min_payment=Decimal(50), label=None
)
CARD = debt(balance=Decimal(1000))


def debts(*entries: Any, today: date = MARCH, **more: Any) -> SnapshotDebts:
    """Told on New Year's Day, with which the calendar began."""
    fields = {"at_snapshot": {}, "completed": {}, "clearing": {}, **more}
    return SnapshotDebts(Calendar(today, NEW_YEAR), entries, NEW_YEAR, **fields)


def clearing(amount: str) -> dict[str, Any]:
    """The goal has paid off so much, all of it in February, and nothing when the snapshot was stored."""
    check_in = Told(date(2026, 2, 15), datetime(2026, 2, 15, 12, tzinfo=UTC), Decimal(amount))
    goal = ClearingGoal(Decimal(amount), date(2026, 12, 31), (check_in,), ASKED)
    return {"clearing": {MINE: goal}, "at_snapshot": {MINE: SnapshotTold(STORED, NEW_YEAR, Decimal(0))}}


class TestLinkedDebts:
    """1 000 without interest, of which a month pays the minimum of 50 and 100 above it."""

    def test_are_counted_as_if_what_is_due_today_had_been_paid(self) -> None:
        month = debts(LOAN, CARD, **clearing("90")).month_of(MINE)
        assert month is not None
        assert [(each.label, each.balance) for each in month.debts] == [("credit_card", Decimal(850))]

    @pytest.mark.parametrize(("paid_off", "due"), [("90", "60"), ("150", "0"), ("200", "0")])
    def test_are_due_as_far_as_the_month_that_ends_today_has_not_paid(self, paid_off: str, due: str) -> None:
        assert debts(LOAN, **clearing(paid_off)).due_today(MINE) == Decimal(due)

    def test_were_paid_their_minimums_last_month(self) -> None:
        assert debts(LOAN, CARD, LOAN, **clearing("90")).kept_last_month(MINE) == (Decimal(50), Decimal(50))

    @pytest.mark.parametrize("entries", [(CARD,), (debt(goal_id=OTHER),)])
    def test_are_none_of_a_goal_that_no_debt_names(self, entries: tuple[Any, ...]) -> None:
        found = debts(*entries, **clearing("90"))
        assert (found.month_of(MINE), found.due_today(MINE), found.kept_last_month(MINE)) == (None, Decimal(0), ())

    def test_are_none_of_a_goal_that_pays_off_none(self) -> None:
        found = debts(LOAN)
        assert (found.month_of(MINE), found.due_today(MINE), found.kept_last_month(MINE)) == (None, Decimal(0), ())


class TestDebtsThatNoGoalPaysOff:
    def test_are_paid_their_minimums_up_to_the_present_month(self) -> None:
        """1 000 and 10 of interest less 100 are 910; with 9.10 of interest less 100 they are 819.10."""
        (card,) = debts(LOAN, CARD, today=TENTH, **clearing("90")).paid_alone
        assert (card.debt.label, card.debt.balance) == ("Card", Decimal("819.10"))
        assert card.last_payment == Decimal(100)

    def test_are_those_whose_goal_is_not_active(self) -> None:
        found = debts(LOAN, CARD)
        assert [each.debt.balance for each in found.paid_alone] == [Decimal(900), Decimal("819.10")]
        assert [found.is_paid_off_by_a_goal(entry) for entry in found.entries] == [False, False]

    def test_of_a_completed_goal_are_less_what_it_paid_off_since_the_snapshot(self) -> None:
        """1 000 less the 400 since then and two minimum payments of 50 are 500."""
        at_snapshot = {MINE: SnapshotTold(STORED, NEW_YEAR, Decimal(100))}
        found = debts(LOAN, CARD, at_snapshot=at_snapshot, completed={MINE: Decimal(500)}).paid_alone
        assert [each.debt.balance for each in found] == [Decimal(500), Decimal("819.10")]

    def test_of_a_goal_that_was_completed_before_the_snapshot_are_what_that_says(self) -> None:
        found = debts(LOAN, completed={MINE: Decimal(500)}).paid_alone
        assert [each.debt.balance for each in found] == [Decimal(900)]
