"""The back office's sign-in form, and what is said to a person whom it doesn't let in."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.errors import AccountInactiveError
from accounts.models import User
from accounts.refused_sign_ins import note_refused_sign_in
from fincred import clock
from fincred.counters import SIGN_INS_REFUSED
from fincred.errors import AuthorizationError

_DISABLED: Final = "This account is disabled. Ask a superuser: they can enable it."
_UNVERIFIED: Final = (
    "The address of this account isn't verified. Open the link in the verification mail, then sign in here. "
    "If you can't find that mail, have it sent again: in the app, or by a colleague, on your page here."
)
_NO_ROLE: Final = "This account has no role in the back office. Superusers give roles."


class SignInForm(AdminAuthenticationForm):
    """Takes the address as it was typed: Django would normalise it, and miss one that an earlier version stored.

    It says why it refuses a person only after the right password.
    """

    username = forms.CharField(widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}))

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except AuthorizationError as refusal:
            is_disabled = isinstance(refusal, AccountInactiveError)
            raise forms.ValidationError(_DISABLED if is_disabled else _UNVERIFIED, code=refusal.code) from None

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        if not cast("User", user).is_staff:
            SIGN_INS_REFUSED.labels("no_role").inc()
            note_refused_sign_in(clock.moment_of(cast("HttpRequest", self.request)))
            raise forms.ValidationError(_NO_ROLE, code="no_role")


def why_session_ended(request: HttpRequest) -> str:
    """What a client is told whose session is no longer valid; why, if the person may not sign in any more."""
    # For such a person Django keeps the session, and doesn't compare it with their password and epoch.
    known = request.session.get(SESSION_KEY)
    person = User.objects.filter(pk=known).first() if known else None
    if person is None or person.get_session_auth_hash() != request.session.get(HASH_SESSION_KEY):
        return "Your session has ended: sign in again."
    return f"Your session has ended. {_UNVERIFIED if person.may_enter else _DISABLED}"
