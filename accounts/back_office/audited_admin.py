"""The base of every page about people's records: read-only, and each look is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audit import record, record_listed
from accounts.back_office.confirmation import GRAVE, MOST_ROWS, NEEDS, confirmed
from accounts.back_office.declared_filters import DeclaredFiltersAdmin
from accounts.back_office.factor import is_fresh
from accounts.back_office.lists import SEARCH
from accounts.back_office.scope import visible_to
from accounts.back_office.trail_in_words import ERASED
from accounts.errors import TokenInvalidError
from accounts.models import AuditEntry, User
from accounts.search import Found, people_matching
from accounts.services import lock_user
from accounts.sought_id import SoughtId
from fincred import clock
from fincred.db.fields import MoneyField
from fincred.db.privacy import privacy_of
from fincred.errors import FinCredError

_GONE: Final = "the person has been erased"


def may_see_people(request: HttpRequest) -> bool:
    """Whether this member of staff may read addresses and names."""
    return request.user.has_perm("accounts.view_user")


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

    A list is one entry in the staff member's own chain, with the ids shown, and a row for each person in it;
    a row's page, and its history, is an entry in the chain of the person it is about. What actions do is recorded
    by the services they call.
    """

    search_fields = ("id",)  # that there is a search; `matching` says what it finds
    search_help_text = "A search takes the start of an e-mail address or of a name, or a whole id."

    search_help_of_one = "Of these a search takes a whole id."

    # The actions that a row's own page offers, by what their buttons say; of them those that take something away.
    buttons: ClassVar[Mapping[str, str]] = {}
    dangers: ClassVar[frozenset[str]] = frozenset()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, {"most_chosen": MOST_ROWS} | (extra_context or {}))
        context = response.context_data if isinstance(response, TemplateResponse) else None
        # A refused action shows the list from within the list's view.
        if context and (shown := context.get("cl")) and "whose" not in context:
            sees_people = may_see_people(request)
            sought = self._sought(request)
            self._record_list(request, shown.result_list, "listed", sought)
            context["whose"] = sought if sees_people else None
            is_of_one = sees_people and self.person_lookup in request.GET
            context["is_of_nobody"] = is_of_one and sought is None
            if is_of_one and sought:
                shown.search_help_text = self.search_help_of_one
                context["currency"] = sought.profile.currency if self._has_amounts(shown.list_display) else ""
            if not sees_people:
                shown.search_help_text = "A search takes a whole id, of one of these or of a person."
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().changeform_view(request, object_id, form_url, extra_context)
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and (row := context.get("original")):
            context |= self._offered(request, row)
        return self._shown(request, response, "original")

    def _offered(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The buttons of the row's page; where none would do anything, why."""
        whys = {
            name: self.why_not(request, name, row) for name in self.buttons if name in self.get_actions(request)
        }
        offered = [(name, self.buttons[name], name in self.dangers) for name, why in whys.items() if not why]
        return {"buttons": offered, "no_button": "" if offered else "; ".join(dict.fromkeys(whys.values()))}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._shown(request, super().history_view(request, object_id, extra_context), "object")

    def columns_of_file(self, columns: list[Any], rows: list[Any]) -> list[Any]:
        """Amounts come with their person's currency."""
        if not self._has_amounts(columns):
            return columns
        models.prefetch_related_objects(rows, f"{self.owner}__profile")
        return [*columns, "currency"]

    def _has_amounts(self, columns: Iterable[Any]) -> bool:
        amounts = {field.name for field in self.opts.get_fields() if isinstance(field, MoneyField)}
        return not amounts.isdisjoint(columns)

    @admin.display
    def currency(self, row: Any) -> str:
        """Empty for a row that was imported without a profile."""
        return getattr(getattr(self.person_of(row), "profile", None), "currency", "")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_to(request.user, super().get_queryset(request), self.owner)

    @property
    def owner(self) -> str:
        """The path from a row to the person's id."""
        return str(privacy_of(self.model).owner)

    @property
    def person_lookup(self) -> str:
        """The filter for one person's rows."""
        return f"{self.owner}__exact"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The declared filters, and the filter by person."""
        return lookup == self.person_lookup or super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """:raises DisallowedModelAdminLookup: also for a filter by two people: the audit entry names one."""
        if len(request.GET.getlist(self.person_lookup)) > 1:
            raise DisallowedModelAdminLookup
        return super().get_changelist_instance(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows with this id, or this person's; or those of people whose address or name starts like this.

        Only staff who may see people search by address or name: others could guess them letter by letter.
        """
        if not search_term.strip():
            return queryset, False
        found = people_matching(search_term) if may_see_people(request) else Found(())
        if found.more:
            text = "Many people match. The search looks at some of them only: add more letters or words."
            self.message_user(request, text, messages.WARNING)
        return queryset.filter(self.matching(search_term.strip(), found)), False

    def matching(self, search: str, found: Found) -> Q:
        """The condition of a search; `found` are the people that it matches."""
        sought = SoughtId.read(search).row
        if sought is None:
            return Q(**{f"{self.owner}__in": found.ids})
        if self.model._default_manager.filter(pk=sought).exists():
            return Q(pk=sought)
        return Q(**{self.owner: sought})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each action first shows the people it affects and asks for a reason."""
        actions: Iterable[Any] = dict(super().get_actions(request) or {}).values()
        return {name: (confirmed(action, name=name, title=text), name, text) for action, name, text in actions}

    def get_action_choices(self, request: HttpRequest, *choices: Any, **more: Any) -> list[tuple[str, str]]:
        """A list offers only actions that need nothing but its rows; a form may ask for any."""
        found = super().get_action_choices(request, *choices, **more)
        again = "" if is_fresh(request) else " (log out and in again first)"
        return [
            (name, f"{text}{again}" if name in GRAVE else text)
            for name, text in found
            if name not in NEEDS or request.method == "POST"
        ]

    @admin.display(description="")
    def action_checkbox(self, row: Any) -> SafeString:
        """The box that chooses a row, named in words: the stock name is an id."""
        attributes = {"class": "action-select", "aria-label": f"Choose {row.label}"}
        box = forms.CheckboxInput(attributes, check_test=lambda value: row.is_chosen)
        return box.render(ACTION_CHECKBOX_NAME, str(row.pk))

    @admin.display(description="person")
    def person(self, row: Any) -> str:
        """Their address, which leads to their page."""
        person = self.person_of(row)
        if person is None:
            return ERASED
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:accounts_user_change", args=[person.pk]), person.email
        )

    def link_to(self, request: HttpRequest, kind: str, pk: str) -> SafeString | None:
        """The title of another row, such as a goal, which leads to its page; None if they may not open it."""
        registered = filter(self.admin_site.is_registered, apps.get_models())
        pages = map(self.admin_site.get_model_admin, registered)
        audited = (page for page in pages if isinstance(page, AuditedAdmin))
        page = next((page for page in audited if page.opts.model_name == kind.replace("_", "")), None)
        if page is None or not page.has_view_permission(request):
            return None
        row = page.get_object(request, pk)
        if row is None:
            return format_html("one that is gone ({})", pk)
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}_change"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[pk]), page.title_of(row))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the person's address where the stock page would show an id."""
        fields = super().get_fields(request, obj)
        return ["person" if name == "user" and may_see_people(request) else name for name in fields]

    def out_of_reach(self, request: HttpRequest, person: User) -> str:
        """Why this member of staff can do nothing to the person; empty if they can."""
        if person.pk == request.user.pk:
            return "you cannot do this to yourself"
        if person.is_staff and not request.user.is_superuser:
            return "only superusers act on staff"
        return ""

    def why_not(self, request: HttpRequest, action: str, row: Any) -> str:
        """Why the action can't be done with the row, in words; empty if it can, or if only the service knows."""
        person = self.person_of(row)
        return self.out_of_reach(request, person) if person else _GONE

    def label_of(self, request: HttpRequest, row: Any) -> str:
        """What it is and whose, for staff who may read that."""
        person = self.person_of(row) if may_see_people(request) else None
        return f"{self.title_of(row)} ({person.email})" if person else self.title_of(row)

    def person_of(self, row: Any) -> User | None:
        """Whose record it is; None when the person has been erased."""
        for name in str(privacy_of(self.model).owner).split("__"):
            row = getattr(row, name)
        return row if isinstance(row, User) else None

    def record_shown(self, request: HttpRequest, rows: Iterable[models.Model], *, action: str) -> None:
        self._record_list(request, rows, action, self._sought(request))

    def say_refused(self, request: HttpRequest, row: Any, refusal: FinCredError, why: str = "") -> None:
        """Show which row a service refused; `why` replaces the text that clients get.

        It is recorded as a look at the row, because perhaps no page has shown it yet.
        """
        self.record_shown(request, [row], action="listed")
        if isinstance(refusal, TokenInvalidError):  # so services say that the person is gone
            why = _GONE
        told = f"Skipped {self.label_of(request, row)}: {why or refusal.message}"
        self.message_user(request, told, messages.WARNING)

    def _record_list(
        self, request: HttpRequest, rows: Iterable[models.Model], action: str, sought: User | None
    ) -> None:
        """One entry in the chain of the member of staff, and one row for each person who is shown.

        An empty list is a look too: it shows that the people searched for have no such rows.
        """
        rows = list(rows)
        about = {owner for row in rows if (owner := self._owner_of(row))}
        if sought:
            about.add(sought.pk)
        elif not rows:
            about.update(self._found(request))
        with transaction.atomic():
            entry = self._record(request, request.user.pk, action, None, {"ids": [str(row.pk) for row in rows]})
            record_listed(entry, about)

    def _sought(self, request: HttpRequest) -> User | None:
        """The one person whose rows the list shows, by the filter or their id; they may have none."""
        sought = SoughtId.read(request.GET.get(self.person_lookup) or request.GET.get(SEARCH, "")).row
        if sought is None:
            return None
        return visible_to(request.user, User.objects.filter(pk=sought), "pk").first()

    def _found(self, request: HttpRequest) -> Iterable[UUID]:
        """The people that the list's search finds by address or name."""
        found = people_matching(request.GET.get(SEARCH, "")).ids if may_see_people(request) else ()
        return visible_to(request.user, User.objects.filter(pk__in=found), "pk").values_list("pk", flat=True)

    def _owner_of(self, row: Any) -> UUID | None:
        *steps, last = self.owner.split("__")
        for name in steps:
            row = getattr(row, name)
        owner: UUID | None = getattr(row, last if last in {"person_id", "id"} else f"{last}_id")
        return owner

    def _shown(self, request: HttpRequest, response: HttpResponse, name: str) -> HttpResponse:
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and (row := context.get(name)):
            person = self.person_of(row)
            self._record(request, person.pk if person else request.user.pk, "viewed", row, None)
            if person and may_see_people(request):
                has_amounts = self._has_amounts(field.name for field in self.opts.get_fields())
                context |= {
                    "whose": person,
                    "person_lookup": self.person_lookup,
                    "currency": self.currency(row) if has_amounts else "",
                }
        return response

    @transaction.atomic
    def _record(
        self, request: HttpRequest, chain: Any, action: str, row: models.Model | None, after: dict[str, Any] | None
    ) -> AuditEntry:
        person = lock_user(chain)
        return record(
            person=person,
            action=f"{self.opts.model_name}.{action}",
            subject=row or person,
            now=clock.moment_of(request),
            after=after,
        )
