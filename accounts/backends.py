"""The authentication backend of Django, for the back office and everything that calls `authenticate()`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.rate_limits import limit_sign_in
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import prove_password
from fincred import clock
from fincred.errors import AuthenticationError, AuthorizationError


class ThrottledBackend(ModelBackend):
    """Django's backend, with the rate limits of the API's login."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The person, or None.

        :raises RateLimitExceededError: too many attempts; nothing is hashed.
        :raises AuthorizationError: the password is right, but the person may not enter. The sign-in form says why.
        """
        if username is None or password is None:
            return None
        now = clock.moment_of(request) if request else clock.now()
        limit_sign_in(email=username, now=now)
        try:
            return prove_password(username, password)
        except (AuthenticationError, AuthorizationError) as refusal:
            note_refused_sign_in(now)
            if isinstance(refusal, AuthorizationError):
                raise
            return None

    def user_can_authenticate(self, user: Any) -> bool:
        """Django calls this at each request of a session."""
        return bool(user.may_enter and user.is_verified)
