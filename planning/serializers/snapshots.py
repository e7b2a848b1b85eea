"""Snapshots: taken as a whole document; answered with numbers where strings are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from fincred.api.serializers import (
    ChoiceField,
    DateTimeField,
    MoneyField,
    PercentField,
    PlanDateField,
    RateField,
    Serializer,
    TextField,
    UUIDField,
)
from fincred.errors import NoFieldsToUpdateError
from fincred.money import MAX_MONEY, ZERO
from planning.models import Snapshot
from planning.serializers.fields import ComputedMoneyField, EntriesField
from planning.snapshot_contents import (
    DebtEntry,
    Expenses,
    IncomeEntry,
    PlannedExpense,
    SavingsEntry,
    SnapshotContents,
)
from planning.vocabulary import PLANNED_FREQUENCIES, DebtType, PayFrequency

TOO_MUCH: Final = f"Must come to at most {MAX_MONEY} in all."


class LabelField(TextField):
    """The person's name for an entry, or null; empty text is null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 100, "default": None, "allow_null": True, "allow_blank": True} | kwargs)

    def run_validation(self, data: Any = empty) -> str | None:
        label: str | None = super().run_validation(data)
        return label or None


class RhythmSerializer(Serializer):
    """Money that comes on `next_date` and in its rhythm after it, up to and including `until`."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        next_date, until = attrs["next_date"], attrs["until"]
        if next_date is None and (until is not None or attrs["frequency"] == PayFrequency.ONCE):
            reason = "until" if until is not None else "once"
            raise serializers.ValidationError(
                {"next_date": f"This field is required with {reason}."}, code="required"
            )
        if next_date is not None and until is not None and until < next_date:
            raise serializers.ValidationError({"until": "Must not be before next_date."}, code="min_value")
        return attrs


class IncomeSerializer(RhythmSerializer):
    amount = MoneyField(help_text="What arrives each time, after tax.")
    frequency = ChoiceField(
        PayFrequency, help_text="`semimonthly`: on the day of `next_date`, and 15 days after or before it."
    )
    source_label = LabelField()
    next_date = PlanDateField(
        default=None,
        allow_null=True,
        help_text="With it the money arrives on this day and in its rhythm after it, never before it; without, it "
        "is averaged. It may have passed: leave it when a payday is over. Required with `once`.",
    )
    until = PlanDateField(default=None, allow_null=True, help_text="The last day on which it may arrive.")


class PlannedExpenseSerializer(RhythmSerializer):
    """What isn't the same every month: insurance, holidays, a car repair."""

    label = LabelField()  # type: ignore[assignment]  # DRF fields have a label, too
    amount = MoneyField()
    frequency = ChoiceField(PLANNED_FREQUENCIES)
    next_date = PlanDateField()
    until = PlanDateField(default=None, allow_null=True, help_text="The last day on which it may come.")


class ExpensesSerializer(Serializer):
    total_amount = MoneyField(help_text="A month, without debt payments.")
    essential_amount = MoneyField(
        default=None, allow_null=True, help_text="The part of it that can't be left out."
    )
    planned = EntriesField(child=PlannedExpenseSerializer(), default=list, help_text="On top of `total_amount`.")

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
    min_payment = MoneyField(
        default=None, allow_null=True, help_text="A month. Required without `min_payment_percent`, null with it."
    )
    min_payment_percent = PercentField(
        default=None,
        allow_null=True,
        help_text="With `min_payment_floor` instead of `min_payment`: a month's minimum is this percentage of the "
        "balance with the month's interest, rounded half up, or the floor if that is more; at most what is owed.",
    )
    min_payment_floor = MoneyField(default=None, allow_null=True, help_text="The least of a month's minimum.")
    promo_rate_annual = RateField(
        default=None,
        allow_null=True,
        help_text="Percent a year, in the months that end on or before `promo_until`.",
    )
    promo_until = PlanDateField(default=None, allow_null=True, help_text="A day that has passed has no effect.")
    goal_id = UUIDField(
        default=None, allow_null=True, help_text="Your debt_payoff goal that paying this debt off belongs to."
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """With a percentage, `min_payment` is 0: it depends on the day (`DebtEntry.on`)."""
        errors = _wrong_together(data) if isinstance(data, Mapping) else {}
        try:
            entry: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**errors, **cast("dict[str, Any]", error.detail)}) from None
        if errors:
            raise serializers.ValidationError(errors)
        return entry | {"min_payment": entry["min_payment"] or ZERO}


def _wrong_together(data: Mapping[str, Any]) -> dict[str, serializers.ErrorDetail]:
    """By field of a debt: what is required, or excluded, because of the other fields."""
    given = {name for name, value in data.items() if value is not None}
    by_percentage = {"min_payment_percent", "min_payment_floor"}
    errors = _incomplete(given, {"promo_rate_annual", "promo_until"})
    if "min_payment" in given:
        message = "Give either min_payment, or min_payment_percent and min_payment_floor."
        ambiguous = serializers.ErrorDetail(message, code="ambiguous")
        return errors | dict.fromkeys(given & by_percentage, ambiguous)
    if given & by_percentage:
        return errors | _incomplete(given, by_percentage)
    return errors | {"min_payment": serializers.ErrorDetail("This field is required.", code="required")}


def _incomplete(given: set[str], pair: set[str]) -> dict[str, serializers.ErrorDetail]:
    if len(given & pair) != 1:
        return {}
    [name], [absent] = given & pair, pair - given
    return {absent: serializers.ErrorDetail(f"This field is required with {name}.", code="required")}


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
            expenses=expenses_of(attrs["expenses"]) if attrs["expenses"] else None,
            debts=tuple(DebtEntry(**entry) for entry in attrs.get("debts", [])),
            savings=tuple(SavingsEntry(**entry) for entry in attrs.get("savings", [])),
        )
        _refuse_immense_totals(contents)
        return {"contents": contents}


class SnapshotWriteSerializer(SnapshotContentsSerializer):
    """A whole document: an absent list is empty. One that names nothing, or nothing but nulls, is refused."""

    def to_internal_value(self, data: Any) -> Any:
        """:raises NoFieldsToUpdateError: some clients send null for all that they weren't given."""
        if isinstance(data, dict) and all(data.get(name) is None for name in self.fields):
            raise NoFieldsToUpdateError
        return super().to_internal_value(data)


def expenses_of(attrs: dict[str, Any]) -> Expenses:
    """What `ExpensesSerializer` has checked, as a value."""
    planned = [PlannedExpense(**each) for each in attrs["planned"]]
    return Expenses(attrs["total_amount"], attrs["essential_amount"], tuple(planned))


def _refuse_immense_totals(contents: SnapshotContents) -> None:
    if contents.immense:
        raise serializers.ValidationError(dict.fromkeys(contents.immense, TOO_MUCH), code="max_value")


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

    has_revision = True

    id = UUIDField(allow_null=True)
    incomes = IncomeSerializer(many=True, source="told_incomes")
    income = serializers.SerializerMethodField(help_text="The only income, null when there are none or several.")
    expenses = ExpensesSerializer(allow_null=True, source="told_expenses")
    debts = DebtSerializer(many=True, source="told_debts")
    savings = SavingsSerializer(many=True)
    summary = SummarySerializer(source="*", allow_null=True)
    created_at = DateTimeField(allow_null=True)

    @extend_schema_field(IncomeSerializer(allow_null=True))
    def get_income(self, snapshot: Snapshot) -> dict[str, Any] | None:
        incomes = snapshot.told_incomes
        return dict(IncomeSerializer(incomes[0]).data) if len(incomes) == 1 else None


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
