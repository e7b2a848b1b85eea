"""The page of the outbox: what was sent, what waits, and what was given up."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from accounts import services
from accounts.back_office import ERASED, AuditedAdmin, mail_state, may_see_people, name_in_words
from accounts.managers import MAX_MAIL_ATTEMPTS, is_given_up
from accounts.models import OutgoingMail
from accounts.vocabulary import MailPriority
from fincred import clock


class MailStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dead", "dead: given up"), ("unsent", "not sent yet"), ("sent", "sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        match self.value():
            case "dead":
                return queryset.filter(is_given_up(clock.moment_of(request)), sent_at=None)
            case "unsent" | "sent" as state:
                return queryset.filter(sent_at__isnull=state == "unsent")
        return queryset


@admin.register(OutgoingMail)
class OutgoingMailAdmin(AuditedAdmin):
    """The outbox: what was sent, what waits, and what was given up, which staff have tried again."""

    list_display = ("created_at", "person", "what", "state")
    list_filter = (MailStateFilter,)
    list_select_related = ("user",)
    ordering = ("-created_at", "-id")
    fields = ("user", "what", "state", "created_at", "due_on", "sent_at", "attempts", "next_attempt_at")
    readonly_fields = ("what", "state", "owner_id")
    actions = ("retry",)
    buttons: ClassVar = {"retry": "Try again"}

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without people, for staff who may not see them: a mail's own page has the id of its owner."""
        shown = super().get_list_display(request)
        return shown if may_see_people(request) else [name for name in shown if name != "person"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what this mail doesn't have: one that was sent, given up or held has no next attempt."""
        shown = ["owner_id" if name == "user" else name for name in super().get_fields(request, obj)]
        if obj is None:
            return shown
        empty = {name for name in ("due_on", "sent_at") if not getattr(obj, name)}
        if obj.sent_at or obj.is_held or obj.attempts >= MAX_MAIL_ATTEMPTS:
            empty.add("next_attempt_at")
        return [name for name in shown if name not in empty]

    @admin.display(description="id of the person")
    def owner_id(self, mail: OutgoingMail) -> str:
        return str(mail.user_id or ERASED)

    @admin.display
    def what(self, mail: OutgoingMail) -> str:
        return name_in_words(mail.purpose)

    @admin.display
    def state(self, mail: OutgoingMail) -> str:
        return mail_state(mail)

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.help_outgoingmail")

    def why_not(self, request: HttpRequest, action: str, row: OutgoingMail) -> str:
        """Mail to an erased person is left to the commands: an erased person has no chain to record it in."""
        if why := super().why_not(request, action, row):
            return why
        if row.sent_at:
            return "sent already"
        if row.is_held:
            return "held by a restore: an operator decides"
        if not row.is_given_up(clock.moment_of(request)):
            return "it is still being tried"
        is_refused = row.user and row.user.mail_refused_at and row.priority != MailPriority.AWAITED
        return "their mailbox refused mail: they verify their address first" if is_refused else ""

    def title_of(self, row: OutgoingMail) -> str:
        return f"{capfirst(self.what(row))} of {row.created_at:%-d %b %Y %H:%M}"

    @admin.action(description="Try again what was given up", permissions=["help"])
    def retry(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        retried = sum(services.retry_dead_mail(mail=mail, now=clock.moment_of(request)) for mail in mails)
        level = messages.SUCCESS if retried else messages.WARNING
        told = "1 mail is tried again." if retried == 1 else f"{retried} mails are tried again."
        self.message_user(request, told, level)
