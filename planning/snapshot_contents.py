"""The contents of a snapshot: incomes, expenses, debts and savings, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

from fincred.money import MAX_MONEY, ZERO
from planning.engine import codec
from planning.engine.dates import Calendar
from planning.engine.debts.terms import first_minimum
from planning.engine.model import Debt, Finances
from planning.engine.money.flows import Flow
from planning.engine.money.income import Income, average_of, is_irregular, monthly_income
from planning.vocabulary import DebtType, PayFrequency

_DEBT_AMOUNTS: Final = ("balance", "interest_rate_annual", "min_payment")
_ADDED_AMOUNTS: Final = ("min_payment_percent", "min_payment_floor", "promo_rate_annual")
MAX_ENTRIES: Final = 50
"""How many incomes there are at most, and planned expenses, debts and savings."""
_MOST_A_MONTH: Final = 5
"""How often money with dates comes in a month at most."""
_ADDED_TO_DEBTS: Final = (*_ADDED_AMOUNTS, "promo_until")


@dataclass(frozen=True, slots=True)
class IncomeEntry:
    """With `next_date` it arrives on that day and in its rhythm after it, up to and including `until`.

    Without `next_date` it is averaged. What comes once has one.
    """

    amount: Decimal
    frequency: PayFrequency
    source_label: str | None = None
    next_date: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedExpense:
    """An expense that isn't the same every month. It comes on `next_date` and in its rhythm after it."""

    amount: Decimal
    frequency: PayFrequency
    next_date: date
    until: date | None = None
    label: str | None = None

    def as_flow(self) -> Flow:
        return Flow(self.amount, self.frequency, self.next_date, self.until, self.label)


@dataclass(frozen=True, slots=True)
class Expenses:
    """Of a month, without debt payments. `essential_amount` is the part that can't be left out.

    `planned` come on top of the total.
    """

    total_amount: Decimal
    essential_amount: Decimal | None = None
    planned: tuple[PlannedExpense, ...] = ()


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
        """The debt with the minimum payment of the first month from this day."""
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

        `additions` are the fields that came after the first release, by section and entry: that release can't read
        entries with unknown fields. It is None if no entry has any.
        """
        document = asdict(self)
        debts = [asdict(entry) | {"goal_id": entry.goal_id and str(entry.goal_id)} for entry in self.debts]
        added = {
            "debts": [{name: entry.pop(name) for name in _ADDED_TO_DEBTS} for entry in debts],
            "incomes": [_taken_from_income(entry) for entry in document["incomes"]],
        }
        planned = document["expenses"].pop("planned") if document["expenses"] else ()
        is_any_given = planned or any(_is_any_given(entries) for entries in added.values())
        additions = added | {"expenses": {"planned": planned}} if is_any_given else None
        document |= {"debts": debts, "additions": additions}
        return {name: codec.plain(value) for name, value in document.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read back what `as_json` wrote; `additions` may be absent."""
        additions = document.get("additions")
        expenses = whole_expenses(document["expenses"], additions)
        return cls(
            incomes=tuple(_income_entry(each) for each in whole("incomes", document["incomes"], additions)),
            expenses=_expenses(expenses) if expenses else None,
            debts=tuple(_debt_entry(each) for each in whole("debts", document["debts"], additions)),
            savings=tuple(SavingsEntry(**_read(entry, "balance")) for entry in document["savings"]),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The sections that a plan needs and that are not there."""
        return (() if self.incomes else ("incomes",)) + (() if self.expenses else ("expenses",))

    def income_from(self, since: date) -> Decimal:
        """A twelfth of what arrives in the twelve months from this day; incomes without dates are averaged."""
        return monthly_income(self._engine_incomes(), self._dated_incomes(), since)

    def expenses_from(self, since: date) -> Decimal:
        """The average expenses of a month, over the twelve from this day, without debt payments."""
        return self._expenses_a_month + average_of(self._planned(), since)

    @property
    def _expenses_a_month(self) -> Decimal:
        return self.expenses.total_amount if self.expenses else ZERO

    @property
    def most_a_month(self) -> tuple[Decimal, Decimal]:
        """Upper bounds of the incomes and of the expenses of a month on average, from any day."""
        dated = _total(flow.amount * _MOST_A_MONTH for flow in self._dated_incomes())
        planned = _total(flow.amount * _MOST_A_MONTH for flow in self._planned())
        return monthly_income(self._engine_incomes()) + dated, self._expenses_a_month + planned

    @property
    def immense(self) -> tuple[str, ...]:
        """The sections that may come to more than the largest amount."""
        incomes, expenses = self.most_a_month
        debts = max(self.total_debt, self.highest_minimum_payments)
        totals = {"incomes": incomes, "expenses": expenses, "debts": debts, "savings": self.total_savings}
        return tuple(name for name, total in totals.items() if total > MAX_MONEY)

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
        return Finances(
            monthly_income(self._engine_incomes()),
            self._expenses_a_month,
            self.monthly_minimum_payments,
            self._dated_incomes(),
            self._planned(),
        )

    def average_finances(self, since: date) -> Finances:
        """The twelve months from this day on average, without dates."""
        return Finances(self.income_from(since), self.expenses_from(since), self.monthly_minimum_payments)

    def is_irregular(self, since: date) -> bool:
        """Whether an income that hasn't ended before this day comes less often than monthly."""
        going_on = [entry for entry in self.incomes if entry.until is None or entry.until >= since]
        return is_irregular([Income(entry.amount, entry.frequency) for entry in going_on])

    def _engine_incomes(self) -> tuple[Income, ...]:
        return tuple(Income(entry.amount, entry.frequency) for entry in self.incomes if entry.next_date is None)

    def _dated_incomes(self) -> tuple[Flow, ...]:
        return tuple(
            Flow(entry.amount, entry.frequency, entry.next_date, entry.until, entry.source_label)
            for entry in self.incomes
            if entry.next_date
        )

    def _planned(self) -> tuple[Flow, ...]:
        return tuple(each.as_flow() for each in self.expenses.planned) if self.expenses else ()

    def engine_debts(self) -> tuple[Debt, ...]:
        """All debts as the engine takes them."""
        return tuple(entry.as_engine_debt() for entry in self.debts)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _read(document: Mapping[str, Any], *amounts: str) -> dict[str, Any]:
    read = {name: Decimal(document[name]) for name in amounts if document[name] is not None}
    return {**document, **read}


def _income_entry(document: Mapping[str, Any]) -> IncomeEntry:
    return IncomeEntry(**_read(document, "amount") | _rhythm(document))


def _expenses(document: Mapping[str, Any]) -> Expenses:
    planned = [PlannedExpense(**_read(each, "amount") | _rhythm(each)) for each in document.get("planned", ())]
    return Expenses(**_read(document, "total_amount", "essential_amount") | {"planned": tuple(planned)})


def _rhythm(document: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: document.get(name) for name in ("next_date", "until")}
    read = {name: date.fromisoformat(day) if day else None for name, day in days.items()}
    return {"frequency": PayFrequency(document["frequency"]), **read}


def _taken_from_income(entry: dict[str, Any]) -> dict[str, Any]:
    """Take from an income what the first release can't read: its dates, and the word `once`.

    For that release, what comes once is 0 a year.
    """
    added = {name: entry.pop(name) for name in ("next_date", "until")}
    if entry["frequency"] != PayFrequency.ONCE:
        return added
    added |= {"amount": entry["amount"], "frequency": entry["frequency"]}
    entry |= {"amount": ZERO, "frequency": PayFrequency.ANNUAL}
    return added


def _debt_entry(document: Mapping[str, Any]) -> DebtEntry:
    amounts = (*_DEBT_AMOUNTS, *(name for name in _ADDED_AMOUNTS if name in document))
    read = _read(document, *amounts)
    goal_id, promo_until = document["goal_id"], document.get("promo_until")
    read |= {"type": DebtType(document["type"]), "goal_id": goal_id and UUID(goal_id)}
    return DebtEntry(**read | {"promo_until": promo_until and date.fromisoformat(promo_until)})


def whole(section: str, entries: Sequence[Any], additions: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The stored entries of a section, each with the fields that `additions` hold for it."""
    if not additions or section not in additions:  # before there were dates, `additions` held debts alone
        return list(entries)
    return [entry | added for entry, added in zip(entries, additions[section], strict=True)]


def whole_expenses(expenses: Mapping[str, Any] | None, additions: Mapping[str, Any] | None) -> Any:
    """The stored expenses, with what `additions` hold for them."""
    return expenses and {**expenses, "planned": [], **(additions or {}).get("expenses", {})}


def _is_any_given(entries: Iterable[Mapping[str, Any]]) -> bool:
    return any(value is not None for entry in entries for value in entry.values())
