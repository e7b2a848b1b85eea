"""Snapshots: taken as a whole document; answered with numbers where strings are stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from fincred.api.serializers import (
    ChangeSerializer,
    ChoiceField,
    DateTimeField,
    MoneyField,
    RateField,
    Serializer,
    TextField,
    UUIDField,
)
from fincred.money import MAX_MONEY
from planning.models import Snapshot
from planning.serializers.fields import ComputedMoneyField, EntriesField
from planning.snapshot_contents import DebtEntry, Expenses, IncomeEntry, SavingsEntry, SnapshotContents
from planning.vocabulary import DebtType, PayFrequency


class LabelField(TextField):
    """The person's name for an entry, or null; empty text is null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 100, "default": None, "allow_null": True, "allow_blank": True} | kwargs)

    def run_validation(self, data: Any = empty) -> str | None:
        label: str | None = super().run_validation(data)
        return label or None


class IncomeSerializer(Serializer):
    amount = MoneyField(help_text="What arrives each time, after tax.")
    frequency = ChoiceField(PayFrequency)
    source_label = LabelField()


class ExpensesSerializer(Serializer):
    total_amount = MoneyField(help_text="A month, without debt payments.")
    essential_amount = MoneyField(
        default=None, allow_null=True, help_text="The part of it that can't be left out."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        essential = attrs["essential_amount"]
        if essential is not None and essential > attrs["total_amount"]:
            raise serializers.ValidationError(
                {"essential_amount": "Must not be more than total_amount."}, code="max_value"
            )
        return attrs


class DebtSerializer(Serializer):
    type = ChoiceField(DebtType)
    label = LabelField()  # type: ignore[assignment]  # DRF fields have a label, too
    balance = MoneyField()
    interest_rate_annual = RateField(help_text="Percent a year: 22.5 is 22.5 %.")
    min_payment = MoneyField(help_text="A month.")
    goal_id = UUIDField(
        default=None, allow_null=True, help_text="Your debt_payoff goal that paying this debt off belongs to."
    )


class SavingsSerializer(Serializer):
    label = LabelField()  # type: ignore[assignment]
    balance = MoneyField()


class SnapshotContentsSerializer(Serializer):
    """A whole document: an absent list is empty."""

    incomes = EntriesField(child=IncomeSerializer())
    income = IncomeSerializer(
        required=False,
        allow_null=True,
        help_text="Short for `incomes` with one entry. Given both, as they are read, they must agree.",
    )
    expenses = ExpensesSerializer(default=None, allow_null=True)
    debts = EntriesField(child=DebtSerializer())
    savings = EntriesField(child=SavingsSerializer())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`{"contents": SnapshotContents}`"""
        single = attrs.get("income")
        incomes = attrs.get("incomes", [] if single is None else [single])
        if single is not None and incomes != [single]:
            raise serializers.ValidationError({"income": "Says something else than incomes."}, code="ambiguous")
        contents = SnapshotContents(
            incomes=tuple(IncomeEntry(**entry) for entry in incomes),
            expenses=Expenses(**attrs["expenses"]) if attrs["expenses"] else None,
            debts=tuple(DebtEntry(**entry) for entry in attrs.get("debts", [])),
            savings=tuple(SavingsEntry(**entry) for entry in attrs.get("savings", [])),
        )
        _refuse_immense_totals(contents)
        return {"contents": contents}


class SnapshotWriteSerializer(SnapshotContentsSerializer, ChangeSerializer):
    """A whole document: an absent list is empty. One that names nothing is refused."""


def _refuse_immense_totals(contents: SnapshotContents) -> None:
    totals: dict[str, Decimal] = {
        "incomes": contents.monthly_income,
        "debts": max(contents.total_debt, contents.monthly_minimum_payments),
        "savings": contents.total_savings,
    }
    errors = {
        name: f"Must come to at most {MAX_MONEY} in all." for name, total in totals.items() if total > MAX_MONEY
    }
    if errors:
        raise serializers.ValidationError(errors, code="max_value")


class SummarySerializer(Serializer):
    """Sums over the entries."""

    monthly_income = ComputedMoneyField()
    monthly_expenses = ComputedMoneyField()
    monthly_minimum_payments = ComputedMoneyField()
    monthly_surplus = ComputedMoneyField(signed=True)
    total_debt = ComputedMoneyField()
    total_savings = ComputedMoneyField()
    net_worth = ComputedMoneyField(signed=True)


class SnapshotSerializer(Serializer):
    """One version; before the first, nulls and empty lists."""

    has_version = True

    id = UUIDField(allow_null=True)
    incomes = IncomeSerializer(many=True)
    income = serializers.SerializerMethodField(help_text="The only income, null when there are none or several.")
    expenses = ExpensesSerializer(allow_null=True)
    debts = DebtSerializer(many=True)
    savings = SavingsSerializer(many=True)
    summary = SummarySerializer(source="*", allow_null=True)
    created_at = DateTimeField(allow_null=True)

    @extend_schema_field(IncomeSerializer(allow_null=True))
    def get_income(self, snapshot: Snapshot) -> dict[str, Any] | None:
        if len(snapshot.incomes) != 1:
            return None
        return dict(IncomeSerializer(snapshot.incomes[0]).data)


NO_SNAPSHOT: Final[dict[str, Any]] = {
    "id": None,
    "incomes": [],
    "income": None,
    "expenses": None,
    "debts": [],
    "savings": [],
    "summary": None,
    "created_at": None,
}
