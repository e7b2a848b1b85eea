from __future__ import annotations

from decimal import Decimal

import pytest

from fincred.companion.coach.amounts import Cost, Unclear, amount_in, cost_in
from fincred.companion.coach.message import NAMED
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@pytest.mark.parametrize(
    ("message", "amount"),
    [
        ("Can I afford 200?", "200.00"),
        ("afford 1,250.50 a month", "1250.50"),
        ("$60.5 more", "60.50"),
        ("can i afford a 900 laptop", "900.00"),
        ("can i afford 900 laptop", "900.00"),
        ("can I afford a 900-dollar laptop", "900.00"),
        (f"can i afford a 900 {NAMED}", "900.00"),
        ("Can I buy the iPhone 17 Pro for 1200", "1200.00"),
        ("can i afford a 55-inch TV for 600 euros", "600.00"),
        ("can i buy a ps5 for 500?", "500.00"),
        ("can i spend 2000 in 2027", "2000.00"),
        ("can i spend 5k", "5000.00"),
        ("can i afford a 20k car", "20000.00"),
        ("can i afford 1 200 € for a sofa", "1200.00"),
        ("can i afford 1.200,50 €", "1200.50"),
        ("49,99€ per month", "49.99"),
        ("CHF 60 a year", "60.00"),
        ("can i afford 60usd", "60.00"),
        ("my rent goes up by 100 next year", "100.00"),
        ("is 30 a week too much", "30.00"),
        ("what if I spend 100 less a month", "100.00"),
        ("can I afford a house for 300k", "300000.00"),
        ("can I afford a car for 5000?", "5000.00"),
        ("can I afford a 2000 sofa?", "2000.00"),
        ("can I afford a new 1999 TV", "1999.00"),
        ("can I afford a sofa for 2000?", "2000.00"),
        ("can I afford a 2150 sofa?", "2150.00"),
        ("can I afford a trip for 2027?", None),
        ("can I afford a sofa in 2000", None),
        ("can I afford a car for 250 a month and 2 kids", "250.00"),
        ("can I afford a car for 250 a month from 1 May and 30 June", "250.00"),
        ("can I afford a car for 250 a month and 40 insurance a month", None),
        ("can i afford netflix 15 a month and spotify 11", None),
        ("can I afford a car for 250 a month and that in 2027", "250.00"),
        ("what if i earn 200 more", "200.00"),
        ("what if we make 500 less this month", "500.00"),
        ("I earn 2000, can I afford 60 a month", "60.00"),
        ("can I afford dinner for 12?", None),
        ("can I afford it in 2027", None),
        ("can I afford it by 2030?", None),
        ("Can I afford a 50% rise", None),
        ("my rent goes up by 50 %", None),
        ("can I afford 5 percent more", None),
        ("Can I afford an iPhone 17", None),
        ("can i afford the iPhone 17 pro", None),
        ("can I buy a Model 3", None),
        ("can i afford a 2025 laptop", None),
        ("can i afford a 50 inch tv", None),
        ("can i afford a 4k tv", None),
        ("can I afford a 3 bedroom flat", None),
        ("can I afford 2 coffees", None),
        ("can I afford 50 people at my wedding", None),
        ("dinner for 4", None),
        ("in 18 months", None),
        ("3 times a month", None),
        ("at 12:30", None),
        ("phone 0151 2345678", None),
        ("can i afford 1/2 of a car", None),
        ("can i afford 5-10 a month", None),
        ("can i afford -50", None),
        ("0", None),
        ("can I afford 0?", None),
        ("900", None),
        ("20 or 30", None),
        ("can I afford £20 and £30", None),
        ("can I afford 20 or spend 30", None),
        ("1.005", None),
        ("can I afford 9999999999999", None),
        ("a lot", None),
        ("can I afford \u0661\u0662", None),
        (f"can i afford {NAMED}", None),
    ],
)
def test_only_what_plainly_is_money_is_read(message: str, amount: str | None) -> None:
    assert amount_in(message) == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("message", "frequency"),
    [
        ("can I afford 60 a month", PayFrequency.MONTHLY),
        ("can I afford 60 per month for a gym", PayFrequency.MONTHLY),
        ("can I spend 60 monthly", PayFrequency.MONTHLY),
        ("can I pay 60 every month", PayFrequency.MONTHLY),
        ("$60/month", PayFrequency.MONTHLY),
        ("can I afford a $60 subscription", PayFrequency.MONTHLY),
        ("can I afford rent of 900", PayFrequency.MONTHLY),
        ("can I afford $20 a week", PayFrequency.WEEKLY),
        ("can I afford $20 every two weeks", PayFrequency.BIWEEKLY),
        ("can I afford $600 a year", PayFrequency.ANNUAL),
        ("can i afford 600/yr insurance", PayFrequency.ANNUAL),
        ("can i afford 12/wk", PayFrequency.WEEKLY),
        ("can i afford 12 per mth", PayFrequency.MONTHLY),
        ("can I afford $90 a quarter", PayFrequency.QUARTERLY),
        ("can I afford $90 once this month", None),
        ("can I pay $90 once for a subscription", None),
    ],
)
def test_how_often_it_is_paid_is_read(message: str, frequency: PayFrequency | None) -> None:
    cost = cost_in(message, "USD")
    assert isinstance(cost, Cost)
    assert (cost.frequency, cost.is_said) == (frequency, True)


@pytest.mark.parametrize(
    "message",
    ["can I afford a 900 laptop", "Can I afford 900?", "can I rent a car for $90", "a $90 trip in a year"],
)
def test_a_cost_without_a_rhythm_is_paid_once(message: str) -> None:
    cost = cost_in(message, "USD")
    assert isinstance(cost, Cost)
    assert (cost.frequency, cost.is_said) == (None, False)


@pytest.mark.parametrize(
    ("message", "is_saved"),
    [
        ("if I stop netflix at $15 a month", True),
        ("what if I spend 100 less a month", True),
        ("can I pay $15 a month for netflix", False),
        ("can I afford $15 each month", False),
        ("without a car for $900", False),
    ],
)
def test_what_is_no_longer_paid_is_told_apart(message: str, is_saved: bool) -> None:
    cost = cost_in(message, "USD")
    assert isinstance(cost, Cost)
    assert cost.is_saved == is_saved


@pytest.mark.parametrize(
    ("message", "currency", "unclear"),
    [
        ("can I afford a car", "USD", Unclear.NO_AMOUNT),
        ("can I afford £20 or £30", "GBP", Unclear.SEVERAL),
        ("can I afford a car for 250 a month and 40 insurance a month?", "USD", Unclear.SEVERAL),
        ("can I afford a car for 250 a month plus 40 for insurance?", "USD", Unclear.SEVERAL),
        ("can I afford a car for $250, 40 insurance and 60 fuel a month?", "USD", Unclear.SEVERAL),
        ("can I afford 20 €", "USD", Unclear.OTHER_CURRENCY),
        ("can I afford $20", "EUR", Unclear.OTHER_CURRENCY),
        ("can I afford CHF 20", "EUR", Unclear.OTHER_CURRENCY),
        ("can I afford 4 a day", "USD", Unclear.DAILY),
        ("can I buy 2 tickets at $75 each", "USD", Unclear.OF_EACH),
        ("two tickets at 80 each", "USD", Unclear.OF_EACH),
        ("6 chairs, 49.99 apiece", "USD", Unclear.OF_EACH),
        ("dinner for two at 60 a head", "USD", Unclear.OF_EACH),
        ("3 of them each weekend", "USD", Unclear.NO_AMOUNT),
    ],
)
def test_what_is_unclear_is_no_amount(message: str, currency: str, unclear: Unclear) -> None:
    assert cost_in(message, currency) is unclear


@pytest.mark.parametrize(
    ("message", "currency"),
    [("$20", "USD"), ("$20", "CAD"), ("20 dollars", "AUD"), ("20 EUR", "EUR"), ("20 eur", "EUR"), ("£20", "GBP")],
)
def test_a_sign_is_of_each_currency_that_it_may_mean(message: str, currency: str) -> None:
    assert isinstance(cost_in(message, currency), Cost)
