from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts.groups import provide_roles
        from accounts.jobs import JOBS
        from accounts.mail import MESSAGES, outbox_figures, register_message
        from accounts.services import on_password_set
        from fincred.events import PasswordSet, subscribe
        from fincred.ops.figures import register_figures
        from fincred.ops.jobs import register_job

        post_migrate.connect(provide_roles, dispatch_uid="accounts.roles")
        for message in MESSAGES:
            register_message(message)
        for job in JOBS:
            register_job(job)
        register_figures("outbox", outbox_figures)
        subscribe(PasswordSet, on_password_set)
