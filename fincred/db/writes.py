"""Writes that are declared once, compiled once, and from then on only run.

The counterpart of `fincred.db.queries`:

    ONE_MORE = Update(CheckInWeek.objects.filter(pk=Parameter("week")), check_ins=F("check_ins") + 1)
    ONE_MORE.run(week=week.pk)
    insert(check_in)
    update(goal, "current_amount", "updated_at")

They do what `QuerySet.update` and `Model.save` do, but send no signals. Each writes one row, and nobody waits for
it: PostgreSQL is told with the transaction's next statement, or with COMMIT. What it refuses is raised there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any, cast

from django.db import connections, models, router
from django.db.models.sql import InsertQuery, UpdateQuery

from fincred.db.fields import FoldedField
from fincred.db.postgresql.one_row import of_one_row
from fincred.db.statements import Parameter, bound, send

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
            if connections[alias].vendor == "postgresql":
                sql = of_one_row(sql)
            self._compiled[alias] = sql, parameters
        sql, parameters = self._compiled[alias]
        send(connections[alias], sql, bound(parameters, values))


def insert(row: models.Model) -> None:
    """Store a new row, which brings its primary key or doesn't need to know it."""
    model = type(row)
    alias = router.db_for_write(model)
    connection = connections[alias]
    sql, fields = _compiled_insert(model, alias)
    send(connection, sql, fields.values_of(row, connection))
    row._state.adding, row._state.db = False, alias


def update(row: models.Model, *names: str) -> None:
    """Store these fields of a row that is there.

    :raises django.db.DatabaseError: it is not there any more.
    """
    model = type(row)
    fields, write = _update_of(model, names)
    values = fields.values_of(row, connections[router.db_for_write(model)])
    write.run(**dict(zip(fields.names, values, strict=True)))


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


class _Fields:
    """Some fields of a model, and how what they hold goes to the driver."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.names = [field.attname for field in fields]
        self._take = attrgetter(*self.names)
        self._folded = [field for field in fields if isinstance(field, FoldedField)]
        self._all = list(enumerate(fields))
        self._with_a_way_of_their_own = [(n, one) for n, one in self._all if not isinstance(one, _AS_THEY_ARE)]

    def values_of(self, row: models.Model, connection: Any) -> list[Any]:
        for folded in self._folded:
            folded.pre_save(row, row._state.adding)
        values = list(self._take(row))
        for place, field in self._with_a_way_of_their_own if connection.vendor == "postgresql" else self._all:
            values[place] = field.get_db_prep_save(values[place], connection)
        return values


@cache
def _update_of(model: Row, names: tuple[str, ...]) -> tuple[_Fields, Update]:
    """The primary key and these fields, and what stores them."""
    key, *fields = [cast("Field", model._meta.get_field(name)) for name in (model._meta.pk.name, *names)]
    row = model._base_manager.filter(pk=Parameter(key.attname))
    return _Fields([key, *fields]), Update(row, **{field.name: Parameter(field.attname) for field in fields})


@cache
def _compiled_insert(model: Row, alias: str) -> tuple[str, _Fields]:
    """All but what the database makes by itself."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    query = InsertQuery(model)
    query.insert_values(fields, [model(**{field.attname: Parameter(field.attname) for field in fields})])
    [(sql, _)] = query.get_compiler(alias).as_sql()
    return sql, _Fields(fields)
