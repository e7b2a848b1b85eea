#!/usr/bin/env python
"""Commands for operators and developers: `./manage.py help`."""

import os
import sys

from fincred.ops.standard_streams import standard_streams

_NOT_MIGRATED = ("42P01", "42703")  # no such table, no such column


def main() -> None:
    """Run the command; settings or a database that are not right are told in words (`--traceback` shows where)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import InterfaceError, OperationalError, ProgrammingError
    except ModuleNotFoundError as error:
        sys.exit(f"{error}. Run `make install`, and then .venv/bin/python manage.py")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
    except (OperationalError, InterfaceError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"The database can't do this: {error}")
    except ProgrammingError as error:
        if "--traceback" in sys.argv or getattr(error.__cause__, "sqlstate", "") not in _NOT_MIGRATED:
            raise
        sys.exit(f"The database needs `manage.py migrate` first: {error}")


if __name__ == "__main__":
    with standard_streams():
        main()
