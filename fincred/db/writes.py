"""Writes that are declared once, compiled once, and executed with the values of each call.

    ONE_MORE = PreparedUpdate(CheckInWeek.objects.filter(pk=Parameter("week")), check_ins=F("check_ins") + 1)
    write_all(insert(check_in), update(goal, "current_amount", "updated_at"), ONE_MORE.bind(week=week.pk))

`insert`, `update` and `bind`, and those for several rows, only prepare what `write_all` executes and checks. They
write what `Model.save` and `QuerySet.update` would write, and send no signals. Several rows are one statement,
which is compiled once for each number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models, transaction
from django.db.models import Case, Expression, When
from django.db.models.functions import Cast

from fincred.db.compiler import Field, Parameters, compile_insert, compile_update
from fincred.db.fields import DerivedField
from fincred.db.models import RevisedModel, next_revision
from fincred.db.statements import Parameter, bound, run

Model = type[models.Model]


class Write(NamedTuple):
    """A statement with its values, not executed yet; it must write `rows` rows.

    `stored` are the rows that it inserts, `revised` those whose revision it raises.
    """

    sql: str
    values: Sequence[Any]
    rows: int = 1
    stored: Sequence[models.Model] = ()
    revised: Sequence[RevisedModel] = ()


def write_all(*writes: Write) -> None:
    """Execute these in one round trip; each must write as many rows as it says.

    Deferrable foreign keys are checked at COMMIT.

    :raises django.db.DatabaseError: one is refused, or wrote another number of rows; the transaction is undone.
    """
    with transaction.atomic(savepoint=False):
        results = run(DEFAULT_DB_ALIAS, [(write.sql, write.values) for write in writes])
        for write, result in zip(writes, results, strict=True):
            if result.rowcount != write.rows:
                raise DatabaseError(f"A statement must write {write.rows} rows and wrote {result.rowcount}")
    for row in chain.from_iterable(write.stored for write in writes):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    for revised in chain.from_iterable(write.revised for write in writes):
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


def insert(*rows: models.Model) -> Write:
    """Store new rows of a model. An id that the database makes isn't read back."""
    sql, fields = _compiled_insert(type(rows[0]), len(rows))
    return Write(sql, fields.values_of_all(rows), len(rows), rows)


def insert_or_update(rows: Sequence[models.Model], *names: str) -> Write:
    """Insert rows of a model; of those that exist already, update only these fields."""
    sql, fields = _compiled_insert(type(rows[0]), len(rows), names)
    return Write(sql, fields.values_of_all(rows), len(rows), rows)


def update(row: models.Model, *names: str) -> Write:
    """Store these fields of a row."""
    fields, prepared = _compiled_update(type(row), names)
    write = prepared.bind(**dict(zip(fields.names, fields.values_of(row), strict=True)))
    return write._replace(revised=[row]) if isinstance(row, RevisedModel) else write


def update_each(rows: Sequence[models.Model], name: str) -> Write:
    """Store this field of rows of a model."""
    fields, prepared = _compiled_update_each(type(rows[0]), name, len(rows))
    write = prepared.bind(
        **{
            f"{column} {index}": value
            for index, row in enumerate(rows)
            for column, value in zip(fields.names, fields.values_of(row), strict=True)
        }
    )
    return write._replace(rows=len(rows), revised=[row for row in rows if isinstance(row, RevisedModel)])


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

    def values_of_all(self, rows: Sequence[models.Model]) -> list[Any]:
        return [value for row in rows for value in self.values_of(row)]


@cache
def _compiled_insert(model: Model, rows: int, updated: tuple[str, ...] = ()) -> tuple[str, _Fields]:
    """The SQL, and all fields but those whose value the database makes."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    conflicting = [field.name for field in _with_derived(model, updated)]
    return compile_insert(model, fields, rows, conflicting), _Fields(fields)


@cache
def _compiled_update_each(model: Model, name: str, rows: int) -> tuple[_Fields, PreparedUpdate]:
    """The primary key and this field, and the update that stores it in `rows` rows."""
    key, fields = model._meta.pk, _with_derived(model, [name])
    keys = [Parameter(f"{key.attname} {index}") for index in range(rows)]
    values: dict[str, Expression] = {}
    for field in fields:
        cases = [When(pk=pk, then=Parameter(f"{field.attname} {index}")) for index, pk in enumerate(keys)]
        value: Expression = Case(*cases, output_field=field)
        if connection.features.requires_casted_case_in_updates:
            value = Cast(value, output_field=field)
        values[field.name] = value
    return _Fields([key, *fields]), PreparedUpdate(model._base_manager.filter(pk__in=keys), **values)


@cache
def _compiled_update(model: Model, names: tuple[str, ...]) -> tuple[_Fields, PreparedUpdate]:
    """The primary key and these fields, and the update that stores them."""
    key, fields = model._meta.pk, _with_derived(model, names)
    row = model._base_manager.filter(pk=Parameter(key.attname))
    values = {field.name: Parameter(field.attname) for field in fields}
    return _Fields([key, *fields]), PreparedUpdate(row, **values)


def _with_derived(model: Model, names: Sequence[str]) -> list[Field]:
    """These fields, and those that are derived from one of them."""
    derived = [each.name for each in model._meta.fields if isinstance(each, DerivedField) and each.source in names]
    return [cast("Field", model._meta.get_field(name)) for name in (*names, *derived)]
