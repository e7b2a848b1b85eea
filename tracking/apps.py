from django.apps import AppConfig

from fincred.events import PersonErased, PersonExported, subscribe


class TrackingConfig(AppConfig):
    name = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tracking import services

        subscribe(PersonExported, services.export_tracking)
        subscribe(PersonErased, services.erase_tracking)
