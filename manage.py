#!/usr/bin/env python
"""Commands for operators and developers: `./manage.py help`."""

import gc
import logging
import os
import shlex
import sys

from fincred.ops.standard_streams import standard_streams
from fincred.ops.stop_signals import stop_as_sigint

# No such table, no such column: PostgreSQL's codes, SQLite's words.
_NOT_MIGRATED = ("42P01", "42703", "no such table", "no such column")
# They say how to go on from where they were stopped; stopped before that, they are run again as they were.
GOING_ON = frozenset({"check_integrity", "plan_all", "plan_notifications"})


def main() -> None:
    """Run the command; settings or a database that are not right are told in words (`--traceback` shows where)."""
    command = "".join(sys.argv[1:2])
    try:
        _run(command)
    except KeyboardInterrupt:
        again = f"\nContinue with: {shlex.join(['manage.py', *sys.argv[1:]])}" if command in GOING_ON else ""
        sys.exit(f"Stopped.{again}")
    except Exception as error:
        words = _in_words(error)
        if words is None or "--traceback" in sys.argv:
            raise
        sys.exit(words)


def _run(command: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")
    gc.disable()  # until `CommandLine` has loaded all apps: it took half of a short command's time
    try:
        from fincred.db.limits import SERVING, lift_time_limits_of_command
        from fincred.ops.command_line import CommandLine
    except ModuleNotFoundError as error:
        sys.exit(f"{error}. Run `make install`, and then .venv/bin/python manage.py")
    lift_time_limits_of_command(command)
    if command not in SERVING:  # its own error says once why there is no connection
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    CommandLine(sys.argv).execute()


def _in_words(error: Exception) -> str | None:
    """What the operator has to see to; None if it is an error of ours, or the output's reader is gone."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, InterfaceError, OperationalError

    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, EOFError):
        return "\nThe command asks for something that standard input doesn't have: run it in a terminal."
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):  # see `standard_streams`
        what = error.filename or "The system can't do this"
        return f"{what}: {error.strerror or error}"
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    if (getattr(error.__cause__, "sqlstate", "") or str(error)).startswith(_NOT_MIGRATED):
        return f"The database needs `manage.py migrate` first: {error}"
    from fincred.db.in_words import database_in_words

    # DatabaseError itself: SQLite finds no database in its file, or a damaged one. Others are errors of ours.
    is_its_state = type(error) in (OperationalError, InterfaceError, DatabaseError)
    return database_in_words(error) if is_its_state else None


if __name__ == "__main__":
    with standard_streams(), stop_as_sigint(is_whole_process=True):
        main()
