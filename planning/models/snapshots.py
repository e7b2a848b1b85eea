"""Snapshots of a person's money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from fincred.db.fields import ExactJSONField, MoneyField
from fincred.db.models import OwnedQuerySet
from fincred.db.privacy import Privacy
from planning.entry_names import EntryNames, new_names
from planning.models.written_once import WrittenOnce
from planning.snapshot_contents import SnapshotContents, whole, whole_expenses


class SnapshotQuerySet(OwnedQuerySet["Snapshot"]):
    def newest_first(self) -> Self:
        return self.order_by("-number")


class Snapshot(WrittenOnce):
    """One version of what a person tells of their money. `number` counts from 1 for each person.

    `paid_off` holds, by goal, what was paid off on the linked debts when it was stored, and `additions` the fields
    of entries that the first release can't read (`SnapshotContents.as_json`). `entry_names` are what entries keep
    from one snapshot to the next (`planning.entry_names`); without them, all were told for the first time.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="snapshots", db_index=False)
    number = models.PositiveIntegerField()
    incomes = ExactJSONField()
    expenses = ExactJSONField(null=True)
    debts = ExactJSONField()
    savings = ExactJSONField()
    monthly_income = MoneyField()
    monthly_expenses = MoneyField()
    monthly_minimum_payments = MoneyField()
    total_debt = MoneyField()
    total_savings = MoneyField()
    paid_off = ExactJSONField(default=dict)
    additions = ExactJSONField(null=True)
    entry_names = ExactJSONField(null=True)
    created_at = models.DateTimeField()

    objects = SnapshotQuerySet.as_manager()
    privacy = Privacy(owner="user", section="planning.snapshots", withheld=("entry_names",), order=("number",))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "number"], name="snapshot_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="snapshot_number_from_one"),
            models.CheckConstraint(
                condition=Q(
                    monthly_income__gte=0,
                    monthly_expenses__gte=0,
                    monthly_minimum_payments__gte=0,
                    total_debt__gte=0,
                    total_savings__gte=0,
                ),
                name="snapshot_totals_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"Snapshot {self.number}"

    @property
    def revision(self) -> int:
        """A new row is the next revision of the one snapshot that a client sees."""
        return self.number

    @property
    def contents(self) -> SnapshotContents:
        """The stored documents as values."""
        names = ("incomes", "expenses", "debts", "savings", "additions")
        return SnapshotContents.from_json({name: getattr(self, name) for name in names})

    @property
    def names(self) -> EntryNames:
        """The names of its entries."""
        names: EntryNames = self.entry_names or new_names(self.contents, self.number)
        return names

    @property
    def told_debts(self) -> list[dict[str, Any]]:
        """The debts as they were told: with a minimum by percentage, `min_payment` is None."""
        return [
            debt | ({"min_payment": None} if debt.get("min_payment_percent") else {})
            for debt in whole("debts", self.debts, self.additions)
        ]

    @property
    def told_incomes(self) -> list[dict[str, Any]]:
        """The incomes as they were told."""
        return whole("incomes", self.incomes, self.additions)

    @property
    def told_expenses(self) -> dict[str, Any] | None:
        """The expenses as they were told."""
        told: dict[str, Any] | None = whole_expenses(self.expenses, self.additions)
        return told

    @property
    def monthly_surplus(self) -> Decimal:
        """What a month leaves after expenses and minimum payments; negative when it leaves a gap."""
        surplus: Decimal = self.monthly_income - self.monthly_expenses - self.monthly_minimum_payments
        return surplus

    @property
    def net_worth(self) -> Decimal:
        worth: Decimal = self.total_savings - self.total_debt
        return worth
