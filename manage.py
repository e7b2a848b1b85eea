#!/usr/bin/env python
"""Commands for operators and developers: `./manage.py help`."""

import os
import sys

from fincred.ops.standard_streams import standard_streams
from fincred.ops.stop_signals import stop_as_sigint

# No such table, no such column: PostgreSQL's codes, SQLite's words.
_NOT_MIGRATED = ("42P01", "42703", "no such table", "no such column")


def main() -> None:
    """Run the command; settings or a database that are not right are told in words (`--traceback` shows where)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import DatabaseError, InterfaceError, OperationalError

        from fincred.db.limits import lift_time_limits_of_command
    except ModuleNotFoundError as error:
        sys.exit(f"{error}. Run `make install`, and then .venv/bin/python manage.py")
    try:
        lift_time_limits_of_command("".join(sys.argv[1:2]))
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
    except BrokenPipeError:
        raise  # a reader of the standard output that is gone: see `standard_streams`
    except OSError as error:
        if "--traceback" in sys.argv:
            raise
        what = error.filename or "The system can't do this"
        sys.exit(f"{what}: {error.strerror or error}")
    except (DatabaseError, InterfaceError) as error:
        is_not_migrated = (getattr(error.__cause__, "sqlstate", "") or str(error)).startswith(_NOT_MIGRATED)
        # DatabaseError itself: SQLite finds no database in its file, or a damaged one. Others are errors of ours.
        is_its_state = type(error) in (OperationalError, InterfaceError, DatabaseError)
        if "--traceback" in sys.argv or not (is_not_migrated or is_its_state):
            raise
        why = "The database needs `manage.py migrate` first" if is_not_migrated else "The database can't do this"
        sys.exit(f"{why}: {error}")


if __name__ == "__main__":
    with standard_streams(), stop_as_sigint():
        main()
