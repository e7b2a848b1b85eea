from django.apps import AppConfig


class OpsConfig(AppConfig):
    """An app for its management commands alone; it has no models."""

    name = "fincred.ops"
