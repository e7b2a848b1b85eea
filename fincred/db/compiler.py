"""SQL that Django compiles once: the one file that touches private parts of the ORM.

They were read in Django 5.2, and `tests/test_compiler.py` says what to look at again when that changes:

- `QuerySet.query`, `Query.get_compiler`, `SQLCompiler.as_sql`: SQL and parameters, each `Parameter` in its place.
- `SQLCompiler.select`, `col_count`, `get_converters`: the columns of a row, and what converts them.
- `SQLCompiler.klass_info`, `get_related_populators`: which columns make a model, and those of `select_related`.
- `SQLCompiler.annotation_col_map`: the columns of what a model is annotated with.
- `QuerySet._iterable_class`: whether rows are models, tuples or single values.
- `Query.chain`, `UpdateQuery.add_update_values`, `InsertQuery.insert_values`: the SQL of an update and an insert.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import InsertQuery, UpdateQuery

from fincred.db.statements import Parameter

Field = models.Field[Any, Any]
Parameters = tuple[Any, ...]
# What the rows of a result become.
MakeRows = Callable[[Sequence[Sequence[Any]]], list[Any]]


def compile_select(queryset: QuerySet[Any, Any]) -> tuple[str, Parameters, MakeRows]:
    """The queryset's SQL for its own database, its parameters, and a function that makes rows of its result."""
    compiler = queryset.query.get_compiler(queryset.db)
    sql, parameters = compiler.as_sql()
    return sql, tuple(parameters), _with_conversions(compiler, _row_maker(queryset, compiler))


def compile_count(queryset: QuerySet[Any, Any]) -> tuple[str, Parameters]:
    """SQL that counts the queryset's rows."""
    sql, parameters = queryset.order_by().query.get_compiler(queryset.db).as_sql()
    return f"SELECT COUNT(*) FROM ({sql}) AS counted", tuple(parameters)  # noqa: S608  SQL of Django's own


def locks_rows(queryset: QuerySet[Any, Any]) -> bool:
    return bool(queryset.query.select_for_update)


def compile_update(queryset: QuerySet[Any, Any], values: Mapping[str, Any]) -> tuple[str, Parameters]:
    """The SQL and parameters of `queryset.update(**values)`."""
    query = cast("UpdateQuery", queryset.query.chain(UpdateQuery))
    query.add_update_values(dict(values))
    sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return sql, tuple(parameters)


def compile_insert(model: type[models.Model], fields: Sequence[Field], rows: int, updated: Sequence[str]) -> str:
    """SQL that inserts this number of rows. Its parameters are the values of `fields`, in their order, row by row.

    With `updated`, rows that are stored already take over these fields.
    """
    conflict: dict[str, Any] = {}
    if updated:
        conflict = {"on_conflict": OnConflict.UPDATE, "unique_fields": [model._meta.pk]}
        conflict["update_fields"] = [model._meta.get_field(name) for name in updated]
    query = InsertQuery(model, **conflict)
    row = {field.attname: Parameter(field.attname) for field in fields}
    query.insert_values(fields, [model(**row) for _ in range(rows)])
    [(sql, _)] = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return str(sql)


def _row_maker(queryset: QuerySet[Any, Any], compiler: Any) -> MakeRows:
    """Returns a function that turns database rows into what the queryset would return."""
    kind = queryset._iterable_class
    if kind is FlatValuesListIterable:
        return lambda rows: [row[0] for row in rows]
    if kind is ValuesListIterable:
        return lambda rows: [tuple(row) for row in rows]
    if kind is not ModelIterable:
        raise TypeError(f"A prepared query gives model instances or values_list, not {kind.__name__}")
    alias, info, select = queryset.db, compiler.klass_info, compiler.select
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    annotated = list(compiler.annotation_col_map.items())
    related = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # the stubs are for Django 6

    def make_models(rows: Sequence[Sequence[Any]]) -> list[Any]:
        instances = []
        for row in rows:
            instance = info["model"].from_db(alias, names, row[start:end])
            for name, column in annotated:
                setattr(instance, name, row[column])
            for populator in related:
                populator.populate(row, instance)
            instances.append(instance)
        return instances

    return make_models


def _with_conversions(compiler: Any, make: MakeRows) -> MakeRows:
    """The fields' own conversions first, such as text to JSON; SQLite needs them for most types."""
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    if not converters:
        return make
    connection = compiler.connection
    steps = [(index, step, column) for index, (steps, column) in converters.items() for step in steps]

    def convert_and_make(rows: Sequence[Sequence[Any]]) -> list[Any]:
        lists = [list(row) for row in rows]
        for row in lists:
            for index, step, column in steps:
                row[index] = step(row[index], column, connection)
        return make(lists)

    return convert_and_make
