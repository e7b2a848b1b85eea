"""The names that entries of a snapshot keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.entry_names import EntryNames, names_after, new_names
from planning.snapshot_contents import DebtEntry, Expenses, IncomeEntry, PlannedExpense, SnapshotContents
from planning.vocabulary import DebtType, PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.planning]

DAY = date(2026, 3, 13)
JOB = IncomeEntry(Decimal(1500), PayFrequency.BIWEEKLY, "Job", DAY)
CARD = DebtEntry(DebtType.CREDIT_CARD, Decimal(900), Decimal(18), Decimal(25), "Card")
LABELS = st.sampled_from(["a", "b", None])
ENTRIES = st.lists(
    st.builds(
        IncomeEntry,
        st.sampled_from([Decimal(1), Decimal(2)]),
        st.sampled_from([PayFrequency.MONTHLY, PayFrequency.WEEKLY]),
        LABELS,
        st.sampled_from([None, DAY, date(2026, 3, 14)]),
    ),
    max_size=6,
)


def after(incomes: list[IncomeEntry], before: list[IncomeEntry]) -> list[str]:
    former = SnapshotContents(tuple(before))
    names = names_after(SnapshotContents(tuple(incomes)), 2, before=former, names=new_names(former, 1))
    return names["incomes"]


class TestNames:
    def test_are_new_where_nothing_was_told(self) -> None:
        expenses = Expenses(Decimal(1), planned=(PlannedExpense(Decimal(1), PayFrequency.ONCE, DAY),))
        contents = SnapshotContents((JOB, JOB), expenses, (CARD,))
        assert new_names(contents, 3) == {"incomes": ["3.0", "3.1"], "planned": ["3.0"], "debts": ["3.0"]}
        empty: EntryNames = new_names(SnapshotContents(), 0)
        assert names_after(contents, 3, before=SnapshotContents(), names=empty) == new_names(contents, 3)

    def test_go_first_to_the_most_alike_then_by_the_label_then_to_the_nearest(self) -> None:
        other = replace(JOB, source_label="Other", amount=Decimal(100))
        assert after([other, JOB], [JOB, other]) == ["1.1", "1.0"]
        swapped = [replace(JOB, amount=Decimal(100)), replace(other, amount=Decimal(1500))]
        assert after(swapped, [JOB, other]) == ["1.0", "1.1"]
        assert after([JOB, JOB, JOB], [JOB, JOB]) == ["1.0", "1.1", "2.2"]
        assert after([other, replace(JOB, source_label="C")], [JOB]) == ["2.0", "1.0"]

    def test_are_not_kept_by_what_has_nothing_in_common(self) -> None:
        stranger = IncomeEntry(Decimal(7), PayFrequency.BIWEEKLY, None, date(2026, 3, 14))
        assert after([stranger], [JOB]) == ["2.0"]
        assert after([replace(stranger, next_date=None)], [replace(JOB, source_label=None, next_date=None)]) == [
            "2.0"
        ]

    def test_of_debts_are_kept_by_their_goal_type_and_amounts(self) -> None:
        loan = DebtEntry(DebtType.CAR_LOAN, Decimal(5), Decimal(4), Decimal(1), goal_id=UUID(int=1))
        before = SnapshotContents(debts=(CARD, loan))
        paid = replace(loan, balance=Decimal(4), type=DebtType.PERSONAL_LOAN)
        told = SnapshotContents(debts=(paid, replace(CARD, label=None, balance=Decimal(800))))
        assert names_after(told, 2, before=before, names=new_names(before, 1))["debts"] == ["1.1", "1.0"]

    @given(ENTRIES, ENTRIES)
    def test_are_unique_and_the_same_each_time(self, told: list[IncomeEntry], before: list[IncomeEntry]) -> None:
        names = after(told, before)
        assert len(set(names)) == len(names) == len(told)
        assert after(told, before) == names

    @given(ENTRIES)
    def test_are_kept_in_any_order(self, before: list[IncomeEntry]) -> None:
        told = sorted(before, key=repr, reverse=True)
        names = after(told, before)
        assert {int(name[2:]) for name in names} == set(range(len(before)))
        assert [before[int(name[2:])] for name in names if name.startswith("1.")] == told
