"""The pages of people and their sessions: search, view, and named actions; nothing is edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join

import accounts.mail_admin  # registers its page
import accounts.trail_admin  # noqa: F401  registers its page
from accounts import services
from accounts.back_office import AuditedAdmin, end_open_session, too_many_downloads
from accounts.errors import ErasureNotRecordedError, MailedJustNowError, StaffRoleHeldError, TokenInvalidError
from accounts.models import RefreshToken, Session, User
from accounts.vocabulary import EndReason, MailPurpose, StaffRole
from fincred import clock
from fincred.api.renderers import render_json
from fincred.db.privacy import personal_models
from fincred.errors import FinCredError
from fincred.text import counted

admin.site.unregister(Group)  # the permissions of a group are set in code


_MAILED_BY: Final = {"mail_reset": MailPurpose.RESET_PASSWORD, "mail_verification": MailPurpose.VERIFY_EMAIL}

_GRANTS: Final = {
    "grant_support": StaffRole.SUPPORT,
    "grant_operations": StaffRole.OPERATIONS,
    "grant_auditor": StaffRole.AUDITOR,
}
_ROLE_WORDS: Final = {
    StaffRole.SUPPORT: "a support agent",
    StaffRole.OPERATIONS: "an operator of jobs and mail",
    StaffRole.AUDITOR: "an auditor",
}

_MAIL_WORDS: Final = {
    "mail_reset": "The mail for a new password",
    "mail_verification": "The verification mail",
}

# Points of the rate limit `cost`, as over the API.
_COST_OF_EXPORT: Final = 20


def _why_not(action: str, person: User) -> str:
    """Why the action would have no effect on this person; empty if it has one."""
    reachable = person.is_verified and person.mail_refused_at is None
    whys = (
        ("disable", not person.is_active, "disabled already"),
        ("enable", person.is_active, "not disabled"),
        ("mail_reset", not person.is_active, "disabled: no mail is sent to them"),
        ("mail_verification", not person.is_active, "disabled: no mail is sent to them"),
        ("mail_verification", reachable, "the address is verified"),
        ("erase", person.has_role, "staff: take their role away first"),
        ("revoke_role", not person.is_staff, "no member of staff"),
        ("end_office_session", not person.is_staff, "no member of staff"),
    )
    return next((why for name, is_so, why in whys if name == action and is_so), "")


def _only(people: QuerySet[User]) -> User:
    """The one person who was chosen.

    :raises TokenInvalidError: they were erased meanwhile.
    """
    person = people.first()
    if person is None:
        raise TokenInvalidError
    return person


@admin.register(User)
class UserAdmin(AuditedAdmin):
    list_display = ("email", "full_name", "state", "joined")
    list_filter: ClassVar[Any] = ()
    ordering = ("-created_at", "-id")
    # Of the stock page, which is never shown: named, so that no secret is among them.
    fields = ("email", "is_active", "is_verified", "is_staff", "created_at")
    actions = (
        "disable",
        "enable",
        "end_sessions",
        "end_office_session",
        "mail_verification",
        "mail_reset",
        "export",
        "erase",
        "grant_support",
        "grant_operations",
        "grant_auditor",
        "revoke_role",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Reads profiles in a second query. A join would read every profile to show one page."""
        return super().get_queryset(request).prefetch_related("profile")

    @admin.display
    def state(self, person: User) -> str:
        words = (
            "active" if person.is_active else "disabled",
            "" if person.is_verified else "unverified",
            "staff" if person.is_staff else "",
        )
        return ", ".join(filter(None, words))

    @admin.display
    def joined(self, person: User) -> datetime:
        return person.created_at

    def person_of(self, row: User) -> User:
        return row

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

    def why_not(self, request: HttpRequest, action: str, row: User) -> str:
        if why := super().why_not(request, action, row) or _why_not(action, row):
            return why
        role = _GRANTS.get(action)
        if role and row.is_staff and row.groups.filter(name=role).exists():
            return f"{_ROLE_WORDS[role]} already"
        purpose, now = _MAILED_BY.get(action), clock.moment_of(request)
        is_again = purpose and services.mail_of_just_now(user=row, purpose=purpose, now=now)
        return MailedJustNowError.message if is_again else ""

    def nothing_found(self, search: str) -> str:
        return f'No person is called "{search}". {self.search_help_text} Check the spelling.'

    def mails_that_wait(self, request: HttpRequest, person: User) -> list[str]:
        """The mails that were sent to the person less than a minute ago, and when each may be sent again."""
        now = clock.moment_of(request)
        possible = self.get_actions(request).keys() & _MAILED_BY.keys()
        waits = []
        for action in sorted(possible):
            if super().why_not(request, action, person) or _why_not(action, person):
                continue
            if mail := services.mail_of_just_now(user=person, purpose=_MAILED_BY[action], now=now):
                happened, moment = ("sent", mail.sent_at) if mail.sent_at else ("queued", mail.created_at)
                again = f"it can be sent again from {mail.may_be_repeated_at:%H:%M:%S}"
                waits.append(f"{_MAIL_WORDS[action]} was {happened} at {moment:%H:%M:%S} UTC; {again}.")
        return waits

    def title_of(self, row: User) -> str:
        return row.full_name or "No name"

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.help_user")

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description="Disable: no login, all sessions end", permissions=["help"])
    def disable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_active, is_active=False), "{who} is disabled")

    @admin.action(description="Enable: may log in again", permissions=["help"])
    def enable(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_active, is_active=True), "{who} is enabled")

    @admin.action(description="End all sessions", permissions=["help"])
    def end_sessions(self, request: HttpRequest, people: QuerySet[User]) -> None:
        end = partial(services.end_all_sessions, reason=EndReason.SUPPORT)

        def told(person: User, ended: int) -> str:
            sessions = counted(ended, "session")
            told = f"Ended {sessions} of {person.shown_name}."
            if person.is_staff:
                all_of_them = f"All sessions of {person.shown_name} are ended"
                none = f"{all_of_them}: those of the back office. No app had one open."
                return f"{told} Those of the back office are ended too." if ended else none
            return told if ended else f"{person.shown_name} had no open session."

        self._each(request, people, end, told)

    @admin.action(description="End one session of the back office", permissions=["appoint"])
    def end_office_session(self, request: HttpRequest, people: QuerySet[User]) -> None:
        mark = request.POST.get("session", "")
        ended = [person for person in people if end_open_session(person, mark, now=clock.moment_of(request))]
        for person in ended:
            told = f"Ended one session of {person.shown_name} in the back office."
            self.message_user(request, told, messages.SUCCESS)
        if not ended:
            self.message_user(request, "That session has ended already.", messages.WARNING)

    @admin.action(description="Send the verification mail again", permissions=["help"])
    def mail_verification(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, services.remind_to_verify, "The verification mail to {who} is queued")

    @admin.action(description="Send the mail for a new password", permissions=["help"])
    def mail_reset(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, services.remind_to_reset, "The mail for a new password to {who} is queued")

    @admin.action(description="Export everything held about one person", permissions=["appoint"])
    def export(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse:
        if refused := too_many_downloads(request, points=_COST_OF_EXPORT):
            return refused
        person = _only(people)
        document = render_json(services.export_person(user=person, now=clock.moment_of(request)))
        name = f'attachment; filename="fincred-{person.pk}.json"'
        return HttpResponse(document, content_type="application/json", headers={"Content-Disposition": name})

    @admin.action(description="Erase one person and everything that belongs to them", permissions=["appoint"])
    def erase(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse:
        try:
            services.erase_person(user=_only(people), now=clock.moment_of(request))
        except (StaffRoleHeldError, ErasureNotRecordedError) as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            self.message_user(request, "The person is erased.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:accounts_user_changelist"))

    @admin.action(description="Make a support agent", permissions=["appoint"])
    def grant_support(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._grant(request, people, StaffRole.SUPPORT)

    @admin.action(description="Make an operator of jobs and mail", permissions=["appoint"])
    def grant_operations(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._grant(request, people, StaffRole.OPERATIONS)

    @admin.action(description="Make an auditor", permissions=["appoint"])
    def grant_auditor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._grant(request, people, StaffRole.AUDITOR)

    @admin.action(description="Staff no longer", permissions=["appoint"])
    def revoke_role(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, partial(services.set_role, role=None), "{who} is no longer staff")

    def _grant(self, request: HttpRequest, people: QuerySet[User], role: StaffRole) -> None:
        self._each(request, people, partial(services.set_role, role=role), f"{{who}} is {_ROLE_WORDS[role]} now")

    def _each(
        self,
        request: HttpRequest,
        people: QuerySet[User],
        do: Callable[..., Any],
        done: str | Callable[[User, Any], str],
    ) -> None:
        """Do it to each person, and say of each what was done: `done` has their name as "{who}"."""
        for person in people:
            try:
                answer = do(user=person, now=clock.moment_of(request))
            except FinCredError as refusal:
                self.say_refused(request, person, refusal)
            else:
                told = f"{done.format(who=person.shown_name)}." if isinstance(done, str) else done(person, answer)
                self.message_user(request, told, messages.SUCCESS)


@admin.register(Session)
class SessionAdmin(AuditedAdmin):
    """The sessions of a person, each of which staff can end."""

    needs_person = True
    list_display = ("created_at", "person", "device", "last_use", "ended_at", "end_reason", "expires_at")
    readonly_fields = ("last_used",)
    list_select_related = ("user",)
    ordering = ("-created_at", "-id")
    actions = ("end",)
    buttons: ClassVar = {"end": "End this session"}

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.help_user")

    def why_not(self, request: HttpRequest, action: str, row: Session) -> str:
        if why := super().why_not(request, action, row):
            return why
        if row.ended_at:
            return "ended already"
        return "expired already" if row.expires_at <= clock.moment_of(request) else ""

    def prepared(self, rows: list[Session]) -> list[Session]:
        """With their last use: when their tokens were refreshed last."""
        used = RefreshToken.objects.filter(session__in=rows).values("session").annotate(last=Max("created_at"))
        last = {each["session"]: each["last"] for each in used}
        for row in rows:
            row.used_at = last.get(row.pk)  # type: ignore[attr-defined]
        return rows

    @admin.display(description="last use")
    def last_use(self, row: Session) -> datetime | None:
        """None for one whose tokens are gone."""
        if not hasattr(row, "used_at"):
            self.prepared([row])
        used_at: datetime | None = row.used_at  # type: ignore[attr-defined]
        return used_at

    @admin.display(description="last use")
    def last_used(self, row: Session) -> str:
        """For its own page, where Django shows what isn't a column as it is."""
        moment = self.last_use(row)
        return f"{moment:%-d %b %Y %H:%M}" if moment else ""

    def title_of(self, row: Session) -> str:
        return f"{row.device or 'Unknown program'} since {row.created_at:%-d %b %Y %H:%M}"

    @admin.action(description="End this session", permissions=["help"])
    def end(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        now = clock.moment_of(request)
        for session in sessions.select_related("user__profile"):
            what = f"the session of {session.user.shown_name}: {self.title_of(session)}"
            if services.end_session(session_id=session.pk, reason=EndReason.SUPPORT, now=now):
                self.message_user(request, f"Ended {what}.", messages.SUCCESS)
            else:
                self.message_user(request, f"Skipped {what}: it has ended already.", messages.WARNING)
