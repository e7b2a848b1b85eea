"""Who sends this request: the bearer of an access token whose session is live."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.errors import TokenInvalidError
from accounts.models import Session, User
from accounts.tokens import AccessToken
from fincred import clock
from fincred.context import update_caller
from fincred.db.queries import Parameter, PreparedQuery
from fincred.ops import logs

_LIVE_SESSION = PreparedQuery(
    Session.objects.using(DEFAULT_DB_ALIAS)  # never from a replica: an ended session is refused at once
    .live()
    .select_related("user__profile")
    .filter(pk=Parameter("session_id"), user=Parameter("user_id"))
)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked against the session's row in one round trip.

    `request.user` becomes the person with the profile loaded, `request.auth` the session.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        """None without a bearer header.

        :raises TokenExpiredError:
        :raises TokenInvalidError: also when the session has ended or the person is disabled or gone.
        """
        scheme, _, token = str(request._request.META.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        user_id, session_id = AccessToken.read(token.strip(), now=clock.moment_of(request._request))
        sessions = _LIVE_SESSION.bind(session_id=session_id, user_id=user_id).all()
        if not sessions:
            raise TokenInvalidError
        [session] = sessions
        logs.bind(user_id=str(user_id))
        update_caller(actor_id=user_id)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
