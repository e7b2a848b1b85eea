"""The contents of a snapshot: incomes, expenses, debts and savings, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from fincred.money import ZERO
from planning.engine import codec
from planning.engine.model import Debt, Finances
from planning.engine.money.income import Income, monthly_income
from planning.vocabulary import DebtType, PayFrequency


@dataclass(frozen=True, slots=True)
class IncomeEntry:
    amount: Decimal
    frequency: PayFrequency
    source_label: str | None = None


@dataclass(frozen=True, slots=True)
class Expenses:
    """Of a month, without debt payments. `essential_amount` is the part that can't be left out."""

    total_amount: Decimal
    essential_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DebtEntry:
    """A debt. `goal_id` is the debt_payoff goal that it is linked to."""

    type: DebtType
    balance: Decimal
    interest_rate_annual: Decimal
    min_payment: Decimal
    label: str | None = None
    goal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SavingsEntry:
    balance: Decimal
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SnapshotContents:
    """A snapshot's contents; missing sections count as zero."""

    incomes: tuple[IncomeEntry, ...] = ()
    expenses: Expenses | None = None
    debts: tuple[DebtEntry, ...] = ()
    savings: tuple[SavingsEntry, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dicts; amounts, rates and ids are strings."""
        debts = [asdict(entry) | {"goal_id": entry.goal_id and str(entry.goal_id)} for entry in self.debts]
        return {name: codec.plain(value) for name, value in (asdict(self) | {"debts": debts}).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read back what `as_json` wrote."""
        expenses = document["expenses"]
        return cls(
            incomes=tuple(_income_entry(entry) for entry in document["incomes"]),
            expenses=Expenses(**_read(expenses, "total_amount", "essential_amount")) if expenses else None,
            debts=tuple(_debt_entry(entry) for entry in document["debts"]),
            savings=tuple(SavingsEntry(**_read(entry, "balance")) for entry in document["savings"]),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The sections that a plan needs and that are not there."""
        return (() if self.incomes else ("incomes",)) + (() if self.expenses else ("expenses",))

    @property
    def monthly_income(self) -> Decimal:
        return monthly_income(self.engine_incomes())

    @property
    def monthly_expenses(self) -> Decimal:
        return self.expenses.total_amount if self.expenses else ZERO

    @property
    def monthly_minimum_payments(self) -> Decimal:
        return _total(entry.min_payment for entry in self.debts)

    @property
    def total_debt(self) -> Decimal:
        return _total(entry.balance for entry in self.debts)

    @property
    def total_savings(self) -> Decimal:
        return _total(entry.balance for entry in self.savings)

    @property
    def finances(self) -> Finances:
        return Finances(self.monthly_income, self.monthly_expenses, self.monthly_minimum_payments)

    def engine_incomes(self) -> tuple[Income, ...]:
        """The incomes as the engine takes them."""
        return tuple(Income(entry.amount, entry.frequency) for entry in self.incomes)

    def engine_debts(self, goal_id: UUID | None = None) -> tuple[Debt, ...]:
        """All debts, or those linked to this goal, as the engine takes them."""
        entries = [entry for entry in self.debts if goal_id is None or entry.goal_id == goal_id]
        return tuple(
            Debt(
                entry.label or entry.type, entry.balance, entry.interest_rate_annual, entry.min_payment, entry.type
            )
            for entry in entries
        )


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _read(document: Mapping[str, Any], *amounts: str) -> dict[str, Any]:
    read = {name: Decimal(document[name]) for name in amounts if document[name] is not None}
    return {**document, **read}


def _income_entry(document: Mapping[str, Any]) -> IncomeEntry:
    return IncomeEntry(**_read(document, "amount") | {"frequency": PayFrequency(document["frequency"])})


def _debt_entry(document: Mapping[str, Any]) -> DebtEntry:
    read = _read(document, "balance", "interest_rate_annual", "min_payment")
    goal_id = document["goal_id"]
    return DebtEntry(**read | {"type": DebtType(document["type"]), "goal_id": goal_id and UUID(goal_id)})
