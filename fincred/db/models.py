"""What the apps' models share. fincred has no table of its own."""

from __future__ import annotations

from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from fincred.db.statements import Parameter
from fincred.errors import ResourceNotFoundError

Row = TypeVar("Row", bound=models.Model)


class UUIDModel(models.Model):
    """A row with a random id: one that is shown to a client reveals nothing and can't be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True


class OwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to a person, through a foreign key called `user`."""

    def owned_by(self, user: AbstractBaseUser | Parameter) -> Self:
        return self.filter(user=user)

    def get_owned(self, user: AbstractBaseUser, pk: UUID, **conditions: Any) -> Row:
        """The person's own row.

        :raises ResourceNotFoundError: there is none, or it is somebody else's; the error doesn't tell which.
        """
        row = self.owned_by(user).filter(pk=pk, **conditions).first()
        if row is None:
            raise ResourceNotFoundError
        return row
