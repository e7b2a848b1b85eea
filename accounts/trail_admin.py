"""The pages of the audit trail."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.audit import looks_in_lists
from accounts.back_office import AuditedAdmin, EntryView, changes_table, in_words, reason_in_words
from accounts.models import AuditEntry, User
from accounts.search import Found
from accounts.sought_id import SoughtId
from fincred.context import Role

# Written into the SQL, because PostgreSQL doesn't use a partial index if the value is a parameter.
BY_STAFF: Final = RawSQL("accounts_auditentry.role = 'support'", (), output_field=BooleanField())
# A person's trail shows at most this many list views. Their export has all of them.
MOST_LOOKS: Final = 5000


class ByFilter(admin.SimpleListFilter):
    title = "who"
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("staff", "staff"), ("person", "the person themselves")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        match self.value():
            case "staff":
                return queryset.filter(BY_STAFF)
            case "person":
                return queryset.filter(role=Role.PERSON)
        return queryset


def of_person(person_id: UUID) -> Q:
    """What a person's trail consists of: their chain, and the lists of staff that showed them."""
    return Q(person_id=person_id) | Q(pk__in=looks_in_lists(person_id, most=MOST_LOOKS))


class PersonFilter(admin.SimpleListFilter):
    """The trail of one person, which is more than their chain. Set by links only."""

    title = "person"
    parameter_name = "person_id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, "this person") for value in request.GET.getlist(self.parameter_name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """:raises ValueError: it is no id."""
        return queryset if self.value() is None else queryset.filter(of_person(UUID(self.value())))


@admin.register(AuditEntry)
class AuditEntryAdmin(AuditedAdmin):
    """The audit trail. A look at an entry is recorded as well."""

    list_display = ("at", "what", "person", "who", "why")
    list_filter = (ByFilter, PersonFilter)
    readonly_fields = ("what", "person", "who", "why", "changes")
    # The words, then what they were made from and what an auditor checks the chain by.
    fieldsets: ClassVar = [
        (None, {"fields": ["what", "person", "who", "at", "why", "changes"]}),
        (
            "The record itself",
            {
                "classes": ["collapse"],
                "fields": [
                    *("person_id", "sequence", "actor_id", "role", "action", "object_type", "object_id"),
                    *("request_id", "address_hash", "previous_hash", "hash"),
                ],
            },
        ),
    ]
    search_help_text = (
        "A search takes the start of an e-mail address or of a name, or the whole id of anything or of a request."
    )
    search_help_of_one = "Of these a search takes the whole id of anything or of a request."
    ordering = ("-id",)

    def prepared(self, rows: list[AuditEntry]) -> list[AuditEntry]:
        """With the words of each, for which names are read."""
        for row, view in zip(rows, in_words(rows), strict=True):
            row.view = view  # type: ignore[attr-defined]
        return rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEntry | None:
        """With links to the rows that it names, for staff who may open them."""
        entry: AuditEntry | None = super().get_object(request, object_id, from_field)
        if entry:
            entry.link_to = partial(self.link_to, request)  # type: ignore[attr-defined]
        return entry

    def _view(self, row: AuditEntry) -> EntryView:
        if not hasattr(row, "view"):
            self.prepared([row])
        view: EntryView = row.view  # type: ignore[attr-defined]
        return view

    @admin.display
    def what(self, row: AuditEntry) -> str:
        return self._view(row).what

    @admin.display
    def who(self, row: AuditEntry) -> str:
        return self._view(row).who

    @admin.display(description="in the trail of")
    def person(self, row: AuditEntry) -> str:
        return super().person(row)

    @admin.display(description="reason")
    def why(self, row: AuditEntry) -> str:
        return reason_in_words(row.reason)

    @admin.display(description="what changed")
    def changes(self, row: AuditEntry) -> SafeString:
        return changes_table(row.before, row.after, row.link_to)  # type: ignore[attr-defined]

    def person_of(self, row: AuditEntry) -> User | None:
        return self._view(row).person

    def title_of(self, row: AuditEntry) -> str:
        return capfirst(self.what(row))

    def nothing_found(self, search: str) -> str:
        if SoughtId.read(search).row is None:
            found = f'No person is called "{search}", and no entry of the trail has it as an id.'
            return f"{found} {self.search_help_text}"
        return (
            f'No entry of the trail has the id "{search}". If it is a request\'s, '
            "it changed nothing, or isn't ours: the log has it."
        )

    def matching(self, search: str, found: Found) -> Q:
        sought = SoughtId.read(search)
        of_request = Q(request_id__in=sought.requests)
        if sought.row is None:
            return of_request | Q(person_id__in=found.ids)
        of_staff = Q(BY_STAFF, actor_id=sought.row)
        return of_request | Q(object_id=str(sought.row)) | of_person(sought.row) | of_staff
