"""Writes of one row that are declared once, compiled once, and executed with the values of each call.

    ONE_MORE = PreparedUpdate(CheckInWeek.objects.filter(pk=Parameter("week")), check_ins=F("check_ins") + 1)
    write_all(insert(check_in), update(goal, "current_amount", "updated_at"), ONE_MORE.bind(week=week.pk))

`insert`, `update` and `bind` only prepare what `write_all` executes and checks. They write what `Model.save` and
`QuerySet.update` would write, and send no signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models, transaction

from fincred.db.compiler import Field, Parameters, compile_insert, compile_update
from fincred.db.fields import DerivedField
from fincred.db.models import RevisedModel, next_revision
from fincred.db.statements import Parameter, bound, run

Model = type[models.Model]


class Write(NamedTuple):
    """A statement with its values, not executed yet."""

    sql: str
    values: Sequence[Any]
    new_row: models.Model | None = None
    revised_row: RevisedModel | None = None


def write_all(*writes: Write) -> None:
    """Execute these in one round trip; each must write one row.

    What they refer to by a deferrable foreign key is checked by COMMIT.

    :raises django.db.DatabaseError: one is refused, or wrote no row or several; the transaction is undone.
    """
    with transaction.atomic(savepoint=False):
        results = run(DEFAULT_DB_ALIAS, [(write.sql, write.values) for write in writes])
        for result in results:
            if result.rowcount != 1:
                raise DatabaseError(f"A statement must write 1 row and wrote {result.rowcount}")
    for row in (write.new_row for write in writes if write.new_row):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    for revised in (write.revised_row for write in writes if write.revised_row):
        revised.revision += 1


class PreparedUpdate:
    """`queryset.update(**values)`, with a `Parameter` where a value goes."""

    def __init__(self, queryset: models.QuerySet[Any], **values: Any) -> None:
        self.queryset, self.values = queryset, values | next_revision(queryset.model)

    @cached_property
    def _compiled(self) -> tuple[str, Parameters]:
        return compile_update(self.queryset, self.values)

    def bind(self, **values: Any) -> Write:
        sql, parameters = self._compiled
        return Write(sql, bound(parameters, values))


def insert(row: models.Model) -> Write:
    """Store a new row. An id that the database makes isn't read back."""
    sql, fields = _compiled_insert(type(row))
    return Write(sql, fields.values_of(row), row)


def update(row: models.Model, *names: str) -> Write:
    """Store these fields of a row."""
    fields, prepared = _compiled_update(type(row), names)
    write = prepared.bind(**dict(zip(fields.names, fields.values_of(row), strict=True)))
    return write._replace(revised_row=row) if isinstance(row, RevisedModel) else write


# psycopg adapts what these hold. Other fields, and all on other databases, prepare their values.
_ADAPTED = (
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
)


class _Fields:
    """Some fields of a model, and their values as the driver takes them."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.names = [field.attname for field in fields]
        self._take = attrgetter(*self.names)
        self._derived = [field for field in fields if isinstance(field, DerivedField)]
        self._all = list(enumerate(fields))
        self._not_adapted = [(index, field) for index, field in self._all if not isinstance(field, _ADAPTED)]

    def values_of(self, row: models.Model) -> list[Any]:
        for derived in self._derived:
            derived.pre_save(row, row._state.adding)
        values = list(self._take(row))
        for index, field in self._not_adapted if connection.vendor == "postgresql" else self._all:
            values[index] = field.get_db_prep_save(values[index], connection)
        return values


@cache
def _compiled_insert(model: Model) -> tuple[str, _Fields]:
    """All fields but those whose value the database makes."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    return compile_insert(model, fields), _Fields(fields)


@cache
def _compiled_update(model: Model, names: tuple[str, ...]) -> tuple[_Fields, PreparedUpdate]:
    """The primary key and these fields, and what stores them."""
    derived = [each.name for each in model._meta.fields if isinstance(each, DerivedField) and each.source in names]
    key, *fields = [cast("Field", model._meta.get_field(name)) for name in (model._meta.pk.name, *names, *derived)]
    row = model._base_manager.filter(pk=Parameter(key.attname))
    values = {field.name: Parameter(field.attname) for field in fields}
    return _Fields([key, *fields]), PreparedUpdate(row, **values)
