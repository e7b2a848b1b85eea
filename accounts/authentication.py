"""Who sends this request: the bearer of an access token whose session is live."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.errors import TokenInvalidError
from accounts.models import Session, User
from accounts.tokens import AccessToken
from fincred import clock
from fincred.context import update_caller
from fincred.db import replicas
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all
from fincred.ops import logs

_LIVE_SESSION = PreparedQuery(
    Session.objects.using(DEFAULT_DB_ALIAS)  # never from a replica: an ended session is refused at once
    .live()
    .select_related("user__profile")
    .filter(pk=Parameter("session_id"), user=Parameter("user_id"))
)
_READING = frozenset({"GET", "HEAD"})


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`: its signature, then its session's row.

    `request.auth` becomes the `SessionCheck`, `request.user` the person with the profile. A write's session is
    checked here, that of a GET with its first read, in one round trip (`ApiView.fetch`).
    """

    def authenticate(self, request: Request) -> tuple[Any, SessionCheck] | None:
        """None without a bearer header.

        :raises TokenExpiredError:
        :raises TokenInvalidError: also when the session has ended or the person is disabled or gone.
        """
        scheme, _, token = str(request._request.META.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        check = SessionCheck(*AccessToken.read(token.strip(), now=clock.moment_of(request._request)))
        if request.method not in _READING:
            check.run()
        return SimpleLazyObject(lambda: check.user), check

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionCheck:
    """Whether the session of a valid token is live, asked once: alone, or together with a view's reads."""

    def __init__(self, user_id: UUID, session_id: UUID) -> None:
        self.user_id = user_id
        self._session_id = session_id
        self._session: Session | None = None
        self._refused = False

    @property
    def session(self) -> Session:
        """:raises TokenInvalidError: it has ended, or the person is disabled or gone."""
        self.run()
        return cast("Session", self._session)

    @property
    def user(self) -> User:
        """The person with the profile; raises what `session` raises."""
        return self.session.user

    def run(self) -> None:
        """:raises TokenInvalidError: the session has ended, or the person is disabled or gone."""
        if not self._session:
            self._accept([] if self._refused else self._query().all())

    def fetch(self, *queries: BoundQuery[Any]) -> list[list[Any]]:
        """The rows of each query; where the session isn't checked yet, that is part of the same round trip.

        :raises TokenInvalidError: the session has ended, or the person is disabled or gone.
        """
        if replicas.configured():
            self.run()  # on the primary; the router has to know the person to choose where the rest is read
        if self._session:
            return fetch_all(*queries)
        try:
            sessions, *rows = fetch_all(self._query(), *queries)
        except Error:
            self.run()  # only a live session is told what is wrong with its reads
            raise
        self._accept(sessions)
        return rows

    def _query(self) -> BoundQuery[Session]:
        return _LIVE_SESSION.bind(session_id=self._session_id, user_id=self.user_id)

    def _accept(self, sessions: list[Session]) -> None:
        if not sessions:
            self._refused = True
            raise TokenInvalidError
        [self._session] = sessions
        logs.bind(user_id=str(self.user_id))
        update_caller(actor_id=self.user_id)
