"""Monthly income, from amounts paid at different frequencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fincred.money import ZERO, round_to_cents
from planning.engine.dates import calendar_date
from planning.engine.money.cents import exact_money
from planning.engine.money.flows import Flow
from planning.vocabulary import PayFrequency

PAYMENTS_A_YEAR = {
    PayFrequency.ONCE: 0,
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


def monthly_income(incomes: Iterable[Income], dated: Iterable[Flow] = (), since: date = date.min) -> Decimal:
    """A twelfth of the yearly income: summed exactly, then divided and rounded to the cent once.

    Of money with dates, the year is that from the day `since` on.
    """
    year = sum((income.amount * PAYMENTS_A_YEAR[income.frequency] for income in incomes), ZERO)
    return round_to_cents((year + _in_year(dated, since)) / 12)


def average_of(flows: Iterable[Flow], since: date) -> Decimal:
    """A twelfth of what comes in the year from a day on."""
    return round_to_cents(_in_year(flows, since) / 12)


def _in_year(flows: Iterable[Flow], since: date) -> Decimal:
    return exact_money(sum([flow.amount_in(since, calendar_date(since, 12)) for flow in flows]))


def is_irregular(incomes: Iterable[Income]) -> bool:
    """Whether any income is paid less often than monthly, so that some months are without it.

    An income that comes once doesn't count: it isn't what the person lives on.
    """
    return any(0 < PAYMENTS_A_YEAR[income.frequency] < 12 for income in incomes)
