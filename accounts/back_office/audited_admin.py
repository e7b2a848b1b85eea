"""What every page of the back office about people's records is made of: to look at, and each look recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.audit import record
from accounts.models import User
from accounts.services import lock_user
from fincred import clock
from fincred.context import update_caller


class ReadOnlyAdminMixin:
    """Rows that are shown to who may view them, and changed by nobody here. Also for inlines."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Reason(models.TextChoices):
    """Why staff act. Words of their own could name the person, and the trail outlives the person."""

    ASKED = "asked", "The person asked for it"
    SECURITY = "security", "For the account's safety"
    ABUSE = "abuse", "Abuse of the service"
    CORRECTION = "correction", "To correct a mistake of ours"


class ReasonedActionForm(ActionForm):
    reason = forms.ChoiceField(choices=[("", "why?"), *Reason.choices], required=False)


class AuditedAdmin(ReadOnlyAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Each look is in the audit trail before it is answered; a look that can't be recorded isn't granted.

    A list is one entry in the staff member's own chain, with the ids shown; a row's page, and its history, is an
    entry in the chain of the person it is about. What actions do is recorded by the services they call.
    """

    person_path: ClassVar[str] = "user"
    action_form = ReasonedActionForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and (shown := (response.context_data or {}).get("cl")):
            self._record(request.user.pk, "listed", None, {"ids": [str(row.pk) for row in shown.result_list]})
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().changeform_view(request, object_id, form_url, extra_context)
        return self._shown(request, response, "original")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._shown(request, super().history_view(request, object_id, extra_context), "object")

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *place: Any, **places: Any) -> Any:
        reasons: Sequence[str] = [reason for reason in request.POST.getlist("reason") if reason in Reason.values]
        update_caller(reason="".join(reasons[:1]))
        return super().response_action(request, queryset, *place, **places)

    def person_of(self, row: Any) -> User | None:
        """Whose record it is; None when the person has been erased."""
        for name in self.person_path.split("__"):
            row = getattr(row, name)
        return row if isinstance(row, User) else None

    def _shown(self, request: HttpRequest, response: HttpResponse, name: str) -> HttpResponse:
        if isinstance(response, TemplateResponse) and (row := (response.context_data or {}).get(name)):
            person = self.person_of(row)
            self._record(person.pk if person else request.user.pk, "viewed", row, None)
        return response

    @transaction.atomic
    def _record(self, chain: Any, action: str, row: models.Model | None, after: dict[str, Any] | None) -> None:
        person = lock_user(chain)
        record(
            person=person,
            action=f"{self.opts.model_name}.{action}",
            subject=row or person,
            now=clock.now(),
            after=after,
        )
