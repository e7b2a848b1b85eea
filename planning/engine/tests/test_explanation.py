"""The texts of explanations, word by word."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import compress, product

import pytest

from fincred.money import ZERO
from planning.engine.drift import _SENTENCES as DRIFT_SENTENCES
from planning.engine.explanation import _SENTENCES as SENTENCES
from planning.engine.explanation import Code
from planning.engine.model import Explanation, GoalInput
from planning.engine.sentences import Facts, already_there, due_today
from planning.engine.tests.builders import NEW_YEAR, card, goal, money, planned

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def explained(surplus: str | int, *goals: GoalInput) -> Explanation:
    """The explanation of the last goal."""
    return planned(surplus, *goals)[-1].explanation


FAULTS = re.compile(r"[,.;:]{2}|\s{2}|\s[,.;:]|^\s|[^.]$")
"""Two punctuation marks or spaces in a row, a space before a mark or the text, or no full stop at its end."""


def some_of(choices: Sequence[Facts]) -> Iterator[Facts]:
    """Each combination of the choices, merged."""
    for taken in product((False, True), repeat=len(choices)):
        yield {key: value for choice in compress(choices, taken) for key, value in choice.items()}


class TestSentences:
    def test_are_well_formed_whatever_is_named(self) -> None:
        facts = dict(explained(100, goal(900, chosen_monthly=money(1))).facts)
        facts |= {"debt_total": money(9), "linked_minimums": money(1), "level_total": money(2)}
        amounts = ("carried_in", "taken_ahead", "paid_elsewhere", "paid_beyond", "annual_rate", "binding_month")
        debts: list[Facts] = [{"debts": []}, {"debts": [{"min_payment_percent": Decimal(2)}]}]
        choices: list[Facts] = [*({name: Decimal(1)} for name in amounts), *debts, {"overdue": True}]
        texts = {
            sentence({**facts, **dict.fromkeys(amounts, ZERO), **named})
            for named in some_of(choices)
            for sentence in SENTENCES.values()
        }
        texts |= {already_there(facts | {"due_today": money(5)}), due_today({"due_today": money(5)})}
        assert len(texts) > 500
        assert [text for text in texts if FAULTS.search(text)] == []

    def test_of_drift_are_well_formed_whichever_way_back_there_is(self) -> None:
        facts: Facts = {
            "actual": money(1),
            "expected": money(2),
            "difference": money(-1),
            "target_amount": money(3),
        }
        facts |= {"contribution": money(1), "as_of": NEW_YEAR, "target_date": NEW_YEAR}
        ways: list[Facts] = [{"same_date_contribution": money(1)}, {"same_contribution_date": NEW_YEAR}]
        none = {"same_date_contribution": None, "same_contribution_date": None}
        texts = [say({**facts, **none, **found}) for found in some_of(ways) for say in DRIFT_SENTENCES.values()]
        assert [text for text in texts if FAULTS.search(text)] == []


class TestExplanation:
    @pytest.mark.parametrize(
        ("explanation", "code", "text"),
        [
            (
                lambda: explained(0, goal(1000, already_there=money(1000))),
                Code.ALREADY_THERE,
                "1,000.00 of 1,000.00 is already there.",
            ),
            (
                lambda: explained(100, goal(1000, is_reserve=True, already_there=money(900), added=money(100))),
                Code.ALREADY_THERE,
                "It is full with 1,000.00: nothing is asked for until some is taken out.",
            ),
            (
                lambda: explained(0, goal(1000, debts=(card(0),))),
                Code.ALREADY_THERE,
                "Nothing is owed any more.",
            ),
            (
                lambda: explained(0, goal(1000, already_there=money(990), annual_rate=Decimal("3.5"))),
                Code.GROWTH_SUFFICES,
                "The 990.00 already there grows to 1,000.00 by 2027-01-01 at 3.5 % a year by itself.",
            ),
            (
                lambda: explained(0, goal(1000, debts=(card(900, 0, 100),))),
                Code.MINIMUMS_SUFFICE,
                (
                    "The minimum payments of 100.00 a month clear the debts of 900.00 by 2027-01-01, so it "
                    "needs nothing more."
                ),
            ),
            (
                lambda: explained(100, goal(960)),
                Code.FUNDED,
                (
                    "It needs 960.00 by 2027-01-01 (12 months). A surplus of 100.00 a month for 12 months "
                    "leaves room for 1,200.00: a load of 0.8000, at most 0.8."
                ),
            ),
            (
                lambda: explained(200, goal(1000, 1, "High", name="rent"), goal(100, 1, target_date=NEW_YEAR)),
                Code.NO_ROOM,
                (
                    "It needs 100.00 now, for its date 2026-01-01 has come. A surplus of 200.00 a month for 1 "
                    "month, less 200.00 for goals ahead of it, leaves room for 0.00, so 100.00 is "
                    "missing: goals that are still in time go first."
                ),
            ),
            (
                lambda: explained(50, goal(1, target_date=date(2026, 1, 31), debts=(card(900, 0, 100),))),
                Code.SHORT_OF_ROOM,
                (
                    "Clearing debts of 900.00 takes 800.00 above the minimum payments of 100.00 a month with the "
                    "next payment, which is after its date 2026-01-31. After expenses and minimum payments 1 "
                    "month leaves 50.00, so there is room for 50.00, and 750.00 is missing."
                ),
            ),
            (
                lambda: explained(100, goal(1000, 5, annual_rate=Decimal(6))),
                Code.SHORT_OF_ROOM,
                (
                    "With 6 % interest a year it needs 985.11 by 2026-06-01 (5 months). A surplus of 100.00 a "
                    "month for 5 months leaves room for 500.00, so 492.44 is missing then."
                ),
            ),
            (
                lambda: explained(100, goal(300, 4, "High"), goal(100, 2, "Low")),
                Code.FUNDED,
                (
                    "It needs 100.00 by 2026-03-01 (2 months). A surplus of 100.00 a month for 4 months, less "
                    "300.00 for goals ahead of it, leaves room for 100.00: a load of 1.0000, at most 1."
                ),
            ),
            (
                lambda: explained(100, goal(50, 1, "Low"), goal(300, 4, "High")),
                Code.FUNDED_UNEVENLY,
                (
                    "It needs 300.00 by 2026-05-01 (4 months). A surplus of 100.00 a month for 4 months "
                    "leaves room for 400.00: a load of 0.7500, at most 0.8. Not every month has room for all "
                    "shares and earlier dates go first: it gets 50.00 this month and at most 83.34 in any."
                ),
            ),
            (
                lambda: explained(100, goal(1000, chosen_monthly=money(90))),
                Code.CHOSEN_ARRIVES,
                (
                    "It needs 1,000.00 by 2027-01-01 (12 months). A surplus of 100.00 a month for 12 months "
                    "leaves room for 1,200.00: a load of 0.8334, at most 1. The chosen 90.00 a month gets "
                    "there by its date."
                ),
            ),
            (
                lambda: explained(100, goal(1000, chosen_monthly=money(50))),
                Code.CHOSEN_FALLS_SHORT,
                (
                    "It needs 1,000.00 by 2027-01-01 (12 months). The chosen 50.00 a month comes to 600.00 by "
                    "then, so 400.00 is missing."
                ),
            ),
            (
                lambda: explained(-250, goal(1000)),
                Code.NO_SURPLUS,
                (
                    "There is no surplus: 1,750.00 of income less 1,800.00 of expenses and 200.00 of minimum "
                    "payments is -250.00 a month, a gap of 250.00. It needs 1,000.00 by 2027-01-01 (12 "
                    "months)."
                ),
            ),
            (
                lambda: explained(500, goal(5000, debts=(card(),))),
                Code.FUNDED,
                (
                    "Clearing debts of 5,000.00 takes 4,130.92 above the minimum payments of 100.00 a month "
                    "by 2027-01-01 (12 months). A surplus of 500.00 a month for 12 months leaves room for "
                    "6,000.00: a load of 0.6885, at most 0.8."
                ),
            ),
        ],
    )
    def test_says_why(self, explanation: object, code: Code, text: str) -> None:
        told = explanation()  # type: ignore[operator]
        assert (told.code, told.text) == (code, text)

    def test_names_the_goals_ahead_and_what_they_take_by_the_month_that_binds(self) -> None:
        chosen = goal(1000, 20, name="chosen", chosen_monthly=money(10))
        later = goal(1000, 30, "High", name="later")
        sooner = goal(50, 2, "High", name="sooner")
        facts = explained(100, chosen, later, sooner, goal(5000, 10, name="this")).facts
        assert facts["binding_month"] == 10
        assert facts["goals_ahead"] == [
            {"goal_id": "chosen", "name": "chosen", "by_month": 20, "takes": money(100)},
            {"goal_id": "sooner", "name": "sooner", "by_month": 2, "takes": money(50)},
        ]
        assert (facts["taken_ahead"], facts["room"]) == (150, 850)

    def test_has_every_number_used(self) -> None:
        facts = explained(100, goal(960)).facts
        assert facts == {
            "as_of": NEW_YEAR,
            "monthly_income": money(2100),
            "monthly_expenses": money(1800),
            "minimum_payments": money(200),
            "surplus": money(100),
            "gap": money(0),
            "target_amount": money(960),
            "already_there": money(0),
            "annual_rate": 0,
            "target_date": date(2027, 1, 1),
            "months": 12,
            "required_monthly": money(80),
            "need_paid_evenly": money(960),
            "need": money(960),
            "binding_month": 12,
            "binding_date": date(2027, 1, 1),
            "goals_ahead": [],
            "taken_ahead": money(0),
            "carried_in": money(0),
            "paid_elsewhere": money(0),
            "paid_beyond": money(0),
            "room": money(1200),
            "load": Decimal("0.8"),
            "comfortable_load": Decimal("0.8"),
            "full_load": 1,
            "feasibility": "Comfortable",
            "given_by_date": money(960),
            "paid_this_month": money(0),
            "this_month": money(80),
            "months_before_first_payment": 0,
            "highest_month": money(80),
            "shortfall": money(0),
        }
