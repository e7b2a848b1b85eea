"""What the views of accounts share."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from django.http import HttpResponse

from accounts.models import Session, User
from accounts.serializers import LoginAnswerSerializer, TokenPairSerializer
from accounts.services import TokenPair
from fincred.api.renderers import JSONResponse
from fincred.api.views import ApiView


class PublicView(ApiView):
    """Open to anybody."""

    authentication_classes = []
    permission_classes = []


class SessionView(ApiView):
    """For the bearer of an access token."""

    @property
    def session(self) -> Session:
        """The session that the access token belongs to."""
        return cast("Session", self.request.auth)


def message_response(message: str) -> HttpResponse:
    return JSONResponse({"message": message})


def login_response(user: User, pair: TokenPair) -> HttpResponse:
    return JSONResponse(LoginAnswerSerializer({**asdict(pair), "user": user}).data)


def renewed(pair: TokenPair) -> HttpResponse:
    return JSONResponse(TokenPairSerializer(asdict(pair)).data)
