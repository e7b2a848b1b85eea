"""Ways to pay off debts: the request, and the comparison of strategies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    IntegerField,
    MoneyField,
    Serializer,
    TextField,
)
from planning.engine.debts.ledger import Strategy
from planning.engine.model import Debt
from planning.serializers.fields import ComputedMoneyField, EntriesField, PlanDateField
from planning.serializers.snapshots import DebtSerializer


class DebtPayoffSerializer(Serializer):
    """A budget for the snapshot's debts, or for those that are given instead."""

    as_of = PlanDateField(required=False, help_text="The first payments are a month later. Today if absent.")
    extra_monthly = MoneyField(required=False, help_text="On top of the minimum payments; 0 if absent.")
    monthly_budget = MoneyField(required=False, help_text="All in all, instead of extra_monthly.")
    debts = EntriesField(child=DebtSerializer(), help_text="Instead of the snapshot's; goal_id says nothing here.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "extra_monthly" in attrs and "monthly_budget" in attrs:
            raise serializers.ValidationError(
                {"monthly_budget": "Give either extra_monthly or monthly_budget."}, code="ambiguous"
            )
        return {
            "as_of": attrs.get("as_of"),
            "extra_monthly": attrs.get("extra_monthly", Decimal("0.00")),
            "monthly_budget": attrs.get("monthly_budget"),
            "debts": [_debt(entry) for entry in attrs["debts"]] if "debts" in attrs else None,
        }


def _debt(entry: dict[str, Any]) -> Debt:
    return Debt(
        label=entry["label"] or entry["type"],
        balance=entry["balance"],
        annual_rate=entry["interest_rate_annual"],
        min_payment=entry["min_payment"],
        type=entry["type"],
    )


class ClosedDebtSerializer(Serializer):
    label = TextField(max_length=100)  # type: ignore[assignment]  # DRF fields have a label, too
    months = IntegerField(allow_null=True)
    closed_on = DateField(allow_null=True)
    interest = ComputedMoneyField(allow_null=True)


class BalancePointSerializer(Serializer):
    date = DateField()
    balance = ComputedMoneyField()


class PayoffSerializer(Serializer):
    """One strategy; `never` means not within 100 years."""

    never = BooleanField()
    interest_floor = ComputedMoneyField(allow_null=True, help_text="When never: the first month's interest.")
    months = IntegerField(allow_null=True)
    debt_free_date = DateField(allow_null=True)
    total_interest = ComputedMoneyField(allow_null=True)
    total_paid = ComputedMoneyField(allow_null=True)
    order = ClosedDebtSerializer(many=True, help_text="In which the debts close.")
    series = BalancePointSerializer(many=True, help_text="What is owed in all.")


class StrategiesSerializer(Serializer):
    avalanche = PayoffSerializer(help_text="The highest rate first.")
    snowball = PayoffSerializer(help_text="The smallest balance first.")


class MoreSerializer(Serializer):
    extra = ComputedMoneyField(help_text="More a month than the budget.")
    months = IntegerField(allow_null=True)
    interest_saved = ComputedMoneyField(allow_null=True)


class DebtPayoffAnswerSerializer(Serializer):
    as_of = DateField()
    monthly_budget = ComputedMoneyField()
    strategies = StrategiesSerializer(source="*")
    recommended = ChoiceField(
        Strategy,
        allow_null=True,
        help_text="The cheaper; null when both are never.",
    )
    interest_saved = ComputedMoneyField(allow_null=True, help_text="By the recommended against the other.")
    more = MoreSerializer(many=True)
