"""The database itself refuses to change or remove an entry of the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MESSAGE = "the audit trail is append-only"

POSTGRESQL = [
    f"""
    CREATE FUNCTION accounts_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}';
    END
    $$
    """,
    """
    CREATE TRIGGER accounts_auditentry_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_refuse()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER accounts_auditentry_no_{event.lower()} BEFORE {event} ON accounts_auditentry
    BEGIN
        SELECT RAISE(ABORT, '{MESSAGE}');
    END
    """
    for event in ("UPDATE", "DELETE")
]
REMOVE_POSTGRESQL = [
    "DROP TRIGGER accounts_auditentry_append_only ON accounts_auditentry",
    "DROP FUNCTION accounts_auditentry_refuse()",
]
REMOVE_SQLITE = [f"DROP TRIGGER accounts_auditentry_no_{event}" for event in ("update", "delete")]


def _run(schema_editor: Any, postgresql: list[str], sqlite: list[str]) -> None:
    statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
    for statement in statements:
        schema_editor.execute(statement)


def guard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, POSTGRESQL, SQLITE)


def unguard(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, REMOVE_POSTGRESQL, REMOVE_SQLITE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
