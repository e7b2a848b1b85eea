"""The picture shows the schedule; the one in the documentation is up to date."""

import stat
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from goals.tests.factories import GoalFactory
from planning.engine.model import PlanInput
from planning.engine.money.flows import Flow
from planning.engine.plan import make_plan
from planning.engine.tests.builders import card, goal, inputs
from planning.management.commands.plan_picture import CROSSING_DATES
from planning.picture import draw
from planning.vocabulary import PayFrequency

pytestmark = [pytest.mark.planning]

SVG = "{http://www.w3.org/2000/svg}"


def elements(plan_input: PlanInput, tag: str, css: str = "") -> list[ElementTree.Element]:
    found = ElementTree.fromstring(draw(plan_input)).iter(SVG + tag)  # noqa: S314  our own document
    return [element for element in found if css in element.get("class", "")]


def words(plan_input: PlanInput) -> str:
    return "\n".join(element.text or "" for element in elements(plan_input, "text"))


@pytest.mark.unit
class TestDraw:
    def test_has_a_bar_as_high_as_each_instalment(self) -> None:
        bars = [(bar.get("height"), bar[0].text) for bar in elements(CROSSING_DATES, "rect", "bar")]
        expected = [
            (f"{float(paid.amount / 500) * 170:.2f}", f"{paid.date} {paid.amount} {made.name}")
            for made in make_plan(CROSSING_DATES).goals
            for paid in made.schedule
            if paid.amount
        ]
        assert sorted(bars) == sorted(expected)
        assert len(bars) == 24

    def test_stacks_bars_up_to_the_surplus_at_most(self) -> None:
        plan_input = inputs(300, goal(1200, 12, name="a"), goal(2400, 12, name="b"))
        (line,) = elements(plan_input, "line", "surplus")
        tops = {bar.get("y") for bar in elements(plan_input, "rect", "bar")}
        assert min(float(top or 0) for top in tops) == float(line.get("y1", 0))
        assert len(tops) == 2

    def test_draws_what_each_month_leaves_where_months_differ(self) -> None:
        case = inputs(300, goal(1200, 12))
        bike = Flow(Decimal("500.00"), PayFrequency.ONCE, date(2026, 3, 5))
        case = replace(case, finances=replace(case.finances, planned=(bike,)))
        (steps,) = elements(case, "path", "surplus")
        corners = [tuple(map(float, corner.split())) for corner in steps.get("d", "")[1:].split("L")]
        heights = [y for _, y in corners[::2]]
        assert heights[2] > heights[0] == heights[1] == heights[3]  # nothing is left in the third month
        assert elements(case, "line", "surplus") == []
        assert "on average" in words(case)

    def test_lines_end_at_the_targets_on_their_dates(self) -> None:
        ends = [(point.get("cx"), point.get("cy")) for point in elements(CROSSING_DATES, "circle", "end")]
        assert ends == [("776.0", "468.0"), ("128.8", "468.0")]

    def test_leaves_the_line_of_a_goal_that_falls_short_below(self) -> None:
        arriving, short = elements(inputs(100, goal(600, 12, "High"), goal(1200, 12, "Low")), "circle", "end")
        assert float(short.get("cy", 0)) == float(arriving.get("cy", 0)) + 60

    def test_marks_the_days_of_payment(self) -> None:
        marks = elements(CROSSING_DATES, "circle", "payment")
        assert [mark[0].text for mark in marks] == [
            f"{paid.date} {paid.amount} {made.name}"
            for made in make_plan(CROSSING_DATES).goals
            for paid in made.payments
        ]
        laptop = [(mark.get("cx"), mark.get("cy")) for mark in marks if mark.get("fill") == "var(--c1)"]
        start, month, year_begins = 70, 706 / 24, date(2026, 1, 1)
        january = [start + month * (day - year_begins).days / 31 for day in (date(2026, 1, n) for n in (1, 15))]
        assert laptop[:2] == [(f"{x:.1f}", "406") for x in january]
        assert {mark.get("cy") for mark in marks if mark.get("fill") == "var(--c0)"} == {"396"}

    def test_has_a_line_at_each_date_of_the_persons_calendar(self) -> None:
        plan_input = replace(inputs(100, goal(300, target_date=date(2026, 4, 15))), anchor=date(2025, 12, 15))
        (grid,) = elements(plan_input, "path", "month")
        (first, *_) = elements(plan_input, "circle", "payment")
        assert len((grid.get("d") or "").split("M")[1:]) == 2 * 5
        assert (first[0].text, first.get("cx")) == ("2026-01-01 75.00 goal", f"{70 + 706 / 4 * 17 / 31:.1f}")

    def test_says_what_each_goal_gets(self) -> None:
        assert "gets at most 272.73 a month, from month 3 on" in words(CROSSING_DATES)
        assert "by 2026-03-01: Tight, gets at most 600.00 a month" in words(CROSSING_DATES)

    def test_escapes_names(self) -> None:
        assert '<b> & "co"' in words(inputs(100, goal(name='<b> & "co"')))

    def test_has_no_bars_without_a_surplus(self) -> None:
        plan_input = inputs(-20, goal(1000))
        assert elements(plan_input, "rect", "bar") == []
        assert "gets nothing" in words(plan_input)

    def test_draws_no_goals_and_debts_and_past_dates_and_the_far_future(self) -> None:
        assert "One surplus, 0 goals" in words(inputs(100))
        late = goal(100, target_date=date(2025, 1, 1))
        assert "2025-01-01" not in [text.text for text in elements(inputs(100, late), "text")]
        far = inputs(10, goal(9000, 900), goal(debts=(card(),)))
        assert len(elements(far, "rect", "bar")) == 120

    def test_leaves_out_the_words_of_a_date_close_to_another(self) -> None:
        plan_input = inputs(500, goal(100, 23, name="a"), goal(100, 24, name="b"))
        assert "2027-12-01" in words(plan_input).splitlines()
        assert "2028-01-01" not in words(plan_input).splitlines()


class TestCommand:
    @pytest.mark.unit
    def test_wrote_the_picture_of_the_documentation(self, tmp_path: Path) -> None:
        call_command("plan_picture", tmp_path / "plan.svg", stdout=StringIO())
        committed = Path(__file__).parents[2] / "docs" / "plan.svg"
        assert (tmp_path / "plan.svg").read_bytes() == committed.read_bytes()

    @pytest.mark.unit
    def test_says_when_the_file_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="can't be written: Is a directory"):
            call_command("plan_picture", tmp_path)

    @pytest.mark.integration
    def test_draws_the_goals_of_a_person(self, saver: User, tmp_path: Path) -> None:
        GoalFactory(user=saver, name="Boat", target_amount=Decimal(700))
        call_command("plan_picture", tmp_path / "plan.svg", person=saver.email, stdout=StringIO())
        assert "Boat" in (tmp_path / "plan.svg").read_text()
        assert stat.S_IMODE((tmp_path / "plan.svg").stat().st_mode) == 0o600

    @pytest.mark.integration
    @pytest.mark.parametrize("who", ["saver", "absent@example.com", ""])
    def test_refuses_those_without_goals(self, saver: User, who: str, tmp_path: Path) -> None:
        email = saver.email if who == "saver" else who
        with pytest.raises(CommandError, match=r"no active goals|no person with the address"):
            call_command("plan_picture", tmp_path / "plan.svg", person=email)
