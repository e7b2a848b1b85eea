"""The one lock of a person."""

from __future__ import annotations

from uuid import UUID

from accounts.errors import TokenInvalidError
from accounts.models import User
from fincred.reads import Parameter, Read

_LOCKED = Read(User.objects.select_for_update(no_key=True).filter(pk=Parameter("user_id")))


def lock_user(user_id: UUID) -> User:
    """The person's row, locked until the surrounding transaction ends.

    Whatever enforces a rule per person takes this lock first, so that two simultaneous requests of one person
    count one after the other. It does not block rows that merely refer to the person.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    user = _LOCKED.given(user_id=user_id).first()
    if user is None:
        raise TokenInvalidError
    return user
