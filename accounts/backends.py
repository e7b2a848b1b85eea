"""The authentication backend of Django, for the back office and everything that calls `authenticate()`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.password_hashing import hash_in_vain
from accounts.rate_limits import limit_sign_in
from accounts.refused_sign_ins import note_refused_sign_in
from accounts.services import person_at
from fincred import clock
from fincred.counters import SIGN_INS_REFUSED


class ThrottledBackend(ModelBackend):
    """Django's backend, with the rate limits of the API's login."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """:raises RateLimitExceededError: too many attempts; nothing is hashed."""
        if username is None or password is None:
            return None
        now = clock.moment_of(request) if request else clock.now()
        limit_sign_in(email=username, now=now)
        user = person_at(username)
        if user is None:
            hash_in_vain(password)
        elif user.check_password(password) and self.user_can_authenticate(user):
            return user
        SIGN_INS_REFUSED.labels("credentials").inc()
        note_refused_sign_in(now)
        return None

    def user_can_authenticate(self, user: Any) -> bool:
        """Django calls this at sign-in and at each request of a session."""
        return bool(user.may_enter)
