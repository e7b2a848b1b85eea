"""What the models of all apps share. This package has no table of its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F
from django.db.models.base import ModelState

from fincred.db.statements import Parameter
from fincred.errors import ResourceNotFoundError

Row = TypeVar("Row", bound=models.Model)


class UUIDModel(models.Model):
    """A row with a random id: one that is shown to a client reveals nothing and can't be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *, fetch_mode: Any = None
    ) -> Self:
        """The same row as Django makes, without setting each field by itself and sending two signals.

        `fetch_mode` is what Django 6 adds: how fields are fetched that weren't read.
        """
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        if fetch_mode is not None:
            row._state.fetch_mode = fetch_mode
        row.__dict__.update(zip(field_names, values, strict=True))
        return row


class RevisedModel(UUIDModel):
    """A row that clients change: `revision` grows with every stored change, so that none is overwritten unnoticed.

    It grows in `save`, in `fincred.db.writes` and in the `update` and `bulk_update` of `RevisedQuerySet`. Code
    that calls `insert_or_update` must increase `revision` itself and list it among the fields.
    """

    revision = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self.revision += 1
            if kwargs.get("update_fields"):
                kwargs["update_fields"] = [*kwargs["update_fields"], "revision"]
        super().save(*args, **kwargs)


def next_revision(model: type[models.Model]) -> dict[str, Any]:
    """What an update sets in addition to its own values: the next revision, if the model has one."""
    return {"revision": F("revision") + 1} if issubclass(model, RevisedModel) else {}


class OwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to a person, through a foreign key called `user`."""

    def owned_by(self, user: AbstractBaseUser | Parameter) -> Self:
        return self.filter(user=user)

    def get_owned(self, user: AbstractBaseUser, pk: UUID, **conditions: Any) -> Row:
        """The person's own row.

        :raises ResourceNotFoundError: there is none, or it belongs to another person; the error is the same.
        """
        row = self.owned_by(user).filter(pk=pk, **conditions).first()
        if row is None:
            raise ResourceNotFoundError
        return row


class RevisedQuerySet(OwnedQuerySet[Row]):
    def update(self, **values: Any) -> int:
        return super().update(**values, **next_revision(self.model))
