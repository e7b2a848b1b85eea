"""A snapshot in words for staff: a line for each income, debt and saving. Pure."""

from __future__ import annotations

from planning.snapshot_contents import DebtEntry, SnapshotContents


def incomes_in_words(contents: SnapshotContents) -> list[str]:
    return [f"{each.source_label or 'Income'}: {each.amount:,} {each.frequency}" for each in contents.incomes]


def expenses_in_words(contents: SnapshotContents) -> list[str]:
    expenses = contents.expenses
    if expenses is None:
        return []
    essential = expenses.essential_amount
    words = "" if essential is None else f", {essential:,} of them essential"
    return [f"{expenses.total_amount:,} a month{words}"]


def debts_in_words(contents: SnapshotContents) -> list[str]:
    return [_debt(each) for each in contents.debts]


def savings_in_words(contents: SnapshotContents) -> list[str]:
    return [f"{each.label or 'Savings'}: {each.balance:,}" for each in contents.savings]


def _debt(debt: DebtEntry) -> str:
    words = (
        f"{debt.label or debt.type.replace('_', ' ')}: {debt.balance:,} at {debt.interest_rate_annual} % a year"
    )
    if debt.promo_rate_annual is not None:
        words += f", {debt.promo_rate_annual} % until {debt.promo_until}"
    least = f"{debt.min_payment:,}"
    if debt.min_payment_percent is not None:
        least += f" ({debt.min_payment_percent.normalize():f} % of it, {debt.min_payment_floor:,} at least)"
    return f"{words}; minimum payment {least}"
