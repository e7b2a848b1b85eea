"""Who sends this request: the bearer of an access token whose session is live."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import session_marks
from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.models import Session, User
from accounts.tokens import AccessToken
from accounts.upkeep import keep_up
from fincred import clock
from fincred.api.django_request import django_request
from fincred.context import update_caller
from fincred.db import replicas
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all
from fincred.ops import logs

_SESSIONS = (
    Session.objects.live()
    .select_related("user__profile")
    .filter(pk=Parameter("session_id"), user=Parameter("user_id"))
)
_LIVE_SESSION = PreparedQuery(_SESSIONS)
_ON_PRIMARY = PreparedQuery(_SESSIONS.using(DEFAULT_DB_ALIAS))
_READING = frozenset({"GET", "HEAD"})


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`: its signature, then its session's row.

    `request.auth` becomes the `SessionCheck`, `request.user` the person with the profile. A write's session is
    checked here, that of a GET with its first read, in one round trip (`ApiView.fetch`).
    """

    documented_errors = (TokenInvalidError, TokenExpiredError)

    def authenticate(self, request: Request) -> tuple[Any, SessionCheck] | None:
        """None without a bearer header.

        :raises TokenExpiredError:
        :raises TokenInvalidError: also when the session has ended or the person is disabled or gone.
        """
        scheme, _, token = str(django_request(request).META.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        is_reading = request.method in _READING
        now = clock.moment_of(django_request(request))
        user_id, session_id = AccessToken.read(token.strip(), now=now)
        check = SessionCheck(user_id, session_id, now, may_ask_replica=is_reading and replicas.configured())
        if not is_reading:
            check.run()
        return SimpleLazyObject(lambda: check.user), check

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionCheck:
    """Whether the session of a valid token is live, asked once: alone, or together with a view's reads.

    The primary is asked; with `may_ask_replica` the replica, if the primary said so in the last ten seconds.
    """

    def __init__(self, user_id: UUID, session_id: UUID, now: datetime, *, may_ask_replica: bool) -> None:
        self.user_id = user_id
        self._now = now
        self._session_id = session_id
        self._may_ask_replica = may_ask_replica
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
            self.fetch()

    def fetch(self, *queries: BoundQuery[Any]) -> list[list[Any]]:
        """The rows of each query; where the session isn't checked yet, that is part of the same round trip.

        :raises TokenInvalidError: the session has ended, or the person is disabled or gone.
        """
        if self._session:
            return fetch_all(*queries)
        if self._refused:
            raise TokenInvalidError
        if self._may_ask_replica:
            return self._fetch_with_replica(queries)
        return self._fetch_with(_ON_PRIMARY, queries)

    def _fetch_with_replica(self, queries: Sequence[BoundQuery[Any]]) -> list[list[Any]]:
        """The same where there is a replica, from which the router lets known people read."""
        if session_marks.is_live(self._session_id):
            update_caller(actor_id=self.user_id)
            try:
                return self._fetch_with(_LIVE_SESSION, queries)
            except TokenInvalidError:  # ended a moment ago, or too new for the replica
                update_caller(actor_id=None)
        checked_at = time.monotonic()
        self._fetch_with(_ON_PRIMARY, ())
        session_marks.mark_live(self._session_id, checked_at=checked_at)
        return fetch_all(*queries)

    def _fetch_with(self, query: PreparedQuery[Session], queries: Sequence[BoundQuery[Any]]) -> list[list[Any]]:
        bound = query.bind(session_id=self._session_id, user_id=self.user_id)
        try:
            sessions, *rows = fetch_all(bound, *queries)
        except Error:
            if queries:
                self.run()  # only a live session is told what is wrong with its reads
            raise
        self._refused = not sessions
        if self._refused:
            raise TokenInvalidError
        [self._session] = sessions
        logs.bind(user_id=str(self.user_id))
        update_caller(actor_id=self.user_id)
        if keep_up(self._session.user, self._now) and queries:
            return fetch_all(*queries)
        return rows
