"""PostgreSQL refuses to empty the audit trail as well: TRUNCATE fires no trigger of rows. SQLite has no TRUNCATE."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLES = ("accounts_auditentry", "accounts_listedperson")
POSTGRESQL = [
    f"CREATE TRIGGER {table}_not_truncated BEFORE TRUNCATE ON {table} EXECUTE FUNCTION accounts_auditentry_refuse()"
    for table in TABLES
]
REMOVE_POSTGRESQL = [f"DROP TRIGGER {table}_not_truncated ON {table}" for table in TABLES]


def _run(schema_editor: Any, statements: list[str]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


def guard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, POSTGRESQL)


def unguard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, REMOVE_POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_plain_labels")]

    operations = [migrations.RunPython(guard, unguard)]
