"""What planning holds about a person: handed out, and erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from fincred.events import PersonErased, PersonExported
from planning.models import ActionPlan, PlanVersion, Snapshot


def on_person_exported(event: PersonExported) -> None:
    """Every snapshot, every plan (ended ones too) and all their versions."""
    owner = event.user_id
    event.sections["planning"] = {
        "snapshots": _documents(Snapshot.objects.filter(user_id=owner).order_by("number")),
        "action_plans": _documents(ActionPlan.objects.filter(user_id=owner).order_by("created_at", "id")),
        "plan_versions": _documents(PlanVersion.objects.filter(plan__user_id=owner).order_by("plan_id", "number")),
    }


def on_person_erased(event: PersonErased) -> None:
    """Nothing is left of the person's snapshots and plans."""
    ActionPlan.objects.filter(user_id=event.user_id).delete()
    Snapshot.objects.filter(user_id=event.user_id).delete()


def _documents(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} for row in rows]
