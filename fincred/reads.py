"""Reads that are declared once as a queryset, compiled once, and from then on only run.

    OF_PERSON = Read(Goal.objects.owned_by(Parameter("owner")).newest_first())
    OF_PERSON.given(owner=user.pk).page(limit=20, offset=0)

Building and compiling a queryset costs Python more than running it costs PostgreSQL. The rows are what the
queryset itself would give: model instances, or the values of `values_list`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.transaction import TransactionManagementError

from fincred.errors import ResourceNotFoundError
from fincred.statements import Parameter, bound, execute

__all__ = ["Given", "Parameter", "Read"]

Row = TypeVar("Row")
Make = Callable[[Sequence[Sequence[Any]]], list[Any]]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A compiled queryset: its SQL, what goes into it, and what its rows become."""

    sql: str
    parameters: tuple[Any, ...]
    make: Make
    locks: bool

    def run(self, alias: str, values: dict[str, Any], suffix: str, *rest: int) -> list[Any]:
        if self.locks and not connections[alias].in_atomic_block:
            raise TransactionManagementError("A row is locked inside of a transaction, or not at all")
        found = execute(alias, self.sql + suffix, [*bound(self.parameters, values), *rest])
        with connections[alias].wrap_database_errors:
            rows = found.fetchall()
        return self.make(rows)


class Read(Generic[Row]):
    """A queryset in whose conditions parameters stand for values."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self.queryset = queryset
        self._statements: dict[tuple[str, bool], _Statement] = {}

    def given(self, **values: Any) -> Given[Row]:
        """The rows for these values, not fetched yet."""
        return Given(self, values)

    def statement(self, alias: str, *, counting: bool = False) -> _Statement:
        """Compiled for the database that it is read from, the first time it is asked for."""
        key = alias, counting
        if key not in self._statements:
            self._statements[key] = (_count if counting else _compile)(self.queryset.using(alias))
        return self._statements[key]


@dataclass(frozen=True, slots=True)
class Given(Generic[Row]):
    """A read and the values it is to run with; each call asks the database."""

    read: Read[Row]
    values: dict[str, Any]

    def all(self) -> list[Row]:
        return self._run("")

    def page(self, *, limit: int, offset: int = 0) -> list[Row]:
        return self._run(" LIMIT %s OFFSET %s", limit, offset)

    def first(self) -> Row | None:
        return next(iter(self._run(" LIMIT 1")), None)

    def get(self) -> Row:
        """The row that there is.

        :raises ResourceNotFoundError: there is none.
        """
        row = self.first()
        if row is None:
            raise ResourceNotFoundError
        return row

    def count(self) -> int:
        counted: int = self._run("", counting=True)[0]
        return counted

    def _run(self, suffix: str, *rest: int, counting: bool = False) -> list[Any]:
        alias = self.read.queryset.db
        return self.read.statement(alias, counting=counting).run(alias, self.values, suffix, *rest)


def _compile(queryset: QuerySet[Any, Any]) -> _Statement:
    compiler = queryset.query.get_compiler(queryset.db)
    sql, parameters = compiler.as_sql()
    make = _converting(compiler, _maker(queryset, compiler))
    return _Statement(sql, tuple(parameters), make, queryset.query.select_for_update)


def _count(queryset: QuerySet[Any, Any]) -> _Statement:
    sql, parameters = queryset.order_by().query.get_compiler(queryset.db).as_sql()
    counting = f"SELECT COUNT(*) FROM ({sql}) AS counted"  # noqa: S608  around Django's own SQL
    return _Statement(counting, tuple(parameters), lambda rows: [row[0] for row in rows], locks=False)


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> Make:
    """What the queryset makes of a row of its own."""
    kind = queryset._iterable_class
    if kind is FlatValuesListIterable:
        return lambda rows: [row[0] for row in rows]
    if kind is ValuesListIterable:
        return lambda rows: [tuple(row) for row in rows]
    if kind is not ModelIterable:
        raise TypeError(f"A read gives model instances or values_list, not {kind.__name__}")
    alias, info, select = queryset.db, compiler.klass_info, compiler.select
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [chosen[0].target.attname for chosen in select[start:end]]
    related = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # the stubs are for Django 6

    def models(rows: Sequence[Sequence[Any]]) -> list[Any]:
        made = []
        for row in rows:
            instance = info["model"].from_db(alias, names, row[start:end])
            for populator in related:
                populator.populate(row, instance)
            made.append(instance)
        return made

    return models


def _converting(compiler: Any, make: Make) -> Make:
    """The fields' own conversions first, such as text to JSON; SQLite needs them for most types."""
    converters = compiler.get_converters([chosen[0] for chosen in compiler.select[: compiler.col_count]])
    if not converters:
        return make
    connection = compiler.connection
    steps = [(place, step, column) for place, (steps, column) in converters.items() for step in steps]

    def converted(rows: Sequence[Sequence[Any]]) -> list[Any]:
        lists = [list(row) for row in rows]
        for row in lists:
            for place, step, column in steps:
                row[place] = step(row[place], column, connection)
        return make(lists)

    return converted
