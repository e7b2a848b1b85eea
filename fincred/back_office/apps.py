from __future__ import annotations

from django.apps import AppConfig


class BackOfficePagesConfig(AppConfig):
    name = "fincred.back_office"
    label = "back_office"
    verbose_name = "Back office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fincred.back_office.jobs import JOBS
        from fincred.ops.jobs import register_job

        for job in JOBS:
            register_job(job)
