from django.apps import AppConfig

from fincred.events import DatabaseRestored, GoalsChanged, PersonDisabled, subscribe


class PlanningConfig(AppConfig):
    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.upkeep import register_upkeep
        from fincred.ops.jobs import register_job
        from planning.jobs import JOBS
        from planning.services import calendars, replanning
        from planning.services.upkeep import plan_again

        subscribe(GoalsChanged, replanning.on_goals_changed)
        subscribe(PersonDisabled, calendars.on_person_disabled)
        subscribe(DatabaseRestored, calendars.on_database_restored)
        register_upkeep("replan_on", plan_again)
        for job in JOBS:
            register_job(job)
