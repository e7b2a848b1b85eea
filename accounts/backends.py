"""How Django itself signs somebody in: for the back office, and whatever else calls `authenticate()`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.rate_limits import limit_sign_in
from fincred import clock


class ThrottledBackend(ModelBackend):
    """Django's own, under the same limits as the API's login."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """:raises RateLimitExceededError: too many attempts; nothing is hashed."""
        if username is None or password is None:
            return None
        limit_sign_in(email=username, now=clock.now())
        return super().authenticate(request, username.lower(), password, **kwargs)

    def user_can_authenticate(self, user: Any) -> bool:
        """Django asks this when somebody signs in, and at each request of a session."""
        return bool(user.may_enter)
