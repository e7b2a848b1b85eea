"""The figures of the start page, counted once a day: what is counted, and for which days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.models import RefusedSignIns, User
from fincred.back_office.models import DailyFigure
from tracking.models import CheckIn, Standing
from tracking.vocabulary import CheckInSource

DAYS: Final = 28
# Days are in UTC. People check in late and correct what they said, so the last days are counted again.
_AGAIN: Final = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """`count` is given a day; a figure `of_now` counts only how things stand."""

    name: str
    count: Callable[[date], int]
    of_now: bool = False


def joined_since(day: date) -> QuerySet[User]:
    """People who joined on this day or later. Staff aren't counted."""
    return User.objects.filter(is_staff=False, created_at__gte=datetime.combine(day, time(), UTC))


def _check_ins(day: date) -> int:
    start = datetime.combine(day, time(), UTC)
    told = CheckIn.objects.exclude(source=CheckInSource.CYCLE_END)  # which the server writes
    return told.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).count()


def _people(day: date) -> int:
    return Standing.objects.count()


def _unplanned(day: date) -> int:
    return Standing.objects.filter(is_unplanned=True).count()


def _planned(day: date) -> int:
    return Standing.objects.filter(has_plan=True).count()


def _checked_in(day: date) -> int:
    return Standing.objects.filter(has_checked_in=True).count()


def _silent(day: date) -> int:
    return Standing.objects.filter(is_silent=True).count()


def _goals_off_track(day: date) -> int:
    return Standing.objects.aggregate(sum=Sum("off_track_goals"))["sum"] or 0


def _people_off_track(day: date) -> int:
    return Standing.objects.filter(is_off_track=True).count()


FIGURES: Final = (
    Figure("check_ins", _check_ins),
    Figure("people", _people, of_now=True),
    Figure("people_planned", _planned, of_now=True),
    Figure("people_unplanned", _unplanned, of_now=True),
    Figure("people_checked_in", _checked_in, of_now=True),
    Figure("people_silent", _silent, of_now=True),
    Figure("goals_off_track", _goals_off_track, of_now=True),
    Figure("people_off_track", _people_off_track, of_now=True),
)


def count_figures(*, now: datetime) -> None:
    """Count what is missing of the last `DAYS` days, and the last `_AGAIN` of them again."""
    today = now.astimezone(UTC).date()
    known = set(DailyFigure.objects.filter(day__gt=today - timedelta(days=DAYS)).values_list("name", "day"))
    rows = [
        DailyFigure(name=figure.name, day=day, value=figure.count(day), counted_at=now)
        for figure in FIGURES
        for day in _days_to_count(figure, today)
        if today - day < timedelta(days=_AGAIN) or (figure.name, day) not in known
    ]
    DailyFigure.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name", "day"], update_fields=["value", "counted_at"]
    )
    DailyFigure.objects.filter(day__lt=today - timedelta(days=400)).delete()


def _days_to_count(figure: Figure, today: date) -> list[date]:
    return [today] if figure.of_now else [today - timedelta(days=ago) for ago in range(DAYS)]


@dataclass(frozen=True, slots=True)
class Series:
    """The values of a figure from the first day to the last; None where nothing was counted."""

    days: tuple[date, ...]
    values: tuple[int | None, ...]

    @property
    def newest(self) -> int | None:
        return next((value for value in reversed(self.values) if value is not None), None)

    @property
    def counted(self) -> int:
        """How many days there are up to the last that was counted: the daily job may be late."""
        return max((index + 1 for index, value in enumerate(self.values) if value is not None), default=0)

    def last(self, days: int) -> int | None:
        """The sum of the last days that were counted; None if none was."""
        if not self.counted:
            return None
        return sum(value or 0 for value in self.values[max(0, self.counted - days) : self.counted])


def new_people(*, today: date) -> Series:
    """How many joined on each of the last `DAYS` days, as of now."""
    days = _last_days(today)
    of_day = joined_since(days[0]).values(day=TruncDate("created_at", tzinfo=UTC)).order_by()
    joined = dict(of_day.values_list("day", Count("pk")))
    return Series(days, tuple(joined.get(day, 0) for day in days))


def refused_sign_ins(*, today: date) -> Series:
    """Of the last `DAYS` days, as of now: there is a row for each day."""
    days = _last_days(today)
    refused = dict(RefusedSignIns.objects.filter(day__gte=days[0]).values_list("day", "refused"))
    return Series(days, tuple(refused.get(day, 0) for day in days))


def series(*, today: date) -> tuple[dict[str, Series], datetime | None]:
    """Every figure of `DAYS` days up to the last that was counted, and when they were counted.

    The lists behind the figures show what was counted then, too, however late the daily job is.
    """
    counted = DailyFigure.objects.filter(day__lte=today).aggregate(newest=Max("day"))["newest"]
    days = _last_days(counted or today)
    rows = DailyFigure.objects.filter(day__range=(days[0], days[-1])).values_list(
        "name", "day", "value", "counted_at"
    )
    values = {(name, day): (value, counted_at) for name, day, value, counted_at in rows}
    counted_at = max((moment for _, moment in values.values()), default=None)
    return {
        figure.name: Series(days, tuple(values.get((figure.name, day), (None,))[0] for day in days))
        for figure in FIGURES
    }, counted_at


def _last_days(today: date) -> tuple[date, ...]:
    return tuple(today - timedelta(days=ago) for ago in reversed(range(DAYS)))
