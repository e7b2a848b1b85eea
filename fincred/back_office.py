"""Django's middleware for people with a browser and a cookie: the API has neither, and goes past it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest


class _PastTheAPI:
    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # Django's own comes next


class SessionMiddleware(_PastTheAPI, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(_PastTheAPI, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(_PastTheAPI, messages.MessageMiddleware):
    pass
