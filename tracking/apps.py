from django.apps import AppConfig

from goals.history import register_reader


class TrackingConfig(AppConfig):
    name = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tracking.queries import HistoryReader

        register_reader(HistoryReader())
