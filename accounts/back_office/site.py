"""The admin site: sign-in, password change, and the caller in whose name everything is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.audit import record
from accounts.back_office.factor import (
    ENTERED,
    enrol,
    is_asked_for,
    missing_factor,
    note_sign_in,
    prove,
    too_many,
)
from accounts.back_office.refusals import FORBIDDEN, MISSING, NOT_UTF8, TWICE, is_browser, refusal
from accounts.back_office.sign_in import SignInForm, why_session_ended
from accounts.errors import TokenInvalidError, UnacceptablePasswordError, WrongPasswordError
from accounts.models import User
from accounts.password_hashing import hash_password
from accounts.rate_limits import limit_back_office
from accounts.services import lock_user_and_read
from accounts.services.passwords import check_acceptable, confirm_password, lock_confirmed, set_password
from accounts.services.places import known_places, note_place
from fincred import clock
from fincred.api.query_params import parse_query
from fincred.context import Role, update_caller
from fincred.db.writes import write_all
from fincred.errors import FieldError, RateLimitExceededError

# What is open before the second factor is proved: proving and enrolling it, and leaving.
_WITHOUT_FACTOR = frozenset({"prove", "enrol", "logout"})
# Django's admin would answer any other method as it answers a GET.
_METHODS = ("GET", "HEAD", "POST")


class BackOffice(AdminSite):
    """Django's admin site; staff act in their own name, and attempts to prove a password are limited."""

    site_header = site_title = "FinCred back office"
    site_url = None  # the site beside it is the API's document
    login_form = SignInForm

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        name = getattr(view, "__name__", "")

        def as_staff(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            update_caller(role=Role.STAFF, actor_id=request.user.pk)
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            is_free = name in _WITHOUT_FACTOR
            try:
                refused = None if is_free else missing_factor(request) or _unclear_query(request)
                if not (is_free or refused):
                    limit_back_office(cast("User", request.user).pk, now=clock.moment_of(request))
                return refused or view(request, *args, **kwargs)
            except RateLimitExceededError as error:
                return too_many(request, error, what="pages")
            except (PermissionDenied, Http404, TokenInvalidError) as error:
                # TokenInvalidError: the person was erased between the two reads of them.
                is_missing = not isinstance(error, PermissionDenied)
                if not is_browser(request):
                    raise (Http404 if is_missing else PermissionDenied) from error
                return refusal(request, MISSING if is_missing else FORBIDDEN, 404 if is_missing else 403)

        inner = super().admin_view(as_staff, cacheable)

        def say_if_ended(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            had_session = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
            if had_session and not request.user.is_authenticated and name != "logout":
                lost = " What you just sent wasn't done." if request.method == "POST" else ""
                messages.warning(request, why_session_ended(request) + lost)
            return inner(request, *args, **kwargs)

        return say_if_ended

    def get_urls(self) -> list[Any]:
        return [
            path("second-factor/", self.admin_view(prove), name="prove"),
            path("second-factor/enrol/", self.admin_view(enrol), name="enrol"),
            path("r/<path:place>", self.admin_view(self.shortcut_view)),
            *super().get_urls(),
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            response = super().login(request, extra_context)
        except RateLimitExceededError as refusal:
            return too_many(request, refusal)
        # After a wrong password the form is shown again, also to a person who is signed in already.
        if isinstance(response, HttpResponseRedirect) and request.method == "POST":
            note_sign_in(request)
            _record_sign_in(cast("User", request.user), clock.moment_of(request))
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """A GET only asks: a link on another site must not sign a person out."""
        if request.method in {"GET", "HEAD"}:
            context = {**self.each_context(request), "title": "Log out"}
            return TemplateResponse(request, "back_office/log_out.html", context)
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        view = PasswordChangeView.as_view(
            form_class=partial(OwnPasswordForm, now=clock.moment_of(request)),
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        try:
            return view(request)
        except RateLimitExceededError as refusal:
            return too_many(request, refusal)

    def shortcut_view(self, request: HttpRequest, place: str) -> HttpResponse:
        """Off: no model has pages elsewhere, and Django would read any row of any model by its key."""
        raise Http404

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Off: no page needs it, and it would show rows without an entry in the audit trail."""
        raise Http404


class OwnPasswordForm(AdminPasswordChangeForm):
    """A staff member's change of their own password, by the rules of the API's password change."""

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        try:
            confirm_password(user=self.user, password=password, field="old_password", now=self.now)
        except WrongPasswordError:
            raise forms.ValidationError("The password is wrong.") from None
        return password

    def validate_password_for_user(
        self,
        user: User,
        password_field_name: str = "new_password2",  # noqa: S107  a field's name
    ) -> None:
        field = password_field_name
        if password := self.cleaned_data.get(field):
            try:
                check_acceptable(password, user=user, field=field)
            except UnacceptablePasswordError as refusal:
                for fault in refusal.details["errors"]:
                    self.add_error(field, fault["message"])

    def save(self, commit: bool = True) -> User:
        encoded = hash_password(self.cleaned_data["new_password1"])
        with transaction.atomic():
            old = self.cleaned_data["old_password"]
            locked = lock_confirmed(user=self.user, password=old, field="old_password")
            set_password(locked, encoded, action="password.changed", now=self.now)
        # The view renews the staff member's own session from these.
        self.user.refresh_from_db(fields=["password", "session_epoch"])
        return self.user


@transaction.atomic
def _record_sign_in(staff: User, now: datetime) -> None:
    """They have entered, or their password was right and the second factor is asked for."""
    update_caller(role=Role.STAFF, actor_id=staff.pk)
    person, places = lock_user_and_read(staff.pk, known_places(staff.pk))
    action = "back_office.password_accepted" if is_asked_for(staff) else ENTERED
    record(person=person, action=action, subject=staff, now=now)
    write_all(*note_place(person, places, now))


def _unclear_query(request: HttpRequest) -> HttpResponse | None:
    """A 400 for an address that Django would guess at: not UTF-8, or one name with two values."""
    try:
        values = parse_query(request.META.get("QUERY_STRING", "")).values()
    except FieldError:
        return refusal(request, NOT_UTF8, 400)
    return refusal(request, TWICE, 400) if any(len(each) > 1 for each in values) else None
