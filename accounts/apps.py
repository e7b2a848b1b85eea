from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts.groups import provide_support_group
        from accounts.mail import MESSAGES, register_message

        post_migrate.connect(provide_support_group, dispatch_uid="accounts.support_group")
        for message in MESSAGES:
            register_message(message)
