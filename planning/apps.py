from django.apps import AppConfig

from fincred.events import GoalsChanged, PersonErased, PersonExported, subscribe


class PlanningConfig(AppConfig):
    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning.services import people, replanning

        subscribe(GoalsChanged, replanning.on_goals_changed)
        subscribe(PersonExported, people.on_person_exported)
        subscribe(PersonErased, people.on_person_erased)
