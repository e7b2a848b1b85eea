from django.apps import AppConfig

from fincred.events import PersonErased, PersonExported, subscribe


class GoalsConfig(AppConfig):
    name = "goals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from goals import services

        subscribe(PersonExported, services.export_goals)
        subscribe(PersonErased, services.erase_goals)
