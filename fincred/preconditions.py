"""What a client expects of the object that it changes, so that two devices don't overwrite each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fincred.errors import PreconditionFailedError


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that If-Match allows and If-None-Match excludes; None is any.

    Version 0 is an object before it was first stored.
    """

    versions: frozenset[str] | None
    refused: frozenset[str] | None = frozenset()

    def require(self, version: int) -> None:
        """Services call this with the version that they read under the lock.

        :raises PreconditionFailedError: the change was meant for another one.
        """
        is_wanted = self.versions is None or str(version) in self.versions
        is_refused = version > 0 if self.refused is None else str(version) in self.refused
        if is_refused or not is_wanted:
            raise PreconditionFailedError

    def require_untagged(self) -> None:
        """Services call this, under the lock, for what exists and has no tag: no header or `If-Match: *` is right.

        :raises PreconditionFailedError: the change was meant for what has a tag, or for nothing.
        """
        if self.versions is not None or self.refused is None:
            raise PreconditionFailedError


ANY_VERSION: Final = Precondition(None)
