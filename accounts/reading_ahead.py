"""For whom something may be read before it is certain that they will see it.

Reading ahead of the session's check and the rate limit saves a round trip; done for somebody who is refused it is
work for nothing, and a way to make others wait. So a session that was refused is asked about alone, until it is
let through again. Each process knows that for itself.
"""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

_MOST = 10_000

_refused: OrderedDict[UUID, None] = OrderedDict()


def may_read_ahead(session_id: UUID) -> bool:
    return session_id not in _refused


def refused(session_id: UUID) -> None:
    """It has ended, or has asked too often."""
    _refused[session_id] = None
    if len(_refused) > _MOST:
        _refused.popitem(last=False)


def let_through(session_id: UUID) -> None:
    _refused.pop(session_id, None)
