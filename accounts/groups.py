"""The group Support: it may view people's records and use the actions that help them, but edit nothing."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps

GROUP = "Support"

_APPS = ("accounts", "goals", "planning", "tracking", "companion")
_SECRETS = ("view_refreshtoken", "view_onetimetoken", "view_chatsession", "view_chatmessage")


def provide_support_group(
    app_config: AppConfig, using: str = "default", apps: Any = installed_apps, **kwargs: Any
) -> None:
    """After an app's migrations, create the group and add that app's permissions to it.

    A migration can't do this, because Django creates permissions only after all migrations.
    """
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # when migrating backwards, auth's tables may be gone
        return
    if app_config.label not in _APPS:
        return
    group, _ = group_model.objects.using(using).get_or_create(name=GROUP)
    own = permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    views = own.filter(codename__startswith="view_").exclude(codename__in=_SECRETS)
    group.permissions.add(*views, *own.filter(codename__startswith="help_"))
