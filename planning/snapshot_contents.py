"""The contents of a snapshot: incomes, expenses, debts and savings, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

from fincred.money import ZERO
from planning.engine import codec
from planning.engine.dates import Calendar
from planning.engine.debts.terms import first_minimum
from planning.engine.model import Debt, Finances
from planning.engine.money.income import Income, monthly_income
from planning.vocabulary import DebtType, PayFrequency

_DEBT_AMOUNTS: Final = ("balance", "interest_rate_annual", "min_payment")
_ADDED_AMOUNTS: Final = ("min_payment_percent", "min_payment_floor", "promo_rate_annual")
_ADDED_TO_DEBTS: Final = (*_ADDED_AMOUNTS, "promo_until")


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
    """A debt, with `min_payment` or with `min_payment_percent` and `min_payment_floor`.

    In the latter case `min_payment` is what a month's surplus keeps: the minimum payment of the first month from
    the day of the snapshot (`SnapshotContents.on`). `goal_id` is the debt_payoff goal that the debt is linked to.
    """

    type: DebtType
    balance: Decimal
    interest_rate_annual: Decimal
    min_payment: Decimal
    label: str | None = None
    goal_id: UUID | None = None
    min_payment_percent: Decimal | None = None
    min_payment_floor: Decimal | None = None
    promo_rate_annual: Decimal | None = None
    promo_until: date | None = None

    def as_engine_debt(self) -> Debt:
        return Debt(
            label=self.label or self.type,
            balance=self.balance,
            annual_rate=self.interest_rate_annual,
            min_payment=self.min_payment,
            type=self.type,
            min_payment_percent=self.min_payment_percent,
            min_payment_floor=self.min_payment_floor,
            promo_rate=self.promo_rate_annual,
            promo_until=self.promo_until,
        )

    @property
    def highest_minimum(self) -> Decimal:
        """The minimum payment of a first month with the higher of its rates."""
        highest = max(self.interest_rate_annual, self.promo_rate_annual or ZERO)
        costly = replace(self, interest_rate_annual=highest, promo_rate_annual=None, promo_until=None)
        return costly.on(date.min).min_payment

    def on(self, day: date) -> DebtEntry:
        """With the minimum payment of the first month from this day."""
        minimum = first_minimum(self.as_engine_debt(), Calendar(day, day))
        return self if minimum == self.min_payment else replace(self, min_payment=minimum)


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

    def on(self, day: date) -> Self:
        """The contents as they count from this day on: minimum payments by percentage are those of its month."""
        return replace(self, debts=tuple(entry.on(day) for entry in self.debts))

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dicts; amounts, rates and ids are strings.

        `additions` are the fields that came after the first release, which can't read entries with unknown ones:
        by section, those of each entry. It is None if no entry has any.
        """
        debts = [asdict(entry) | {"goal_id": entry.goal_id and str(entry.goal_id)} for entry in self.debts]
        added = [{name: entry.pop(name) for name in _ADDED_TO_DEBTS} for entry in debts]
        document = asdict(self) | {"debts": debts, "additions": {"debts": added} if _is_any_given(added) else None}
        return {name: codec.plain(value) for name, value in document.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read back what `as_json` wrote; `additions` may be absent."""
        expenses = document["expenses"]
        return cls(
            incomes=tuple(_income_entry(entry) for entry in document["incomes"]),
            expenses=Expenses(**_read(expenses, "total_amount", "essential_amount")) if expenses else None,
            debts=tuple(_debt_entry(entry) for entry in whole_debts(document["debts"], document.get("additions"))),
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
    def highest_minimum_payments(self) -> Decimal:
        """The most that the minimum payments of a first month can be, on any day."""
        return _total(entry.highest_minimum for entry in self.debts)

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
        return tuple(entry.as_engine_debt() for entry in entries)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _read(document: Mapping[str, Any], *amounts: str) -> dict[str, Any]:
    read = {name: Decimal(document[name]) for name in amounts if document[name] is not None}
    return {**document, **read}


def _income_entry(document: Mapping[str, Any]) -> IncomeEntry:
    return IncomeEntry(**_read(document, "amount") | {"frequency": PayFrequency(document["frequency"])})


def _debt_entry(document: Mapping[str, Any]) -> DebtEntry:
    amounts = (*_DEBT_AMOUNTS, *(name for name in _ADDED_AMOUNTS if name in document))
    read = _read(document, *amounts)
    goal_id, promo_until = document["goal_id"], document.get("promo_until")
    read |= {"type": DebtType(document["type"]), "goal_id": goal_id and UUID(goal_id)}
    return DebtEntry(**read | {"promo_until": promo_until and date.fromisoformat(promo_until)})


def whole_debts(debts: Sequence[Any], additions: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The stored entries of debts, each with the fields that `additions` hold for it."""
    if not additions:
        return list(debts)
    return [entry | added for entry, added in zip(debts, additions["debts"], strict=True)]


def _is_any_given(entries: Iterable[Mapping[str, Any]]) -> bool:
    return any(value is not None for entry in entries for value in entry.values())
