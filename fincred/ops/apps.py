from django.apps import AppConfig
from django.db.backends.signals import connection_created

from fincred.db.sqlite_file import close_files_to_others


class OpsConfig(AppConfig):
    """Operators' commands, and one row about the database itself."""

    name = "fincred.ops"
    verbose_name = "Jobs"

    def ready(self) -> None:
        connection_created.connect(close_files_to_others)
