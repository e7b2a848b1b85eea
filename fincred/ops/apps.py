from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Operators' commands, and one row about the database itself."""

    name = "fincred.ops"
    verbose_name = "Jobs"
