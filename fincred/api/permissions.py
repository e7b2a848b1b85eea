"""Who may call: people who are signed in, unless a view is open to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fincred.errors import NotAuthenticatedError

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports this module


class IsAuthenticated(BasePermission):
    """:raises NotAuthenticatedError: the request carries no credentials."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.auth:
            raise NotAuthenticatedError
        return True
