"""Plan inputs and plans as JSON."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from planning.engine.codec import plain, plan_input_from_json, plan_input_to_json, plan_to_json
from planning.engine.debts.tests.builders import by_percentage, promoted
from planning.engine.model import PlanInput
from planning.engine.plan import make_plan
from planning.engine.tests.builders import OF_EVERY_KIND, STORED, card, goal, inputs, money, plan_inputs

pytestmark = [pytest.mark.unit, pytest.mark.planning]


class TestPlanInput:
    @given(plan_inputs(OF_EVERY_KIND))
    def test_survives_json(self, plan_input: PlanInput) -> None:
        assert plan_input_from_json(json.loads(json.dumps(plan_input_to_json(plan_input)))) == plan_input

    @settings(max_examples=10)
    @given(plan_inputs(OF_EVERY_KIND))
    def test_replayed_gives_the_same_plan(self, plan_input: PlanInput) -> None:
        again = plan_input_from_json(json.loads(json.dumps(plan_input_to_json(plan_input))))
        told = [json.dumps(plan_to_json(make_plan(each), with_schedules=True)) for each in (plan_input, again)]
        assert told[0] == told[1]

    def test_writes_amounts_and_dates_as_strings(self) -> None:
        document = plan_input_to_json(inputs(500, goal(chosen_monthly=money("12.5"), debts=(card(),))))
        assert document["as_of"] == "2026-01-01"
        assert document["finances"]["monthly_income"] == "2500.00"
        (written,) = document["goals"]
        assert (written["chosen_monthly"], written["target_date"]) == ("12.50", "2027-01-01")
        assert written["created_at"] == STORED.isoformat()
        assert written["debts"] == [
            {"label": "card", "balance": "5000.00", "annual_rate": "12", "min_payment": "100.00", "type": "other"}
        ]

    def test_writes_the_further_terms_of_a_debt_where_they_are_given(self) -> None:
        changing = promoted(by_percentage("5000.00", "12", "2", "25.00"), "0", "2026-12-31")
        (written,) = plan_input_to_json(inputs(500, goal(debts=(changing,))))["goals"]
        terms = {
            "min_payment_percent": "2",
            "min_payment_floor": "25.00",
            "promo_rate": "0",
            "promo_until": "2026-12-31",
        }
        assert written["debts"][0].items() >= terms.items()

    def test_misses_what_is_missing(self) -> None:
        with pytest.raises(KeyError):
            plan_input_from_json({"as_of": "2026-01-01"})


class TestPlan:
    def test_tells_everything_but_the_instalments(self) -> None:
        document = plan_to_json(make_plan(inputs(50, goal(1200, 2))))
        (told,) = document["goals"]
        assert (told["feasibility"], told["shortfall"]) == ("Unrealistic", "1100.00")
        assert told["explanation"]["facts"]["need"] == "1200.00"
        assert told["alternatives"][0] == {
            "kind": "later_date",
            "target_date": "2027-12-02",
            "target_amount": None,
            "extra_monthly": None,
        }
        assert document["summary"]["buffer_remaining"] == "0.00"
        assert "schedule" not in told

    def test_tells_the_instalments_when_asked(self) -> None:
        (told,) = plan_to_json(make_plan(inputs(500, goal(100, 1))), with_schedules=True)["goals"]
        assert told["schedule"] == [{"date": "2026-01-01", "amount": "100.00", "balance": "100.00"}]
        assert told["pace"] == [["2026-01-01", "0.00"], ["2026-02-01", "100.00"]]


class TestPlain:
    def test_leaves_what_json_knows(self) -> None:
        value = {"a": [1, None, True, "x"], "b": (Decimal("1.50"), date(2026, 1, 1), STORED)}
        assert plain(value) == {
            "a": [1, None, True, "x"],
            "b": ["1.50", "2026-01-01", "2025-12-01T00:00:00+00:00"],
        }
