"""The one lock of a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.errors import TokenInvalidError
from accounts.models import User
from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all

_LOCKED = PreparedQuery(User.objects.select_for_update(no_key=True).filter(pk=Parameter("user_id")))


def lock_user(user_id: UUID) -> User:
    """The person's row, locked until the surrounding transaction ends.

    A service that enforces a rule per person takes this lock first, so that simultaneous requests of one person
    count one after another. It doesn't block rows that merely refer to the person.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    user: User
    [user] = lock_user_and_read(user_id)
    return user


def lock_user_and_read(user_id: UUID, *queries: BoundQuery[Any]) -> tuple[Any, ...]:
    """The same and, in the same round trip, the rows of each query as they are once the lock is held.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    users, *rows = fetch_all(_LOCKED.bind(user_id=user_id), *queries)
    if not users:
        raise TokenInvalidError
    return users[0], *rows
