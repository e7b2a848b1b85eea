"""Planned, actual and projected amounts on the plan's dates."""

from datetime import date
from decimal import Decimal

import pytest

from goals.pace import Pace
from planning.engine.projection import Progress, ProjectedPoint, project
from planning.engine.tests.builders import money

pytestmark = [pytest.mark.unit, pytest.mark.planning]

MONTHS = [date(2026, month, 1) for month in range(1, 8)]
PACE = Pace.through([(day, money(100 * n)) for n, day in enumerate(MONTHS[:5])])


def progress(*check_ins: tuple[date, int], **changes: object) -> Progress:
    fields = {
        "pace": PACE,
        "target_amount": money(400),
        "check_ins": [(day, money(amount)) for day, amount in check_ins],
        "contribution": money(100),
        **changes,
    }
    return Progress(**fields)  # type: ignore[arg-type]


def projected(following: Progress, today: date) -> list[Decimal | None]:
    return [point.projected for point in project(following, today).series]


class TestProject:
    def test_shows_the_three_series_on_the_plans_own_dates(self) -> None:
        projection = project(progress((date(2026, 1, 20), 80), (date(2026, 3, 1), 150)), date(2026, 3, 1))
        assert projection.series == (
            ProjectedPoint(MONTHS[0], money(0), None, None),
            ProjectedPoint(MONTHS[1], money(100), money(80), None),
            ProjectedPoint(MONTHS[2], money(200), money(150), money(150)),
            ProjectedPoint(MONTHS[3], money(300), None, money(250)),
            ProjectedPoint(MONTHS[4], money(400), None, money(350)),
            ProjectedPoint(MONTHS[5], None, None, money(400)),
        )
        assert projection.projected_completion_date == MONTHS[5]

    def test_goes_by_plan_without_a_check_in(self) -> None:
        projection = project(progress(), date(2026, 2, 15))
        assert projection.projected_completion_date == MONTHS[4]
        assert [point.projected for point in projection.series] == [None, None, 200, 300, 400]

    def test_arrives_sooner_for_a_goal_that_is_ahead(self) -> None:
        projection = project(progress((MONTHS[1], 250)), MONTHS[1])
        assert projection.projected_completion_date == MONTHS[3]
        assert [point.projected for point in projection.series] == [None, 250, 350, 400, 400]

    def test_goes_on_from_today_once_the_date_has_passed(self) -> None:
        projection = project(progress((MONTHS[4], 250)), date(2026, 5, 20))
        assert projection.projected_completion_date == MONTHS[6]
        assert [point.projected for point in projection.series][-2:] == [350, 400]

    def test_ends_with_the_plan_when_the_target_is_never_reached(self) -> None:
        projection = project(progress((MONTHS[1], 50), contribution=money(0)), MONTHS[1])
        assert projection.projected_completion_date is None
        assert projection.series[-1] == ProjectedPoint(MONTHS[4], money(400), None, money(350))

    def test_never_falls_below_nothing(self) -> None:
        flat = Pace.through([(MONTHS[0], money(300)), (MONTHS[1], money(200)), (MONTHS[2], money(400))])
        assert projected(progress((MONTHS[0], 10), pace=flat), MONTHS[0])[:3] == [10, 0, 110]

    def test_lets_what_is_ahead_or_behind_earn_its_interest(self) -> None:
        ahead = progress((MONTHS[0], 10), annual_rate=Decimal(120), target_amount=money(1000))
        assert projected(ahead, MONTHS[0])[:3] == [10, 111, money("212.10")]
        behind = progress((MONTHS[1], 90), annual_rate=Decimal(120), target_amount=money(1000))
        assert projected(behind, MONTHS[1])[1:5] == [90, 189, money("287.90"), money("386.69")]
        assert projected(behind, MONTHS[1])[5] == money("535.36")
