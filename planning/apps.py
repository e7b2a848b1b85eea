from django.apps import AppConfig

from fincred.events import GoalsChanged, subscribe


class PlanningConfig(AppConfig):
    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from planning.services import replanning

        subscribe(GoalsChanged, replanning.on_goals_changed)
