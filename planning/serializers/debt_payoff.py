"""Ways to pay off debts: the request, and the comparison of strategies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fincred.api.serializers import (
    BooleanField,
    ChoiceField,
    DateField,
    IntegerField,
    MoneyField,
    PlanDateField,
    Serializer,
    TextField,
)
from fincred.money import ZERO
from planning.engine.debts.budget import Budget, Extra
from planning.engine.debts.ledger import Strategy
from planning.serializers.fields import ComputedMoneyField, EntriesField
from planning.serializers.snapshots import DebtSerializer
from planning.snapshot_contents import DebtEntry


class ExtraPaymentSerializer(Serializer):
    """A payment that comes once, on top."""

    date = PlanDateField(help_text="It is paid with the first payment date on or after this day.")
    amount = MoneyField()


class DebtPayoffSerializer(Serializer):
    """A budget for the snapshot's debts, or for those that are given instead."""

    as_of = PlanDateField(required=False, help_text="The first payments are a month later. Today if absent.")
    extra_monthly = MoneyField(required=False, help_text="On top of the minimum payments; 0 if absent.")
    extra_from = PlanDateField(
        default=None, allow_null=True, help_text="The first payment date on which `extra_monthly` can be paid."
    )
    extra_until = PlanDateField(default=None, allow_null=True, help_text="The last one, this day included.")
    extra_payments = EntriesField(child=ExtraPaymentSerializer(), help_text="On top of either budget.")
    monthly_budget = MoneyField(
        required=False,
        help_text="All in all, instead of `extra_monthly`. It has to pay the first month's minimums; should they "
        "rise above it later, they are paid in the order given as far as it goes.",
    )
    debts = EntriesField(child=DebtSerializer(), help_text="Instead of the snapshot's; goal_id says nothing here.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`{"as_of", "budget": Budget, "debts"}`; the first and the last are None if absent."""
        since, until = attrs["extra_from"], attrs["extra_until"]
        _require_one_budget(attrs)
        if since and until and until < since:
            raise serializers.ValidationError({"extra_until": "Must not be before extra_from."}, code="min_value")
        payments = [(entry["date"], entry["amount"]) for entry in attrs.get("extra_payments", [])]
        return {
            "as_of": attrs.get("as_of"),
            "budget": Budget(
                Extra(attrs.get("extra_monthly", ZERO), since, until), attrs.get("monthly_budget"), payments
            ),
            "debts": [DebtEntry(**entry).as_engine_debt() for entry in attrs["debts"]]
            if "debts" in attrs
            else None,
        }


def _require_one_budget(attrs: dict[str, Any]) -> None:
    """:raises serializers.ValidationError: two budgets, or days of an `extra_monthly` that isn't given."""
    days = [name for name in ("extra_from", "extra_until") if attrs[name] is not None]
    if "monthly_budget" in attrs and "extra_monthly" in attrs:
        raise serializers.ValidationError(
            {"monthly_budget": "Give either extra_monthly or monthly_budget."}, code="ambiguous"
        )
    if days and "monthly_budget" in attrs:
        message = "Belongs to extra_monthly, and not to monthly_budget."
        raise serializers.ValidationError(dict.fromkeys(days, message), code="ambiguous")
    if days and "extra_monthly" not in attrs:
        raise serializers.ValidationError(
            {"extra_monthly": f"This field is required with {days[0]}."}, code="required"
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
    monthly_budget = ComputedMoneyField(help_text="Of the first month, without `extra_payments`.")
    strategies = StrategiesSerializer(source="*")
    recommended = ChoiceField(
        Strategy,
        allow_null=True,
        help_text="The cheaper; null when both are never.",
    )
    interest_saved = ComputedMoneyField(allow_null=True, help_text="By the recommended against the other.")
    more = MoreSerializer(many=True)
