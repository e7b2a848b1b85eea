"""What-if: the changed numbers of a request, and the two plans of its answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    IntegerField,
    MoneyField,
    PlanDateField,
    RateField,
    Serializer,
    TextField,
    UUIDField,
)
from goals.kinds import MOST_MONTHS, kind_faults
from goals.serializers import KIND, MONTHS
from goals.vocabulary import GoalType, Kind, Priority
from planning.engine.model import Instalment
from planning.engine.on_demand import OnDemand
from planning.scenarios import ComparedMonth, Difference
from planning.serializers.fields import (
    ComputedMoneyField,
    EntriesField,
    capped,
    document_representation,
)
from planning.serializers.plans import GoalPlanSerializer, InstalmentSerializer, PlanSerializer
from planning.serializers.snapshots import (
    DebtSerializer,
    ExpensesSerializer,
    IncomeSerializer,
    PlannedExpenseSerializer,
    SnapshotContentsSerializer,
)
from planning.services.what_if import MAX_GOALS
from planning.vocabulary import Feasibility


class GoalChangeSerializer(Serializer):
    """One of your active goals with other numbers, or left out."""

    id = UUIDField()
    target_amount = MoneyField(positive=True, required=False)
    target_date = PlanDateField(required=False, help_text="After as_of.")
    priority = ChoiceField(Priority, required=False)
    annual_rate = RateField(required=False)
    exclude = BooleanField(default=False)


class NewGoalSerializer(Serializer):
    """A goal that you don't have."""

    name = TextField(max_length=100)
    type = ChoiceField(GoalType)
    target_amount = MoneyField(positive=True)
    target_date = PlanDateField(help_text="After as_of.")
    priority = ChoiceField(Priority)
    current_amount = MoneyField(default=Decimal("0.00"))
    annual_rate = RateField(default=Decimal("0.0000"))
    kind = ChoiceField(Kind, default=Kind.ONCE, help_text=KIND)
    repeat_every_months = IntegerField(
        min_value=1, max_value=MOST_MONTHS, default=None, allow_null=True, help_text=MONTHS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field, fault in kind_faults(attrs["kind"], attrs["type"], attrs["repeat_every_months"]).items():
            code = "invalid_kind" if field == "kind" else "invalid_months"
            raise serializers.ValidationError({field: fault}, code=code)
        return attrs


class WhatIfSerializer(Serializer):
    """Every part may be left out; an empty question has no differences."""

    as_of = PlanDateField(required=False, help_text="Any day; today if absent. Target dates are compared with it.")
    include_schedule = BooleanField(default=False)
    snapshot = SnapshotContentsSerializer(required=False, help_text="Instead of the stored one, in both plans.")
    incomes = EntriesField(
        child=IncomeSerializer(), help_text="Instead of those of the snapshot, in the scenario alone."
    )
    expenses = ExpensesSerializer(
        required=False, help_text="Instead of those of the snapshot, planned ones too, in the scenario alone."
    )
    debts = EntriesField(
        child=DebtSerializer(),
        help_text="Instead of those of the snapshot, in the scenario alone, as they are on `as_of`.",
    )
    new_incomes = EntriesField(
        child=IncomeSerializer(),
        help_text="On top of the others, with which they are 50 at most; in the scenario alone.",
    )
    new_planned_expenses = EntriesField(
        child=PlannedExpenseSerializer(),
        help_text="On top of the others, with which they are 50 at most; in the scenario alone.",
    )
    income_delta = MoneyField(signed=True, default=Decimal("0.00"), help_text="More (or less) income a month.")
    expenses_delta = MoneyField(signed=True, default=Decimal("0.00"), help_text="More (or less) expenses a month.")
    extra_monthly = MoneyField(default=Decimal("0.00"), help_text="More for the goals a month.")
    goals = EntriesField(child=GoalChangeSerializer(), max_length=MAX_GOALS)
    new_goals = EntriesField(child=NewGoalSerializer(), max_length=MAX_GOALS)

    def validate_goals(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[object] = set()
        for index, goal in enumerate(value):
            if goal["id"] in seen:
                raise serializers.ValidationError({str(index): {"id": "Each goal once."}}, code="duplicate")
            seen.add(goal["id"])
        return value


@extend_schema_field(InstalmentSerializer(many=True))
class ScheduleField(serializers.Field[Any, Any, Any, Any]):
    """A hundred goals can have a hundred thousand instalments: no call for each of them, none kept."""

    def to_representation(self, value: OnDemand[Instalment]) -> list[dict[str, Any]]:
        return [{"date": on, "amount": amount, "balance": balance} for on, amount, balance in value.once()]


class ScheduledGoalPlanSerializer(GoalPlanSerializer):
    schedule = ScheduleField(required=False, help_text="What is allocated to it. With `include_schedule` only.")


class ScheduledPlanSerializer(PlanSerializer):
    goals = ScheduledGoalPlanSerializer(many=True)


def _change_of(name: str, side: Callable[[], serializers.Field[Any, Any, Any, Any]]) -> Any:
    """A serializer of `{from, to}`; `from` can't be written as a class attribute."""
    return type(name, (Serializer,), {"from": side(), "to": side()})


MoneyChange = _change_of("MoneyChange", lambda: MoneyField(allow_null=True))
DateChange = _change_of("DateChange", lambda: DateField(allow_null=True))
FeasibilityChange = _change_of("FeasibilityChange", lambda: ChoiceField(Feasibility, allow_null=True))

_COMPARED: Final = {
    "required_monthly_contribution": "required_monthly",
    "allocated_monthly_contribution": "allocated_monthly",
    "shortfall": "shortfall",
    "projected_completion_date": "projected_completion_date",
    "feasibility": "feasibility",
}


_OF_MONTHS: Final = ("surplus", "given", "carried")


class DifferenceSerializer(Serializer):
    """What changes for one goal; a side is null where the goal isn't in that plan."""

    goal_id = UUIDField(allow_null=True, help_text="Null for a new one.")
    name = TextField(max_length=100)
    required_monthly_contribution = MoneyChange()
    allocated_monthly_contribution = MoneyChange()
    shortfall = MoneyChange()
    projected_completion_date = DateChange()
    feasibility = FeasibilityChange()

    def to_representation(self, instance: Difference) -> dict[str, Any]:
        goal = {"goal_id": instance.goal_id, "name": instance.name}
        return goal | {
            name: {
                "from": document_representation(getattr(instance.before, part, None)),
                "to": document_representation(getattr(instance.after, part, None)),
            }
            for name, part in _COMPARED.items()
        }


class MoneyOfMonthSerializer(Serializer):
    surplus = ComputedMoneyField(signed=True, help_text="Income less expenses and minimum payments.")
    given = ComputedMoneyField(signed=True, help_text="To goals.")
    carried = ComputedMoneyField(signed=True, help_text="What this month and those before it leave to the next.")


class ComparedMonthSerializer(Serializer):
    """A month of the planning calendar in both plans; `difference` is the scenario less the baseline."""

    baseline = MoneyOfMonthSerializer()
    scenario = MoneyOfMonthSerializer()
    difference = MoneyOfMonthSerializer()

    def get_fields(self) -> dict[str, Any]:
        # `from` can't be written as a class attribute.
        return {"from": DateField()} | super().get_fields()

    def to_representation(self, instance: ComparedMonth) -> dict[str, Any]:
        sides = {"baseline": instance.before, "scenario": instance.after}
        shown = {
            side: {name: capped(getattr(month, name)) for name in _OF_MONTHS} for side, month in sides.items()
        }
        difference = {name: capped(shown["scenario"][name] - shown["baseline"][name]) for name in _OF_MONTHS}
        return {"from": instance.since, **shown, "difference": difference}


class WhatIfAnswerSerializer(Serializer):
    as_of = DateField()
    baseline = ScheduledPlanSerializer()
    scenario = ScheduledPlanSerializer()
    differences = DifferenceSerializer(many=True)
    cash_flow = ComparedMonthSerializer(
        many=True, help_text="Month by month: those of the plan whose `cash_flow` has more of them."
    )


class WhatIfInBriefSerializer(WhatIfAnswerSerializer):
    """The same without the schedules."""

    baseline = PlanSerializer()  # type: ignore[assignment]
    scenario = PlanSerializer()  # type: ignore[assignment]
