"""Monthly income, from amounts paid at different frequencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fincred.money import ZERO, round_to_cents
from planning.vocabulary import PayFrequency

PAYMENTS_A_YEAR = {
    PayFrequency.WEEKLY: 52,
    PayFrequency.BIWEEKLY: 26,
    PayFrequency.SEMIMONTHLY: 24,
    PayFrequency.MONTHLY: 12,
    PayFrequency.QUARTERLY: 4,
    PayFrequency.ANNUAL: 1,
}


@dataclass(frozen=True, slots=True)
class Income:
    """An `amount` that is paid once every period of `frequency`."""

    amount: Decimal
    frequency: PayFrequency


def monthly_income(incomes: Iterable[Income]) -> Decimal:
    """A twelfth of the yearly income: summed exactly, then divided and rounded to the cent once."""
    year = sum((income.amount * PAYMENTS_A_YEAR[income.frequency] for income in incomes), ZERO)
    return round_to_cents(year / 12)


def is_irregular(incomes: Iterable[Income]) -> bool:
    """Whether any income is paid less often than monthly, so that some months are without it."""
    return any(PAYMENTS_A_YEAR[income.frequency] < 12 for income in incomes)
