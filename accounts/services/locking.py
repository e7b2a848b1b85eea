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

    Whatever enforces a rule per person takes this lock first, so that two simultaneous requests of one person
    count one after the other. It does not block rows that merely refer to the person.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    user: User = lock_user_and_read(user_id)[0]
    return user


def lock_user_and_read(user_id: UUID, *reads: BoundQuery[Any]) -> tuple[Any, ...]:
    """The same, and the rows of each of these, as they are once the lock is held.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    found, *rows = fetch_all(_LOCKED.bind(user_id=user_id).one, *reads)
    if not found:
        raise TokenInvalidError
    return found[0], *rows
