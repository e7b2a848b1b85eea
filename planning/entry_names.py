"""Names for the entries of a snapshot, which a person replaces as a whole: what is told again keeps its name.

Calendar programs tell events by what is derived from them. A name says when the entry was first told: the number
of that snapshot, and the place in its list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from planning.engine.rhythm import phase
from planning.snapshot_contents import DebtEntry, IncomeEntry, PlannedExpense, SnapshotContents
from planning.vocabulary import PayFrequency

SECTIONS: Final = ("incomes", "planned", "debts")

EntryNames = Mapping[str, Sequence[str]]
"""By section, the name of each of its entries."""

_Trait = str | Decimal | UUID | date | tuple[int, ...] | None


class _Entry(NamedTuple):
    """What an entry can be told by: only one of the same `rhythm` is the same, the more `traits` the likelier.

    The first trait is its label.
    """

    rhythm: PayFrequency | None
    traits: tuple[_Trait, ...]

    def likeness(self, other: _Entry) -> tuple[int, bool]:
        """How many traits are the same, and whether the label is."""
        same = [mine is not None and mine == its for mine, its in zip(self.traits, other.traits, strict=True)]
        return (sum(same), same[0]) if self.rhythm == other.rhythm else (0, False)


def new_names(contents: SnapshotContents, number: int) -> dict[str, list[str]]:
    """The names of entries that are all told for the first time, in the snapshot with this number."""
    entries = _entries(contents)
    return {section: [f"{number}.{index}" for index in range(len(entries[section]))] for section in SECTIONS}


def names_after(
    contents: SnapshotContents, number: int, *, before: SnapshotContents, names: EntryNames
) -> dict[str, list[str]]:
    """The names of the entries that follow those from `before`, each that is told again with its former name."""
    told, former, new = _entries(contents), _entries(before), new_names(contents, number)
    for section in SECTIONS:
        for index, known in _same(told[section], former[section]):
            new[section][index] = names[section][known]
    return new


def _same(told: Sequence[_Entry], former: Sequence[_Entry]) -> Iterable[tuple[int, int]]:
    """The places of entries that are the same: the most alike first, then the nearest."""
    if told == former:
        return [(index, index) for index in range(len(told))]
    likely = []
    for index, entry in enumerate(told):
        for known, other in enumerate(former):
            traits, is_label_same = entry.likeness(other)
            if traits:
                likely.append((-traits, not is_label_same, abs(index - known), index, known))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for *_, index, known in sorted(likely):
        if index not in found and known not in taken:
            found[index] = known
            taken.add(known)
    return found.items()


def _entries(contents: SnapshotContents) -> dict[str, list[_Entry]]:
    planned = contents.expenses.planned if contents.expenses else ()
    return {
        "incomes": [_flow(entry, entry.source_label) for entry in contents.incomes],
        "planned": [_flow(entry, entry.label) for entry in planned],
        "debts": [_debt(entry) for entry in contents.debts],
    }


def _flow(entry: IncomeEntry | PlannedExpense, label: str | None) -> _Entry:
    day = entry.next_date
    return _Entry(entry.frequency, (label, entry.amount, phase(entry.frequency, day) if day else None))


def _debt(entry: DebtEntry) -> _Entry:
    amounts = entry.interest_rate_annual, entry.min_payment, entry.balance
    return _Entry(None, (entry.label, entry.goal_id, entry.type, *amounts))
