"""The pages of people and of the audit trail: search, view, and named actions; nothing is edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from accounts import services
from accounts.back_office import AuditedAdmin, ReadOnlyAdminMixin
from accounts.models import AuditEntry, OutgoingMail, Profile, Session, User
from accounts.vocabulary import EndReason
from fincred import clock
from fincred.db.privacy import personal_models

# People whose address isn't known to reach them: the verification mail helps.
_UNPROVEN = Q(is_verified=False) | Q(mail_refused_at__isnull=False)

admin.site.unregister(Group)  # the permissions of a group are set in code


class ProfileInline(ReadOnlyAdminMixin, admin.StackedInline):  # type: ignore[type-arg]
    model = Profile


class SessionInline(ReadOnlyAdminMixin, admin.TabularInline):  # type: ignore[type-arg]
    model = Session
    fields = ("created_at", "expires_at", "ended_at", "end_reason")
    ordering = ("-created_at",)


@admin.register(User)
class UserAdmin(AuditedAdmin):
    list_display = ("email", "full_name", "is_active", "is_verified", "is_staff", "created_at")
    list_filter = ("is_active", "is_verified", "is_staff")
    list_select_related = ("profile",)
    search_fields = ("email", "profile__full_name", "=id")
    ordering = ("-created_at",)
    fields = ("id", "email", "is_active", "is_verified", "mail_refused_at", "is_staff", "created_at", "elsewhere")
    readonly_fields = ("elsewhere",)
    inlines: ClassVar = [ProfileInline, SessionInline]
    actions = ("disable", "enable", "end_sessions", "mail_verification", "grant_support", "revoke_support")

    def person_of(self, row: User) -> User:
        return row

    @admin.display(description="elsewhere")
    def elsewhere(self, person: User) -> str:
        """Links to the lists of the person's rows in every app."""
        links = [
            (
                reverse(f"admin:{kind.app_label}_{kind.model_name}_changelist"),
                owner,
                person.pk,
                kind.verbose_name_plural,
            )
            for kind, owner in ((model._meta, privacy.owner) for model, privacy in personal_models())
            if kind.model is not User and self.admin_site.is_registered(kind.model)
        ]
        return format_html_join(" · ", '<a href="{}?{}__exact={}">{}</a>', links)

    def affected(self, request: HttpRequest, chosen: QuerySet[User]) -> QuerySet[User]:
        """Staff can't act on themselves, and only superusers act on staff."""
        others = chosen.exclude(pk=str(request.user.pk))
        return others if request.user.is_superuser else others.filter(is_staff=False)

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.help_user")

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description="Disable: no login, all sessions end", permissions=["help"])
    def disable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_active, is_active=False))

    @admin.action(description="Enable: may log in again", permissions=["help"])
    def enable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_active, is_active=True))

    @admin.action(description="End all sessions", permissions=["help"])
    def end_sessions(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.end_all_sessions, reason=EndReason.SUPPORT))

    @admin.action(description="Send the verification mail again", permissions=["help"])
    def mail_verification(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people.filter(_UNPROVEN, is_active=True), services.remind_to_verify)

    @admin.action(description="Make a support agent", permissions=["appoint"])
    def grant_support(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_support, is_support=True))

    @admin.action(description="Support agent no longer", permissions=["appoint"])
    def revoke_support(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_support, is_support=False))

    def _each(self, request: HttpRequest, people: QuerySet[User], do: Callable[..., Any]) -> None:
        done = 0
        for person in people:
            do(user=person, now=clock.now())
            done += 1
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"Done for {done} people.", level)


class MailStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dead", "dead: given up"), ("unsent", "not sent yet"), ("sent", "sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        match self.value():
            case "dead":
                return queryset.filter(pk__in=OutgoingMail.objects.given_up())
            case "unsent" | "sent" as state:
                return queryset.filter(sent_at__isnull=state == "unsent")
        return queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(AuditedAdmin):
    """The outbox: what was sent, what waits, and what was given up, which staff have tried again."""

    list_display = (
        "created_at",
        "user",
        "purpose",
        "attempts",
        "failure",
        "next_attempt_at",
        "sent_at",
        "is_held",
    )
    list_filter = (MailStateFilter, "purpose")
    search_fields = ("=id", "=user__id")
    ordering = ("-created_at",)
    exclude = ("address",)
    actions = ("retry",)

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.help_outgoingmail")

    def affected(self, request: HttpRequest, chosen: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        """Mail to an erased person is left to the commands: there is nobody whose trail could tell of it."""
        return chosen.filter(pk__in=OutgoingMail.objects.given_up(), user__isnull=False)

    @admin.action(description="Try again what was given up", permissions=["help"])
    def retry(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        retried = sum(services.retry_dead_mail(mail=mail, now=clock.now()) for mail in mails)
        level = messages.SUCCESS if retried else messages.WARNING
        self.message_user(request, f"{retried} mails are tried again.", level)


@admin.register(AuditEntry)
class AuditEntryAdmin(AuditedAdmin):
    """The audit trail. A look at an entry is recorded as well."""

    list_display = ("at", "action", "person_id", "role", "actor_id", "object_type", "object_id", "reason")
    list_filter = ("role", "object_type", "at")
    search_fields = ("=person_id", "=actor_id", "=object_id", "=request_id")
    ordering = ("-id",)

    def person_of(self, row: AuditEntry) -> User | None:
        return User.objects.filter(pk=row.person_id).first()
