"""What FinCred keeps about a database itself, apart from the data in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from fincred.db.privacy import NOT_PERSONAL


class DatabaseState(models.Model):
    """One row that belongs to this database: no backup holds it, no restore brings it."""

    privacy = NOT_PERSONAL
    in_backups = False

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Changed again and again, to see whether the database takes writes.
    probe = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When `restore` filled this database; null once `after_restore` has run.
    restored_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="database_state_one_row")]

    def __str__(self) -> str:
        return "The state of this database"
