"""A goal's check-ins as a line against what was expected on those days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from fincred.back_office import charts
from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words
from goals.models import Goal
from planning.services.past_paces import ExpectedLine

_STEPS: Final = 24


@dataclass(frozen=True, slots=True)
class CheckInChart:
    """The picture; `has_gaps` where for some of its days it isn't known what was expected."""

    picture: SafeString
    has_gaps: bool


def check_in_chart(
    goal: Goal, made: Sequence[charts.Point], lines: Sequence[ExpectedLine], today: date
) -> CheckInChart | None:
    """None without check-ins. `lines` are those of `expected_lines`."""
    if not made:
        return None
    first = min(made[0][0], goal.started_on)
    last = max([made[-1][0], *(line.until for line in lines)])
    shown = [line for line in lines if line.until >= first]
    step = timedelta(days=max(1, (last - first).days // _STEPS))
    expected = [_points(line, max(first, line.since), step) for line in shown]
    title = f"{goal.name}: {_check_ins(made)}, the last {amount_in_words(made[-1][1])}"
    if shown and shown[-1].until == today:
        title = f"{title}; expected by today {amount_in_words(shown[-1].on(today))}"
    # The chart escapes its texts.
    picture = mark_safe(charts.lines(made, expected, target=Decimal(0), title=title))  # noqa: S308
    return CheckInChart(picture, _has_gaps(shown, first, last))


def _points(line: ExpectedLine, since: date, step: timedelta) -> list[charts.Point]:
    days = [since + step * number for number in range((line.until - since) // step + 1)]
    return [(day, line.on(day)) for day in dict.fromkeys([*days, line.until])]


def _has_gaps(lines: Sequence[ExpectedLine], first: date, last: date) -> bool:
    if not lines:
        return True
    apart = any(after.since > before.until for before, after in pairwise(lines))
    return apart or lines[0].since > first or lines[-1].until < last


def _check_ins(made: Sequence[charts.Point]) -> str:
    if len(made) == 1:
        return f"1 check-in on {day_in_words(made[0][0])}"
    return f"{len(made)} check-ins from {day_in_words(made[0][0])} to {day_in_words(made[-1][0])}"
