"""Small charts as SVG, drawn on the server; colours are those of the page, so they follow its light or dark theme.

Each has a text alternative that says what it shows. Pure: no Django.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Final

from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words

Point = tuple[date, Decimal]

_WIDTH: Final = 320
_HEIGHT: Final = 90
_PAD: Final = 6


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


def lines(made: Sequence[Point], expected: Sequence[Point], *, target: Decimal, title: str) -> str:
    """What was there by day, against what the plan expects; from 0 to the target, or to what is above it."""
    days = [day for day, _ in (*made, *expected)]
    if not days:
        return ""
    first, last = min(days), max(days)
    most = max([target, *(amount for _, amount in (*made, *expected))]) or Decimal(1)

    def at(point: Point) -> str:
        day, amount = point
        x = (day - first).days / max(1, (last - first).days) * (_WIDTH - 2 * _PAD) + _PAD
        y = _HEIGHT - _PAD - float(amount / most) * (_HEIGHT - 2 * _PAD)
        return f"{x:.1f} {y:.1f}"

    parts = [f'<path class="bo-base" d="M0 {_HEIGHT - _PAD}H{_WIDTH}"/>']
    if expected:
        parts.append(f'<path class="bo-expected" d="M{"L".join(map(at, expected))}"/>')
    if made:
        parts.append(f'<path class="bo-made" d="M{"L".join(map(at, made))}"/>')
        for point in made:
            x, y = at(point).split()
            dot = f"{day_in_words(point[0])}: {amount_in_words(point[1])}"
            parts.append(f'<circle class="bo-dot" cx="{x}" cy="{y}" r="2.5"><title>{escape(dot)}</title></circle>')
    return _svg(title, parts)


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
