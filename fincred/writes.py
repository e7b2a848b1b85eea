"""Writes that are declared once, compiled once, and from then on only run: what `fincred.reads` is for reading.

    ONE_MORE = Update(CheckInWeek.objects.filter(pk=Parameter("week")), check_ins=F("check_ins") + 1)
    ONE_MORE.run(week=week.pk)
    insert(check_in)
    update(goal, "current_amount", "updated_at")

They do what `QuerySet.update` and `Model.save` do, but send no signals. Each writes one row, and nobody waits for
it: PostgreSQL is told with the transaction's next statement, or with COMMIT. What it refuses is raised there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, cast

from django.db import connections, models, router
from django.db.models.sql import InsertQuery, UpdateQuery

from fincred.statements import Parameter, bound, send

# Whoever commits in the same breath can't count the rows first, so the statement fails where it isn't one.
_OF_ONE_ROW = (
    "WITH written AS (%s RETURNING 1) SELECT CASE count(*) WHEN 1 THEN 1"
    " ELSE ('one row was to be written, and ' || count(*) || ' were')::integer END FROM written"
)

Row = type[models.Model]
Field = models.Field[Any, Any]


class Update:
    """`queryset.update(**values)` of one row; parameters stand for the values that each run brings."""

    def __init__(self, queryset: models.QuerySet[Any], **values: Any) -> None:
        self.queryset, self.values = queryset, values
        self._compiled: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def run(self, **values: Any) -> None:
        """:raises django.db.DatabaseError: no row matches, or several do."""
        alias = router.db_for_write(self.queryset.model)
        if alias not in self._compiled:
            query = cast("UpdateQuery", self.queryset.query.chain(UpdateQuery))
            query.add_update_values(self.values)
            sql, parameters = query.get_compiler(alias).as_sql()
            self._compiled[alias] = _failing_unless_one(sql, alias), parameters
        sql, parameters = self._compiled[alias]
        send(connections[alias], sql, bound(parameters, values))


def _failing_unless_one(sql: str, alias: str) -> str:
    return _OF_ONE_ROW % sql if connections[alias].vendor == "postgresql" else sql


def insert(row: models.Model) -> None:
    """Store a new row, which brings its primary key or doesn't need to know it."""
    model = type(row)
    alias = router.db_for_write(model)
    connection = connections[alias]
    sql, parameters = _compiled_insert(model, alias)
    send(connection, sql, bound(parameters, _prepared(row, _stored(model), connection)))
    row._state.adding, row._state.db = False, alias


def update(row: models.Model, *names: str) -> None:
    """Store these fields of a row that is there.

    :raises django.db.DatabaseError: it is not there any more.
    """
    model = type(row)
    key, *fields = _named(model, names)
    _update_of(model, names).run(**_prepared(row, [key, *fields], connections[router.db_for_write(model)]))


@cache
def _named(model: Row, names: tuple[str, ...]) -> tuple[Field, ...]:
    """The primary key, then these fields."""
    return tuple(cast("Field", model._meta.get_field(name)) for name in (model._meta.pk.name, *names))


@cache
def _update_of(model: Row, names: tuple[str, ...]) -> Update:
    key, *fields = _named(model, names)
    row = model._base_manager.filter(pk=Parameter(key.attname))
    return Update(row, **{field.name: Parameter(field.attname) for field in fields})


@cache
def _compiled_insert(model: Row, alias: str) -> tuple[str, tuple[Any, ...]]:
    fields = _stored(model)
    query = InsertQuery(model)
    query.insert_values(fields, [model(**{field.attname: Parameter(field.attname) for field in fields})])
    [(sql, parameters)] = query.get_compiler(alias).as_sql()
    return sql, parameters


@cache
def _stored(model: Row) -> tuple[Field, ...]:
    """What is written of a new row: all but what the database makes by itself."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    )


# What these hold goes to psycopg as it is. Other fields, and other databases, have their own way.
_AS_THEY_ARE = (
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
)


def _prepared(row: models.Model, fields: Iterable[Field], connection: Any) -> dict[str, Any]:
    """The fields' values as each of them hands them to the driver."""
    as_they_are = _AS_THEY_ARE if connection.vendor == "postgresql" else ()
    return {
        field.attname: value if isinstance(field, as_they_are) else field.get_db_prep_save(value, connection)
        for field in fields
        for value in [getattr(row, field.attname)]
    }
