"""What a client expects of the object that it changes, so that two devices don't overwrite each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fincred.errors import PreconditionFailedError


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that a change may start from; None is any."""

    versions: frozenset[str] | None

    def require(self, version: int) -> None:
        """Services call this with the version that they read under the lock.

        :raises PreconditionFailedError: the change was meant for another one.
        """
        if self.versions is not None and str(version) not in self.versions:
            raise PreconditionFailedError


ANY_VERSION: Final = Precondition(None)
