"""A plan in words for staff: the sum adds up to what the engine says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from fincred.days_in_words import day_in_words
from planning.models import ActionPlan, PlanVersion
from planning.plan_in_words import (
    Difference,
    alternatives_in_words,
    differences,
    in_one_sentence,
    load_in_words,
    sum_of,
)
from planning.plan_page import plan_page
from planning.services.action_plans import regenerate_action_plan
from planning.snapshot_contents import Expenses, IncomeEntry, SnapshotContents
from planning.tests.factories import NOON, TODAY, goal_of, plan_for, snapshot_of
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.integration, pytest.mark.planning, pytest.mark.django_db]

FACTS = {
    "surplus": "1000.00",
    "binding_month": 1,
    "binding_date": "2026-04-10",
    "target_date": "2026-04-12",
    "goals_ahead": [],
    "paid_elsewhere": "0.00",
    "paid_beyond": "0.00",
    "room": "1000.00",
    "need": "600.00",
}


def planned(saver: User, target: str) -> ActionPlan:
    snapshot_of(saver)
    plan_for(goal_of(saver, name="First", target_amount=Decimal("6000.00")))
    return plan_for(goal_of(saver, name="Second", target_amount=Decimal(target), priority="Low"))


class TestSum:
    @pytest.mark.parametrize(("target", "words"), [("60000.00", "missing"), ("1200.00", "to spare")])
    def test_adds_up_to_the_room_and_to_what_is_missing(self, saver: User, target: str, words: str) -> None:
        facts = planned(saver, target).explanation["facts"]
        lines = sum_of(facts)
        results = [index for index, line in enumerate(lines) if line.is_result]
        assert (
            sum(line.amount for line in lines[: results[0]]) == Decimal(facts["room"]) == lines[results[0]].amount
        )
        assert lines[-1].words.endswith(words)
        assert lines[-1].amount == abs(Decimal(facts["room"]) - Decimal(facts["need"]))
        assert any("First" in line.words for line in lines)

    def test_names_what_was_paid_this_month(self) -> None:
        chosen = sum_of(FACTS | {"chosen_monthly": "90.00", "room": "900.00", "need": "1000.00"})
        assert chosen[0].words == "the chosen 90.00 a month comes to"
        elsewhere = sum_of(FACTS | {"paid_elsewhere": "50.00", "room": "950.00"})
        assert (elsewhere[1].words, elsewhere[1].amount) == (
            "less what was put elsewhere this month",
            Decimal(-50),
        )
        beyond = sum_of(FACTS | {"paid_beyond": "50.00", "room": "1050.00"})
        assert (beyond[1].words, beyond[1].amount) == ("and what was put in beyond a month's surplus", Decimal(50))
        assert beyond[0].words == "1,000.00 a month for 1 month"

    def test_of_a_goal_without_a_day_left_is_what_was_put_in(self) -> None:
        lines = sum_of(FACTS | {"binding_month": 0, "room": "60.00", "need": "500.00"})
        assert [(line.words, line.amount) for line in lines[:2]] == [
            ("no day of payment is left before its date, so only what was put in this month counts", Decimal(60)),
            ("leaves for this goal", Decimal(60)),
        ]

    def test_names_what_is_held_back_for_each_expense(self) -> None:
        by_then = FACTS | {"money_by_then": "1300.00", "held_back": "300.00"}
        part = {"amount": "100.00", "month": "2026-05-10", "planned": ["tax", "rent"]}
        lines = sum_of(by_then | {"held_back_parts": [part]})
        assert [(line.words, line.amount) for line in lines[1:3]] == [
            ("less what is held back for tax, rent in the month from 10 May 2026", Decimal(-100)),
            ("less what is held back for later months", Decimal(-200)),
        ]

    def test_names_what_is_held_back_in_versions_that_told_one_month(self) -> None:
        by_then = FACTS | {"money_by_then": "1300.00", "held_back": "300.00"}
        told = {"held_back_for": "2026-05-10", "held_back_for_planned": []}
        assert sum_of(by_then | told)[1].words == "less what is held back for the month from 10 May 2026"

    def test_names_what_is_ahead_once(self) -> None:
        ahead = [
            {"name": "Tax", "takes": "600.00"},
            {"name": "Trip", "takes": "50.00"},
            {"name": "Tax", "takes": "1.00"},
        ]
        assert [
            (line.words, line.amount) for line in sum_of(FACTS | {"goals_ahead": ahead, "room": "349.00"})[1:3]
        ] == [
            ("less what goes to Tax first, 2 times", Decimal("-601.00")),
            ("less what goes to Trip first", Decimal("-50.00")),
        ]

    def test_of_months_that_leave_less_than_nothing_adds_up_too(self) -> None:
        lines = sum_of(FACTS | {"money_by_then": "-500.00", "room": "0.00", "binding_month": 10})
        assert [(line.words, line.amount) for line in lines[:3]] == [
            ("what 10 months leave", Decimal("-500.00")),
            ("which is less than nothing, so nothing", Decimal("500.00")),
            ("leaves for this goal by 10 Apr 2026", Decimal("0.00")),
        ]

    @pytest.mark.parametrize(
        ("binding", "words"),
        [
            ({"binding_date": "2026-04-10"}, "leaves for this goal by 10 Apr 2026"),
            (
                {"binding_date": "2026-05-10"},
                "leaves for this goal, from the months that begin before 12 Apr 2026",
            ),
            (
                {"binding_date": "2026-06-10", "binding_month": 3},
                "leaves for this goal by 10 Jun 2026, when goals that come first leave it the least",
            ),
        ],
    )
    def test_says_until_when_it_counts(self, binding: dict[str, Any], words: str) -> None:
        facts = FACTS | {"months": 2, "binding_month": 2, "room": "2000.00"} | binding
        [result, *_] = (line for line in sum_of(facts) if line.is_result)
        assert result.words == words

    def test_without_a_surplus_has_none_to_give(self) -> None:
        lines = sum_of(FACTS | {"surplus": "-5.00", "room": "0.00", "binding_month": 2})
        assert (lines[0].words, lines[0].amount) == ("0.00 a month for 2 months", Decimal(0))
        assert str(lines[0].amount) == "0.00"


class TestPaydays:
    @pytest.mark.parametrize("target_date", ["2026-06-10", "2026-06-05", "2026-05-22"])
    def test_are_those_whose_money_the_sum_counts(self, saver: User, target_date: str) -> None:
        snapshot_of(
            saver,
            SnapshotContents(
                incomes=(IncomeEntry(Decimal(500), PayFrequency.BIWEEKLY, "Salary", date(2026, 3, 13)),),
                expenses=Expenses(Decimal(100)),
            ),
        )
        target = {"target_amount": Decimal(90_000), "target_date": date.fromisoformat(target_date)}
        page = plan_page(plan_for(goal_of(saver, **target)), today=TODAY)
        facts = page["facts"]
        spent = 100 * facts["binding_month"]
        count = int((Decimal(facts["money_by_then"]) + spent) / 500)
        assert count >= 5
        assert page["paydays"] == (
            "Paydays that it counts, from 10 Mar 2026 to before "
            f"{day_in_words(target_date)}: Salary {count} times."
        )
        assert page["has_later_date"] is True

    def test_are_not_told_where_no_income_has_dates(self, saver: User) -> None:
        page = plan_page(planned(saver, "1200.00"), today=TODAY)
        assert (page["paydays"], page["has_later_date"]) == ("", False)


class TestSentence:
    @pytest.mark.parametrize(
        ("facts", "label", "sentence"),
        [
            ({}, "Comfortable", "It needs 600.00 by its date, which is 60 % of the 1,000.00 that is left for it."),
            ({"need": "0.00"}, "Comfortable", "It needs nothing more."),
            (
                {"need": "1600.00"},
                "Unrealistic",
                "It needs 1,600.00 by its date, and only 1,000.00 is left for it.",
            ),
            ({"need": "800.00", "reserve": "full"}, "Comfortable", "It is full."),
            ({"need": "0.00", "reserve": "missing"}, "Comfortable", "It needs nothing more."),
        ],
    )
    def test_says_the_two_figures(self, facts: dict[str, str], label: str, sentence: str) -> None:
        assert in_one_sentence(FACTS | facts, label) == sentence


class TestAlternatives:
    def test_are_words(self) -> None:
        assert alternatives_in_words(
            [
                {"kind": "later_date", "target_date": "2027-01-01"},
                {"kind": "smaller_amount", "target_amount": "1234.50"},
                {"kind": "more_money", "extra_monthly": "12.00"},
            ]
        ) == ["a later date: 1 Jan 2027", "a smaller amount: 1,234.50", "12.00 more a month"]


class TestLoad:
    def test_is_told_with_the_figures_that_it_comes_from(self, saver: User) -> None:
        facts = planned(saver, "120000.00").explanation["facts"]
        words = load_in_words(facts)
        need, room = Decimal(facts["need"]), Decimal(facts["room"])
        assert f"it needs {need:,}, divided by the {room:,} that is left for it: {facts['load']}." in words
        assert 0 <= Decimal(facts["load"]) - need / room < Decimal("0.0001")
        assert "up to 0.8 is Comfortable, up to 1 is Tight, and above that Unrealistic" in words

    def test_is_none_where_nothing_is_left(self) -> None:
        assert load_in_words({"load": None}).startswith("Nothing is left for it by its date")

    @pytest.mark.parametrize("facts", [{}, {"load": "0.0000", "reserve": "full"}])
    def test_is_not_told_of_a_full_goal_nor_where_it_is_not_known(self, facts: dict[str, str]) -> None:
        assert load_in_words(facts) == ""


class TestVersions:
    def test_are_compared_figure_by_figure(self, saver: User) -> None:
        plan = planned(saver, "1200.00")
        outputs = plan.versions.get().outputs
        richer = outputs | {
            "projected_completion_date": None,
            "explanation": outputs["explanation"]
            | {"facts": outputs["explanation"]["facts"] | {"monthly_income": "3500.00"}},
        }
        changed = [each for each in differences(outputs, richer) if each.is_changed]
        words = [each.words for each in differences(outputs, richer)]
        assert {"there when it was planned, without that month's payments", "load: needed / left, rounded up"} < {
            *words
        }
        assert changed == [
            Difference("arrives on", "10 Feb 2027", "never, as planned"),
            Difference("income a month", "3,000.00", "3,500.00"),
        ]

    def test_of_facts_that_an_older_engine_lacked_are_empty(self) -> None:
        outputs: dict[str, Any] = {
            "feasibility": "Tight",
            "amount": "1.00",
            "frequency": "weekly",
            "projected_completion_date": None,
            "explanation": {"facts": {}},
        }
        assert {each.before for each in differences(outputs, outputs)} == {
            "Tight",
            "1.00 weekly",
            "never, as planned",
            "",
        }

    def test_that_are_shown_are_those_of_now_and_of_30_days_ago_or_the_chosen(self, saver: User) -> None:
        plan = planned(saver, "1200.00")
        assert plan_page(plan, today=TODAY)["differences"] == []
        assert plan_page(plan, today=TODAY)["next_payment"] == plan.upcoming(TODAY)[0]
        for _ in range(2):
            regenerate_action_plan(owner=saver, plan_id=plan.pk, now=NOON, today=TODAY)
        plan.refresh_from_db()
        page = plan_page(plan, today=TODAY)
        assert (page["left"].number, page["right"].number) == (1, 3)
        page = plan_page(plan, today=TODAY + timedelta(days=30))
        assert (page["left"].number, page["right"].number) == (2, 3)
        page = plan_page(plan, today=TODAY, older="1", newer="3")
        assert (page["left"].number, page["right"].number) == (1, 3)
        page = plan_page(plan, today=TODAY, older="2", newer="2")
        assert page["differences"] == []

    @pytest.mark.parametrize("number", ["99", "0", "x", "01", "9" * 30])
    @pytest.mark.parametrize("side", ["older", "newer"])
    def test_that_there_is_not_is_no_other_version(self, saver: User, side: str, number: str) -> None:
        plan = planned(saver, "1200.00")
        with pytest.raises(PlanVersion.DoesNotExist):
            plan_page(plan, today=TODAY, **{side: number})

    def test_older_than_those_in_the_list_is_compared_too(
        self, saver: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = planned(saver, "1200.00")
        for _ in range(2):
            regenerate_action_plan(owner=saver, plan_id=plan.pk, now=NOON, today=TODAY)
        plan.refresh_from_db()
        monkeypatch.setattr("planning.plan_page.MOST_VERSIONS", 1)
        page = plan_page(plan, today=TODAY, older="1", newer="2")
        assert (page["left"].number, page["right"].number) == (1, 2)

    def test_are_of_the_days_of_where_the_person_lives(self, saver: User) -> None:
        """Noon in UTC is the next day in Auckland."""
        saver.profile.timezone = "Pacific/Auckland"
        saver.profile.save()
        plan = planned(saver, "1200.00")
        for _ in range(2):
            regenerate_action_plan(owner=saver, plan_id=plan.pk, now=NOON, today=TODAY)
        plan.refresh_from_db()
        assert plan_page(plan, today=TODAY + timedelta(days=30))["left"].number == 1
        assert plan_page(plan, today=TODAY + timedelta(days=31))["left"].number == 2
