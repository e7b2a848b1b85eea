"""Small charts as SVG, drawn on the server; colours are those of the page, so they follow its light or dark theme.

Each has a text alternative that says what it shows. Pure: no Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from itertools import pairwise, zip_longest
from typing import Final

from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words

Point = tuple[date, Decimal]

_WIDTH: Final = 320
_HEIGHT: Final = 90
_PAD: Final = 6
_STROKE: Final = 8


def bars(values: Sequence[int | None], *, title: str) -> str:
    """A bar for each day; a day that wasn't counted has none."""
    most = max((value or 0 for value in values), default=0) or 1
    step = _WIDTH / max(1, len(values))
    parts = []
    for index, value in enumerate(values):
        if value:
            height = max(2.0, value / most * (_HEIGHT - _PAD))
            parts.append(
                f'<rect class="bo-bar" x="{index * step + 1:.1f}" y="{_HEIGHT - height:.1f}" '
                f'width="{max(1.0, step - 2):.1f}" height="{height:.1f}"/>'
            )
    base = f'<path class="bo-base" d="M0 {_HEIGHT}H{_WIDTH}"/>'
    return _svg(title, [base, *parts])


def lines(made: Sequence[Point], expected: Sequence[Sequence[Point]], *, target: Decimal, title: str) -> str:
    """What was there by day, against what was expected; from 0 to the target, or to what is above it.

    Each line of `expected` is drawn by itself, so that one plan's doesn't run into the next one's. In a chart of a
    single day its dot stands in the middle, and what was expected is level.
    """
    points = [*made, *(point for line in expected for point in line)]
    if not points:
        return ""
    first, last = min(points)[0], max(points)[0]
    most = max([target, *(amount for _, amount in points)]) or Decimal(1)
    if first == last:
        # As if the days around it were the same.
        expected = [
            [(day + timedelta(days=by), amount) for by in (-1, 1)] for (day, amount), *_ in filter(None, expected)
        ]
        first, last = first - timedelta(days=1), last + timedelta(days=1)

    def at(point: Point) -> tuple[float, float]:
        day, amount = point
        x = (day - first).days / (last - first).days * (_WIDTH - 2 * _PAD) + _PAD
        return x, _HEIGHT - _PAD - float(amount / most) * (_HEIGHT - 2 * _PAD)

    parts = [f'<path class="bo-base" d="M0 {_HEIGHT - _PAD}H{_WIDTH}"/>']
    drawn = [[*map(at, line)] for line in expected if line]
    for line, newer in zip_longest(drawn, drawn[1:], fillvalue=()):
        if len(line) == 1:
            # A plan of today: a point would not be seen, so it is a stroke up to that day.
            path = f"{_path(line)}h-{_STROKE}"
        else:
            # Where such a stroke is, no figure of the older plan is beside it.
            path = _path(_up_to(newer[0][0] - _STROKE, line) if len(newer) == 1 else line)
        parts.append(f'<path class="bo-expected" d="M{path}"/>')
    if made:
        parts.append(f'<path class="bo-made" d="M{_path(map(at, made))}"/>')
        for point in made:
            x, y = at(point)
            dot = escape(f"{day_in_words(point[0])}: {amount_in_words(point[1])}")
            parts.append(f'<circle class="bo-dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"><title>{dot}</title></circle>')
    return _svg(title, parts)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _up_to(end: float, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of a line left of `end`."""
    kept = [points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        if next_x > end:
            share_of_step = max(0.0, (end - x) / (next_x - x))
            return [*kept, (x + share_of_step * (next_x - x), y + share_of_step * (next_y - y))]
        kept.append((next_x, next_y))
    return kept


def share(part: Decimal, whole: Decimal, *, title: str) -> str:
    """A bar of how much of the whole a part is; more than the whole is marked."""
    portion = float(part / whole) if whole else 1.0
    width = max(0.0, min(1.0, portion)) * 100
    over = " bo-over" if portion > 1 else ""
    return (
        f'<svg class="bo-share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<rect class="bo-rest" width="100" height="8"/>'
        f'<rect class="bo-part{over}" width="{width:.1f}" height="8"/></svg>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return (
        f'<svg class="bo-chart" viewBox="0 0 {_WIDTH} {_HEIGHT + 1}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
