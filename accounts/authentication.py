"""Who sends this request: the bearer of an access token of a session that lives."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.errors import TokenInvalidError
from accounts.models import Session, User
from accounts.tokens import AccessToken
from fincred import clock, logs
from fincred.context import know_caller
from fincred.reads import Parameter, Read

_LIVE_SESSION = Read(
    Session.objects.using(DEFAULT_DB_ALIAS)  # never from a replica: an ended session is refused at once
    .live()
    .select_related("user__profile")
    .filter(pk=Parameter("session_id"), user=Parameter("user_id"), user__is_active=True)
)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked against the session's row in one query.

    `request.user` becomes the person with the profile loaded, `request.auth` the session.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """None without a bearer header.

        :raises TokenExpiredError:
        :raises TokenInvalidError: also when the session has ended or the person is disabled or gone.
        """
        scheme, _, token = get_authorization_header(request).decode("latin-1").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        user_id, session_id = AccessToken.read(token.strip(), now=clock.now())
        session = _LIVE_SESSION.given(session_id=session_id, user_id=user_id).first()
        if session is None:
            raise TokenInvalidError
        logs.bind(user_id=str(user_id))
        know_caller(actor_id=user_id)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
