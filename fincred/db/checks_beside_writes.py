"""A check constraint that is added while the table is written to: by two migrations, one operation in each.

In one transaction the second would read all rows under the lock of the first.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint


class AddCheckBesideWrites(AddConstraintNotValid):
    """On PostgreSQL `NOT VALID`: it checks what is written from now on; elsewhere an `AddConstraint`."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        kind = AddConstraintNotValid if is_postgresql else AddConstraint
        kind.database_forwards(self, app_label, schema_editor, *states)


class ValidateCheck(ValidateConstraint):
    """On PostgreSQL check the rows that were there before; elsewhere adding the constraint has checked them."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)
