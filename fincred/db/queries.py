"""Reads that are declared once as a queryset, compiled once, and executed with the values of each call.

    OF_PERSON = PreparedQuery(Goal.objects.owned_by(Parameter("owner")).newest_first())
    OF_PERSON.bind(owner=user.pk).page(limit=20).all()
    goals, plans = fetch_all(OF_PERSON.bind(owner=user.pk), OPEN_PLANS.bind(owner=user.pk))

Building and compiling a queryset takes Python longer than PostgreSQL needs to run it. The rows are those that the
queryset itself would give: model instances, or the values of `values_list`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Generic, TypeVar, cast

from django.db import connections
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from fincred.db.compiler import MakeRows, compile_count, compile_select, locks_rows
from fincred.db.statements import Parameter, bound, run
from fincred.errors import ResourceNotFoundError

__all__ = ["BoundQuery", "Parameter", "PreparedQuery", "fetch_all", "get_or_404"]

Row = TypeVar("Row")
# The parameters of a page, beside the query's own.
_LIMIT, _OFFSET = Parameter("LIMIT"), Parameter("OFFSET")


class _Extent(StrEnum):
    """How much of a query is read."""

    ALL = auto()
    PAGE = auto()
    COUNT = auto()


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: tuple[Any, ...]
    make_rows: MakeRows


class PreparedQuery(Generic[Row]):
    """A queryset whose conditions have a `Parameter` where a value goes."""

    def __init__(self, queryset: QuerySet[Any, Row]) -> None:
        self.queryset = queryset
        self.locks = locks_rows(queryset)
        self._statements: dict[tuple[str, _Extent], _Statement] = {}

    def bind(self, **values: Any) -> BoundQuery[Row]:
        """The query with these values, not executed yet."""
        return BoundQuery(self, values)

    def statement(self, alias: str, extent: _Extent) -> _Statement:
        """What a database executes; compiled at the first use."""
        if (alias, extent) not in self._statements:
            self._statements[alias, extent] = _compile(self.queryset.using(alias), extent)
        return self._statements[alias, extent]


@dataclass(frozen=True, slots=True)
class BoundQuery(Generic[Row]):
    """A query with its values; `all`, `first`, `get` and `count` execute it."""

    query: PreparedQuery[Row]
    values: dict[str, Any]
    extent: _Extent = _Extent.ALL

    def page(self, *, limit: int, offset: int = 0) -> BoundQuery[Row]:
        """No more than `limit` of the rows, after the first `offset`."""
        return BoundQuery(self.query, {**self.values, _LIMIT.name: limit, _OFFSET.name: offset}, _Extent.PAGE)

    def count_query(self) -> BoundQuery[int]:
        """The query whose only row is the number of rows."""
        return BoundQuery(cast("PreparedQuery[int]", self.query), self.values, _Extent.COUNT)

    def all(self) -> list[Row]:
        [rows] = fetch_all(self)
        return rows

    def first(self) -> Row | None:
        return next(iter(self.page(limit=1).all()), None)

    def get(self) -> Row:
        """The row of a query that gives at most one.

        :raises ResourceNotFoundError: there is none.
        """
        return get_or_404(self.all())

    def count(self) -> int:
        return self.count_query().all()[0]


def fetch_all(*queries: BoundQuery[Any]) -> list[list[Any]]:
    """The rows of each query, in their order; on PostgreSQL all of them are one round trip.

    :raises TransactionManagementError: a query locks rows, and there is no transaction.
    """
    if not queries:
        return []
    alias = queries[0].query.queryset.db  # all queries of a request read from the same database
    if any(one.query.locks for one in queries) and not connections[alias].in_atomic_block:
        raise TransactionManagementError("Rows are locked inside of a transaction only")
    statements = [one.query.statement(alias, one.extent) for one in queries]
    results = run(
        alias,
        [(each.sql, bound(each.parameters, one.values)) for each, one in zip(statements, queries, strict=True)],
    )
    return [each.make_rows(result.rows) for each, result in zip(statements, results, strict=True)]


def get_or_404(rows: Sequence[Row]) -> Row:
    """:raises ResourceNotFoundError: there is none."""
    if not rows:
        raise ResourceNotFoundError
    return rows[0]


def _compile(queryset: QuerySet[Any, Any], extent: _Extent) -> _Statement:
    if extent is _Extent.COUNT:
        return _Statement(*compile_count(queryset), lambda rows: [row[0] for row in rows])
    sql, parameters, make_rows = compile_select(queryset)
    if extent is _Extent.PAGE:
        return _Statement(f"{sql} LIMIT %s OFFSET %s", (*parameters, _LIMIT, _OFFSET), make_rows)
    return _Statement(sql, parameters, make_rows)
