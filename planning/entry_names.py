"""Names for the entries of a snapshot. A person replaces it as a whole, and what is told again keeps its name.

Calendar programs know events by UIDs that are made from these names. A name says when its entry was first told:
the number of that snapshot, and the place in its list.
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
    """What an entry is recognised by in the next snapshot.

    The same entry has the same `rhythm`, and the more `traits` are the same, the likelier it is. The first trait
    is the label.
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
    """The names of the entries after those of `before`; an entry that is told again keeps its name."""
    told, former, new = _entries(contents), _entries(before), new_names(contents, number)
    for section in SECTIONS:
        for index, known in _same(told[section], former[section]):
            new[section][index] = names[section][known]
    return new


def _same(told: Sequence[_Entry], former: Sequence[_Entry]) -> Iterable[tuple[int, int]]:
    """The new and former places of the same entries; the most alike are matched first, then the nearest."""
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
