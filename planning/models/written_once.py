"""Rows that explain the past."""

from __future__ import annotations

from typing import Any

from fincred.db.models import UUIDModel
from planning.errors import ImmutableError


class WrittenOnce(UUIDModel):
    """A row that is stored once and never changed, because it explains the past."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """:raises ImmutableError: the row is stored already."""
        if not self._state.adding:
            raise ImmutableError(f"{type(self).__name__} {self.pk} is written once")
        super().save(*args, **kwargs)
