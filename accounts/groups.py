"""The group of people who may look at others' records and help them, but change nothing themselves."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps

GROUP = "Support"

_APPS = ("accounts", "goals", "planning", "tracking")
_SECRETS = ("view_refreshtoken", "view_onetimetoken")


def provide_support_group(
    app_config: AppConfig, using: str = "default", apps: Any = installed_apps, **kwargs: Any
) -> None:
    """After each app's migrations: the group, and what it may. No migration can: permissions exist only then."""
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # on the way backwards, auth itself may be gone
        return
    if app_config.label not in _APPS:
        return
    group, _ = group_model.objects.using(using).get_or_create(name=GROUP)
    own = permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    views = own.filter(codename__startswith="view_").exclude(codename__in=_SECRETS)
    group.permissions.add(*views, *own.filter(codename__startswith="help_"))
