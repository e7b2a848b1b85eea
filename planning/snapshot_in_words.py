"""A snapshot in words for staff: a line for each income, debt and saving. Pure."""

from __future__ import annotations

from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words, rate_in_words
from planning.snapshot_contents import DebtEntry, IncomeEntry, PlannedExpense, SnapshotContents
from planning.vocabulary import PayFrequency


def incomes_in_words(contents: SnapshotContents) -> list[str]:
    return [f"{each.source_label or 'Income'}: {_flow(each)}" for each in contents.incomes]


def expenses_in_words(contents: SnapshotContents) -> list[str]:
    expenses = contents.expenses
    if expenses is None:
        return []
    essential = expenses.essential_amount
    words = "" if essential is None else f", {amount_in_words(essential)} of them essential"
    planned = [f"{each.label or 'Planned'}: {_flow(each)}" for each in expenses.planned]
    return [f"{amount_in_words(expenses.total_amount)} a month{words}", *planned]


def debts_in_words(contents: SnapshotContents) -> list[str]:
    return [_debt(each) for each in contents.debts]


def savings_in_words(contents: SnapshotContents) -> list[str]:
    return [f"{each.label or 'Savings'}: {amount_in_words(each.balance)}" for each in contents.savings]


def _flow(entry: IncomeEntry | PlannedExpense) -> str:
    """How much, how often, and from which day on if it has one."""
    words = f"{amount_in_words(entry.amount)} {entry.frequency}"
    if entry.next_date:
        since = "on" if entry.frequency == PayFrequency.ONCE else "from"
        words += f" {since} {day_in_words(entry.next_date)}"
    return f"{words} until {day_in_words(entry.until)}" if entry.until else words


def _debt(debt: DebtEntry) -> str:
    label = debt.label or debt.type.replace("_", " ")
    words = f"{label}: {amount_in_words(debt.balance)} at {rate_in_words(debt.interest_rate_annual)} a year"
    if debt.promo_rate_annual is not None and debt.promo_until:
        words += f", {rate_in_words(debt.promo_rate_annual)} until {day_in_words(debt.promo_until)}"
    least = amount_in_words(debt.min_payment)
    if debt.min_payment_percent is not None and debt.min_payment_floor is not None:
        floor = amount_in_words(debt.min_payment_floor)
        least += f" ({rate_in_words(debt.min_payment_percent)} of it, {floor} at least)"
    return f"{words}; minimum payment {least}"
