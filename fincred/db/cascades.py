"""For migrations that add a table: PostgreSQL deletes its rows together with the row that they refer to.

The version before runs on the new schema during an upgrade, and doesn't know the table. Without this it couldn't
delete a row that the table refers to.
"""

from __future__ import annotations

from typing import Any


def cascade(schema_editor: Any, table: str, column: str, target: str) -> None:
    """Make the foreign key of `column` cascade. On SQLite do nothing: one process, so no version before."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass "
            "AND confrelid = %s::regclass",
            [table, target],
        )
        [(name,)] = cursor.fetchall()
    quote = schema_editor.quote_name
    key = f"FOREIGN KEY ({quote(column)}) REFERENCES {quote(target)} (id)"
    schema_editor.execute(
        f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}, "
        f"ADD CONSTRAINT {quote(name)} {key} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
    )
