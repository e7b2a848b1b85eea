"""Ranges of ids, to divide long work over all rows among processes.

Ids are random, so equal parts of their space hold about as many rows each, whatever is added meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import Q, QuerySet

_SPACE: Final = 1 << 128
MOST_SHARDS: Final = 1000


@dataclass(frozen=True, slots=True)
class IdRange:
    """The ids above `after`, up to and including `until`; None means without an end."""

    after: UUID | None = None
    until: UUID | None = None

    @classmethod
    def shard(cls, text: str) -> Self:
        """One of several equal parts, written `2/4`: the second of four.

        :raises ValueError: it isn't written so, or there is no such part.
        """
        written = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text, re.ASCII)
        number, count = (int(each) for each in written.groups()) if written else (0, 0)
        if not 1 <= number <= count <= MOST_SHARDS:
            raise ValueError
        return cls(_end(number - 1, count), _end(number, count))

    def beginning_after(self, after: UUID | None) -> Self:
        """The part of the range above `after`; all of it if that is None or below the range."""
        return replace(self, after=max((each for each in (self.after, after) if each), default=None))

    def of(self, column: str) -> Q:
        """The condition that a column of ids is in the range."""
        condition = Q()
        if self.after:
            condition &= Q(**{f"{column}__gt": self.after})
        if self.until:
            condition &= Q(**{f"{column}__lte": self.until})
        return condition


def pages(rows: QuerySet[Any], part: IdRange, size: int) -> Iterator[tuple[list[UUID], IdRange]]:
    """The ids of the rows in a range, `size` at a time, with the ranges that they fill; together the whole one.

    Each page begins where the last one ended, so all of them together read each row once.
    """
    while True:
        ids = list(rows.filter(part.of("pk")).order_by("pk").values_list("pk", flat=True)[:size])
        if len(ids) < size:
            yield ids, part
            return
        yield ids, IdRange(part.after, ids[-1])
        part = part.beginning_after(ids[-1])


def _end(number: int, count: int) -> UUID | None:
    """The last id of the first `number` of `count` equal parts; None for none or all of them."""
    return UUID(int=_SPACE * number // count - 1) if 0 < number < count else None


ALL: Final = IdRange()
"""All ids."""
