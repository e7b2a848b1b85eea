"""An update that fails unless it changes one row.

Whoever commits in the same breath can't count the rows first, so the statement has to. PostgreSQL has no error for
it; what it says of the number that isn't one is put into our words.
"""

from __future__ import annotations

import re

from django.db import DatabaseError

_OF_ONE_ROW = (
    "WITH written AS (%s RETURNING 1) SELECT CASE count(*) WHEN 1 THEN 1"
    " ELSE ('one row was to be written, and ' || count(*) || ' were')::integer END FROM written"
)
_NOT_ONE = re.compile(r"one row was to be written, and [0-9]+ were")


def of_one_row(update: str) -> str:
    """The statement, which now answers with one row and fails if it doesn't change exactly one."""
    return _OF_ONE_ROW % update


def translate_error(error: Exception) -> Exception:
    """A plain `DatabaseError` that tells how many rows there were, if that is what went wrong; else `error`."""
    said = _NOT_ONE.search(str(error)) if isinstance(error, DatabaseError) else None
    return DatabaseError(said[0].capitalize()) if said else error
