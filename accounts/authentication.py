"""Who sends this request: the bearer of an access token of a session that lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import reading_ahead
from accounts.errors import TokenInvalidError
from accounts.models import Session, User
from accounts.tokens import AccessToken
from fincred import clock
from fincred.context import update_caller
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all
from fincred.ops import logs

_LIVE_SESSION = PreparedQuery(
    Session.objects.using(DEFAULT_DB_ALIAS)  # never from a replica: an ended session is refused at once
    .live()
    .select_related("user__profile")
    .filter(pk=Parameter("session_id"), user=Parameter("user_id"))
)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`, checked against the session's row.

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
        user_id, session_id = AccessToken.read(token.strip(), now=clock.now())
        session = self._live_session(request, session_id=session_id, user_id=user_id)
        logs.bind(user_id=str(user_id))
        update_caller(actor_id=user_id)
        return session.user, session

    @staticmethod
    def _live_session(request: Request, *, session_id: UUID, user_id: UUID) -> Session:
        """The session; what the view wants to read besides comes in the same round trip."""
        view: Any = (request.parser_context or {}).get("view")
        session = _LIVE_SESSION.bind(session_id=session_id, user_id=user_id).one
        ahead: Sequence[BoundQuery[Any]] = ()
        if hasattr(view, "asked_ahead") and reading_ahead.may_read_ahead(session_id):
            ahead = view.asked_ahead(user_id)
        try:
            sessions, *rows = fetch_all(session, *ahead)
        except DatabaseError as error:
            if not ahead or isinstance(error, OperationalError):
                raise
            # Whatever is wrong with the rest is for those to hear who may read it: the view asks for it again.
            sessions, rows = session.all(), []
        if not sessions:
            reading_ahead.refused(session_id)
            raise TokenInvalidError
        if rows:
            view.rows = rows
        found: Session = sessions[0]
        return found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
