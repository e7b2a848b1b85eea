from django.apps import AppConfig

from fincred.events import DatabaseRestored, GoalsChanged, PersonDisabled, subscribe


class PlanningConfig(AppConfig):
    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning.services import calendars, replanning

        subscribe(GoalsChanged, replanning.on_goals_changed)
        subscribe(PersonDisabled, calendars.on_person_disabled)
        subscribe(DatabaseRestored, calendars.on_database_restored)
