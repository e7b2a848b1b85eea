"""What a client expects of the object that it changes, so that two devices don't overwrite each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fincred.errors import PreconditionFailedError


@dataclass(frozen=True, slots=True)
class Precondition:
    """The revisions that If-Match allows and If-None-Match excludes; None is any.

    Revision 0 is an object before it was first stored.
    """

    revisions: frozenset[str] | None
    refused: frozenset[str] | None = frozenset()

    def require(self, revision: int) -> None:
        """Services call this with the revision that they read under the lock.

        :raises PreconditionFailedError: the change was meant for another revision.
        """
        is_wanted = self.revisions is None or str(revision) in self.revisions
        is_refused = revision > 0 if self.refused is None else str(revision) in self.refused
        if is_refused or not is_wanted:
            raise PreconditionFailedError

    def require_untagged(self) -> None:
        """Services call this, under the lock, for what exists and has no tag: no header or `If-Match: *` is right.

        :raises PreconditionFailedError: the change was meant for what has a tag, or for nothing.
        """
        if self.revisions is not None or self.refused is None:
            raise PreconditionFailedError


ANY_REVISION: Final = Precondition(None)
