"""What the views of accounts share."""

from __future__ import annotations

from accounts.models import Session
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
        return self._check.session
