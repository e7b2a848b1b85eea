"""The roles of staff, each a group: what its members may view and do. None may edit a record."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db.models import Q

from accounts.vocabulary import StaffRole

_APPS = ("accounts", "goals", "planning", "tracking", "companion", "ops")
# What no role shows: secrets, what only programs need, and conversations with the coach.
_HIDDEN = Q(
    codename__in=[
        f"view_{name}"
        for name in (
            *("refreshtoken", "onetimetoken", "idempotencykey", "ratecounter", "searchterm", "knownplace"),
            *("chatsession", "chatmessage", "databasestate"),
        )
    ]
)
_OF_OPERATIONS = Q(codename__in=["view_outgoingmail", "help_outgoingmail", "view_jobstate", "view_refusedsignins"])
_PERMISSIONS = {
    StaffRole.SUPPORT: (Q(codename__startswith="view_") & ~_HIDDEN & ~Q(codename="view_jobstate"))
    | Q(codename__startswith="help_"),
    StaffRole.OPERATIONS: _OF_OPERATIONS,
    StaffRole.AUDITOR: Q(codename__startswith="view_") & ~_HIDDEN & ~Q(codename="view_jobstate"),
}


def provide_roles(
    app_config: AppConfig, using: str = "default", apps: Any = installed_apps, **kwargs: Any
) -> None:
    """After an app's migrations, create the groups and set their permissions of that app.

    A migration can't do this, because Django creates permissions only after all migrations.
    """
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # when migrating backwards, auth's tables may be gone
        return
    if app_config.label not in _APPS:
        return
    own = permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    for role, permissions in _PERMISSIONS.items():
        group, _ = group_model.objects.using(using).get_or_create(name=role.value)
        group.permissions.remove(*group.permissions.filter(content_type__app_label=app_config.label))
        group.permissions.add(*own.filter(permissions))
