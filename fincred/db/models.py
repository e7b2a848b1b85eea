"""What the apps' models share. There is no table of fincred's own in here."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models.base import ModelState

from fincred.db.queries import Parameter
from fincred.errors import ResourceNotFoundError

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class UUIDModel(models.Model):
    """A row whose id can be shown to anybody: it tells nothing and can't be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are for Django 6
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row that was read: what Django makes of it, without asking every field and sending two signals."""
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row


class OwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to a person, through a foreign key called `user`."""

    def owned_by(self, user: User | Parameter) -> Self:
        return self.filter(user=user)

    def get_owned(self, user: User, pk: UUID, **conditions: Any) -> Row:
        """The person's own row.

        :raises ResourceNotFoundError: there is none, or it is somebody else's; nobody can tell which.
        """
        row = self.owned_by(user).filter(pk=pk, **conditions).first()
        if row is None:
            raise ResourceNotFoundError
        return row
