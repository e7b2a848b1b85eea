"""A plan as a picture: what each goal gets of the surplus each month, on which days, and how far that brings it.

Plain SVG text, the same for the same input; its colours follow the reader's light or dark theme.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from itertools import takewhile, zip_longest
from typing import Final

from fincred.text import counted
from planning.engine.dates import Calendar
from planning.engine.model import GoalInput, GoalPlan, PlanInput
from planning.engine.plan import make_plan

MAX_MONTHS: Final = 120
"""Longer plans are cut off here."""

_WIDTH, _LEFT, _RIGHT = 800, 70, 776
_LEGEND, _ROW = 98, 44
_BARS, _LINES, _GAP, _WORDS, _LANE = 170, 120, 62, 115, 10
_COLOURS: Final = 5
_STYLE: Final = """
  svg { --paper: #fff; --ink: #1f2933; --soft: #66727f; --grid: #e3e8ee;
        --c0: #2f6fde; --c1: #e07b2c; --c2: #23936f; --c3: #8e55c7; --c4: #cc4358 }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #12171f; --ink: #e8ecf2; --soft: #98a5b5; --grid: #2b3542;
          --c0: #6fa1ff; --c1: #ffab66; --c2: #55c8a2; --c3: #c49bf1; --c4: #f18a99 } }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink) }
  .title { font-size: 19px; font-weight: 600 }
  .name { font-weight: 600 }
  .soft { fill: var(--soft); font-size: 12px }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .grid { stroke: var(--grid) }
  .month { stroke: var(--grid); stroke-width: .6; fill: none }
  .surplus { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 6 4 }
  .date { stroke-width: 1.5; stroke-dasharray: 2 4; fill: none }
  .reached { stroke-width: 2.5; stroke-linejoin: round; fill: none }
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A goal in the picture: its inputs, its plan, and the index of its colour."""

    goal: GoalInput
    plan: GoalPlan
    colour: int

    @property
    def paint(self) -> str:
        return f"var(--c{self.colour % _COLOURS})"


def draw(inputs: PlanInput) -> str:
    """The picture of the plan that the engine makes of these inputs, as an SVG document."""
    plan = make_plan(inputs, with_alternatives=False)
    rows = [_Row(goal, made, n) for n, (goal, made) in enumerate(zip(inputs.goals, plan.goals, strict=True))]
    surplus = plan.summary.estimated_monthly_surplus
    by_month = [month.surplus for month in plan.cash_flow] if inputs.is_dated else []
    return _Picture(inputs.calendar, surplus, by_month, rows).svg()


def _months_of(plan: GoalPlan, calendar: Calendar) -> int:
    return calendar.instalments(plan.pace[-1][0])


class _Picture:
    """`by_month` is what each of the first months leaves, where they differ; `surplus` is their average."""

    def __init__(self, calendar: Calendar, surplus: Decimal, by_month: list[Decimal], rows: list[_Row]) -> None:
        self._surplus, self._by_month, self._rows = surplus, by_month, rows
        self._highest = max([surplus, *by_month, *_sums_by_month(rows)] if by_month else [surplus])
        longest = max((max(len(row.plan.schedule), _months_of(row.plan, calendar)) for row in rows), default=1)
        self._dates = [calendar.day(month) for month in range(min(longest, MAX_MONTHS) + 1)]
        self._month = (_RIGHT - _LEFT) / (len(self._dates) - 1)
        self._zero = _LEGEND + _ROW * len(rows) + 30 + _BARS
        self._lanes = _LANE * len(rows)
        self._start = self._zero + self._lanes + _GAP + _LINES
        self._height = self._start + 40

    def svg(self) -> str:
        parts = [*self._heading(), *self._scales()]
        for row in self._rows:
            parts += [*self._date_mark(row), *self._reached(row)]
        parts += [*self._target_dates(), *self._bars(), *self._payment_days(), *self._surplus_line()]
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {self._height}" role="img">'
        paper = f'<rect width="{_WIDTH}" height="{self._height}" rx="10" fill="var(--paper)"/>'
        return "\n".join([head, f"<style>{_STYLE}</style>", paper, *parts, "</svg>\n"])

    def _heading(self) -> list[str]:
        goals = counted(len(self._rows), "goal")
        parts = [
            f"<title>One surplus, {goals}</title>",
            _text(24, 40, f"One surplus, {goals}", "title"),
            _text(24, 62, f"{self._left()} after expenses and minimum payments.", "soft"),
        ]
        for index, row in enumerate(self._rows):
            y = _LEGEND + _ROW * index
            parts.append(f'<rect x="24" y="{y - 10}" width="12" height="12" rx="3" fill="{row.paint}"/>')
            parts += [_text(44, y, row.goal.name, "name"), _text(44, y + 18, _description(row), "soft")]
        return parts

    def _left(self) -> str:
        if self._by_month:
            return f"A month leaves {self._surplus:,} on average"
        return f"{self._surplus:,} a month is left"

    def _scales(self) -> list[str]:
        parts = [
            _text(24, self._zero - _BARS - 14, "What each gets a month", "soft"),
            _text(24, self._start - _LINES - 14, "How much of each is there", "soft"),
        ]
        for level, label in ((0, "0 %"), (50, "50 %"), (100, "100 %")):
            parts += self._level(self._start - _LINES * level / 100, label)
        parts += [*self._level(self._zero, "0"), self._months()]
        for month in range(0, len(self._dates), _tick(len(self._dates) - 1)):
            parts.append(_below(self._at(month), self._start + 22, f"{self._dates[month]:%b %Y}"))
        return parts

    def _level(self, y: float, label: str) -> list[str]:
        line = f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        return [line, _text(_LEFT - 8, y + 4, label, "soft end")]

    def _months(self) -> str:
        """A line at each date of the calendar."""
        lines = "".join(self._upright(self._at(month)) for month in range(len(self._dates)))
        return f'<path class="month" d="{lines}"/>'

    def _upright(self, x: float) -> str:
        """A line from top to bottom, on both scales."""
        foot = self._zero + self._lanes + 6
        return f"M{x:.1f} {self._zero - _BARS}V{foot}M{x:.1f} {self._start - _LINES}V{self._start}"

    def _payment_days(self) -> list[str]:
        """A mark for each payment still to be made, on its day; each goal has a lane of its own below the bars."""
        marks = [
            f'<circle class="payment" cx="{self._on(payment.date):.1f}" cy="{self._zero + _LANE * lane}" r="2.5" '
            f'fill="{row.paint}"><title>{payment.date} {payment.amount} {escape(row.goal.name)}</title></circle>'
            for lane, row in enumerate(self._rows, 1)
            for payment in takewhile(lambda payment: self._shows(payment.date), row.plan.payments)
        ]
        return [*marks, _text(_LEFT - 8, self._zero + _LANE + 8, "paid on", "soft end")] if marks else []

    def _bars(self) -> list[str]:
        """A bar for each instalment; a month's bars are stacked, the goal with the earliest date lowest."""
        if self._highest <= 0:
            return []
        stacked = [Decimal(0)] * len(self._dates)
        parts = []
        for row in sorted(self._rows, key=lambda row: row.goal.target_date):
            for month, instalment in enumerate(row.plan.schedule[: len(self._dates) - 1]):
                if instalment.amount:
                    stacked[month] += instalment.amount
                    height = float(instalment.amount / self._highest) * _BARS
                    top = self._zero - float(stacked[month] / self._highest) * _BARS
                    parts.append(
                        f'<rect class="bar" x="{self._at(month) + self._month * 0.12:.1f}" y="{top:.2f}" '
                        f'width="{self._month * 0.76:.1f}" height="{height:.2f}" fill="{row.paint}">'
                        f"<title>{instalment.date} {instalment.amount} {escape(row.goal.name)}</title></rect>"
                    )
        return parts

    def _surplus_line(self) -> list[str]:
        if self._highest <= 0:
            return []
        if self._by_month:
            return self._surplus_steps()
        y = self._zero - _BARS
        return [
            f'<line class="surplus" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>',
            _text(_RIGHT, y - 8, f"surplus {self._surplus:,}", "soft end"),
        ]

    def _surplus_steps(self) -> list[str]:
        """What each month leaves, as steps; a month that leaves less than nothing is at 0."""
        corners = []
        for month, left in enumerate(self._by_month[: len(self._dates) - 1]):
            y = self._zero - float(max(left, Decimal(0)) / self._highest) * _BARS
            corners += [f"{self._at(month):.1f} {y:.1f}", f"{self._at(month + 1):.1f} {y:.1f}"]
        return [
            f'<path class="surplus" fill="none" d="M{"L".join(corners)}"/>',
            _text(_RIGHT, self._zero - _BARS - 14, "dashed: what a month leaves", "soft end"),
        ]

    def _date_mark(self, row: _Row) -> list[str]:
        """A line at the goal's date on both scales, if the date is within the picture."""
        if not self._shows(row.goal.target_date):
            return []
        line = self._upright(self._on(row.goal.target_date))
        return [f'<path class="date" stroke="{row.paint}" d="{line}"/>']

    def _target_dates(self) -> list[str]:
        """The target dates as text, without those that would overlap the one before."""
        parts, end = [], 0.0
        for day in sorted(row.goal.target_date for row in self._rows if self._shows(row.goal.target_date)):
            if self._on(day) > end:
                parts.append(_below(self._on(day), self._zero + self._lanes + 20, f"{day}"))
                end = self._on(day) + _WORDS
        return parts

    def _shows(self, day: date) -> bool:
        return self._dates[0] <= day <= self._dates[-1]

    def _reached(self, row: _Row) -> list[str]:
        points = [(on, amount) for on, amount in row.plan.pace if on <= self._dates[-1]]
        corners = [(self._on(on), self._height_of(amount, row)) for on, amount in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
        x, y = corners[-1]
        return [
            f'<path class="reached" stroke="{row.paint}" d="M{path}"/>',
            f'<circle class="end" cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{row.paint}"/>',
        ]

    def _height_of(self, amount: Decimal, row: _Row) -> float:
        part = min(amount / row.goal.target_amount, Decimal(1))
        return self._start - float(part) * _LINES

    def _at(self, month: float) -> float:
        return _LEFT + self._month * month

    def _on(self, day: date) -> float:
        """The x of a day, in proportion between the two dates of the calendar around it."""
        month = max(index for index, on in enumerate(self._dates) if on <= day)
        if month == len(self._dates) - 1:
            return self._at(month)
        on, following = self._dates[month], self._dates[month + 1]
        return self._at(month + (day - on).days / (following - on).days)


def _sums_by_month(rows: list[_Row]) -> list[Decimal]:
    schedules = [[instalment.amount for instalment in row.plan.schedule] for row in rows]
    return [sum(amounts, Decimal(0)) for amounts in zip_longest(*schedules, fillvalue=Decimal(0))]


def _description(row: _Row) -> str:
    goal, facts = row.goal, row.plan.explanation.facts
    wait, highest = facts["months_before_first_payment"], facts["highest_month"]
    gets = f"at most {highest:,} a month" if highest else "nothing"
    if wait and highest:
        gets = f"{gets}, from month {wait + 1} on"
    wanted = f"{goal.priority} priority, {goal.target_amount:,} by {goal.target_date}"
    return f"{wanted}: {row.plan.feasibility}, gets {gets}"


def _tick(months: int) -> int:
    """How many months lie between two dates on the axis, so that there are at most seven."""
    return next((step for step in (1, 2, 3, 6, 12) if months // step <= 6), 24)


def _text(x: float, y: float, words: str, css: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}">{escape(words)}</text>'


def _below(x: float, y: float, words: str) -> str:
    """Text centred under x; near the right edge, ending there."""
    near_end = x > _RIGHT - 30
    return _text(_RIGHT if near_end else x, y, words, "soft end" if near_end else "soft middle")
