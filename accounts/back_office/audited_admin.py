"""The base of every page about people's records: read-only, and each look is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.audit import record
from accounts.back_office.confirmation import confirmed
from accounts.back_office.declared_filters import DeclaredFiltersAdmin
from accounts.mailboxes import mailbox_or_none
from accounts.models import User
from accounts.services import lock_user
from fincred import clock
from fincred.db.privacy import privacy_of
from fincred.text import fold, normalize


class ReadOnlyAdminMixin:
    """Rows that are shown to staff who may view them, and changed only by services. Also for inlines."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AuditedAdmin(ReadOnlyAdminMixin, DeclaredFiltersAdmin):
    """Each look is in the audit trail before it is answered; a look that can't be recorded isn't granted.

    A list is one entry in the staff member's own chain, with the ids shown; a row's page, and its history, is an
    entry in the chain of the person it is about. What actions do is recorded by the services they call.
    """

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and (shown := (response.context_data or {}).get("cl")):
            self.record_list(request, shown.result_list)
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

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The declared filters, and the person whose rows they are."""
        of_person = lookup == f"{privacy_of(self.model).owner}__exact"
        return of_person or super().lookup_allowed(lookup, value, request)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Where an address is searched, its mailbox is too."""
        fields = list(super().get_search_fields(request))
        return fields + [f"{field.removesuffix('email')}mailbox" for field in fields if field.endswith("email")]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that match in any spelling: composed or not, folded, an address by its mailbox."""
        search = super().get_search_results
        found = [search(request, queryset, term) for term in _spellings(search_term)]
        return reduce(or_, (rows for rows, _ in found)), any(doubled for _, doubled in found)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each action first shows the people it affects and asks for a reason."""
        actions: Iterable[Any] = dict(super().get_actions(request) or {}).values()
        return {name: (confirmed(action, name=name, title=text), name, text) for action, name, text in actions}

    def affected(self, request: HttpRequest, chosen: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen rows that this staff member's actions apply to."""
        return chosen

    def person_of(self, row: Any) -> User | None:
        """Whose record it is; None when the person has been erased."""
        for name in str(privacy_of(self.model).owner).split("__"):
            row = getattr(row, name)
        return row if isinstance(row, User) else None

    def record_list(self, request: HttpRequest, rows: Iterable[models.Model]) -> None:
        self._record(request.user.pk, "listed", None, {"ids": [str(row.pk) for row in rows]})

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


def _spellings(search: str) -> set[str]:
    words = search.split()
    mailboxes = " ".join(mailbox_or_none(word) or word if "@" in word else word for word in words)
    return {normalize(search), fold(search), mailboxes}
