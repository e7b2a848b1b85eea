from django.apps import AppConfig

from goals.history import register_reader


class TrackingConfig(AppConfig):
    name = "tracking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.upkeep import register_upkeep
        from fincred.ops.jobs import register_job
        from tracking.jobs import JOBS
        from tracking.queries import HistoryReader
        from tracking.services.cycles import end_cycles

        register_reader(HistoryReader())
        register_upkeep("cycle_ends_on", end_cycles)
        for job in JOBS:
            register_job(job)
