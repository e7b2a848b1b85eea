"""Reads that are declared once as a queryset, compiled once, and from then on only run.

    OF_PERSON = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).newest_first())
    OF_PERSON.bind(owner=user.pk).page(limit=20).all()
    goals, plans = fetch_all(OF_PERSON.bind(owner=user.pk), OPEN_PLANS.bind(owner=user.pk))

Building and compiling a queryset costs Python more than running it costs PostgreSQL. The rows are what the
queryset itself would give: model instances, or the values of `values_list`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any, Generic, TypeVar, cast

from django.db import connections
from django.db.models import QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.transaction import TransactionManagementError

from fincred.db.postgresql.pipeline import Statement
from fincred.db.statements import Parameter, ask, bound
from fincred.errors import ResourceNotFoundError

__all__ = ["BoundQuery", "Parameter", "PreparedQuery", "fetch_all", "get_or_404"]

Row = TypeVar("Row")
# What a page is asked with, beside the read's own parameters.
_LIMIT, _OFFSET = "LIMIT", "OFFSET"
Make = Callable[[Sequence[Sequence[Any]]], list[Any]]


@dataclass(frozen=True, slots=True)
class _Statement:
    """A compiled queryset: its SQL, what goes into it, and what its rows become."""

    sql: str
    parameters: tuple[Any, ...]
    make: Make
    locks: bool = False

    def asked(self, alias: str, values: dict[str, Any]) -> Statement:
        if self.locks and not connections[alias].in_atomic_block:
            raise TransactionManagementError("A row is locked inside of a transaction, or not at all")
        return self.sql, bound(self.parameters, values)


class _Extent(Enum):
    """How much of a queryset is read, as SQL around or behind it."""

    ALL = "%s"
    FIRST = "%s LIMIT 1"
    PAGE = "%s LIMIT %%s OFFSET %%s"
    COUNT = "SELECT COUNT(*) FROM (%s) AS counted"


class PreparedQuery(Generic[Row]):
    """A queryset in whose conditions parameters stand for values."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self.queryset = queryset
        self._statements: dict[tuple[str, _Extent], _Statement] = {}

    def bind(self, **values: Any) -> BoundQuery[Row]:
        """The rows for these values, not fetched yet."""
        return BoundQuery(self, values)

    def statement(self, alias: str, extent: _Extent) -> _Statement:
        """Compiled for the database that it is read from, the first time it is asked for."""
        if (alias, extent) not in self._statements:
            self._statements[alias, extent] = _compile(self.queryset.using(alias), extent)
        return self._statements[alias, extent]


@dataclass(frozen=True, slots=True)
class BoundQuery(Generic[Row]):
    """A read and the values it is to run with; `all`, `first`, `get` and `count` ask the database."""

    read: PreparedQuery[Row]
    values: dict[str, Any]
    extent: _Extent = _Extent.ALL

    @property
    def one(self) -> BoundQuery[Row]:
        """No more than the first of them."""
        return BoundQuery(self.read, self.values, _Extent.FIRST)

    def page(self, *, limit: int, offset: int = 0) -> BoundQuery[Row]:
        """No more than `limit` of them, after the first `offset`."""
        return BoundQuery(self.read, {**self.values, _LIMIT: limit, _OFFSET: offset}, _Extent.PAGE)

    def all(self) -> list[Row]:
        [rows] = fetch_all(self)
        return rows

    def first(self) -> Row | None:
        return next(iter(self.one.all()), None)

    def get(self) -> Row:
        """The row that there is.

        :raises ResourceNotFoundError: there is none.
        """
        return get_or_404(self.one.all())

    def count_query(self) -> BoundQuery[int]:
        """How many there are, as the only row."""
        return BoundQuery(cast("PreparedQuery[int]", self.read), self.values, _Extent.COUNT)

    def count(self) -> int:
        return self.count_query().all()[0]


def fetch_all(*asked: BoundQuery[Any]) -> list[list[Any]]:
    """The rows of each, in their order; PostgreSQL is asked for all of them in one round trip."""
    rows: list[list[Any]] = []
    for alias, group in groupby(asked, key=lambda one: one.read.queryset.db):
        statements = [(one.read.statement(alias, one.extent), one.values) for one in group]
        answers = ask(alias, [statement.asked(alias, values) for statement, values in statements])
        rows += [statement.make(answer.rows) for (statement, _), answer in zip(statements, answers, strict=True)]
    return rows


def get_or_404(rows: Sequence[Row]) -> Row:
    """:raises ResourceNotFoundError: there is none."""
    if not rows:
        raise ResourceNotFoundError
    return rows[0]


def _compile(queryset: QuerySet[Any, Any], extent: _Extent) -> _Statement:
    if extent is _Extent.COUNT:
        sql, parameters = queryset.order_by().query.get_compiler(queryset.db).as_sql()
        return _Statement(extent.value % sql, parameters, lambda rows: [row[0] for row in rows])
    compiler = queryset.query.get_compiler(queryset.db)
    sql, parameters = compiler.as_sql()
    if extent is _Extent.PAGE:
        parameters = (*parameters, Parameter(_LIMIT), Parameter(_OFFSET))
    make = _converting(compiler, _maker(queryset, compiler))
    return _Statement(extent.value % sql, tuple(parameters), make, queryset.query.select_for_update)


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
