"""The start page: how FinCred is doing, and who needs help. Each figure leads to the list behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import OutgoingMail
from fincred.back_office import charts
from fincred.back_office.figures import DAYS, Series, new_people, refused_sign_ins, series
from fincred.back_office.filters import counted_at as standings_of
from fincred.days_in_words import day_in_words
from fincred.ops.models import JobState

_NOT_COUNTED: Final = "not counted yet"


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its words, the list behind it, and how it went."""

    figure: str
    words: str
    url: str
    note: str = ""
    chart: SafeString | str = ""
    is_bad: bool = False


def start_page(staff: Any, *, now: datetime) -> dict[str, Any]:
    """What the template shows to this member of staff: only figures whose lists they may see."""
    today = now.astimezone(UTC).date()
    figures, figures_of = series(today=today)
    counted_at = min((moment for moment in (figures_of, standings_of()) if moment), default=None)
    cards = []
    if staff.has_perm("accounts.view_user"):
        cards += _people(figures, joined=new_people(today=today))
    if staff.has_perm("accounts.view_outgoingmail"):
        cards.append(_dead_mails(now))
    if staff.has_perm("accounts.view_refusedsignins"):
        cards.append(_refused(refused_sign_ins(today=today)))
    if staff.has_perm("ops.view_jobstate"):
        cards.append(_jobs(now))
    return {
        "cards": cards,
        "counted_at": counted_at,
        "days": DAYS,
        "sees_people": staff.has_perm("accounts.view_user"),
    }


def _people(figures: dict[str, Series], *, joined: Series) -> list[Card]:
    people = reverse("admin:accounts_user_changelist")
    check_ins, new = figures["check_ins"], joined.last(7)
    people_in_all, count = figures["people"].newest, check_ins.last(7)
    known = _NOT_COUNTED if people_in_all is None else f"of {_number(people_in_all)}"
    written = f"{known}; {'1 check-in' if count == 1 else f'{_number(count)} check-ins'} written in seven days"
    silent, unplanned = figures["people_silent"].newest, figures["people_unplanned"].newest
    planned, checked_in = figures["people_planned"].newest, figures["people_checked_in"].newest
    off_track, goals = figures["people_off_track"].newest, figures["goals_off_track"].newest
    return [
        Card(
            _number(new),
            f"new {_persons(new)} in seven days",
            f"{people}?joined=week",
            chart=_bars(joined, "New people"),
        ),
        Card(_number(planned), f"{_persons(planned)} with a plan", f"{people}?standing=plan", known),
        Card(
            _number(unplanned),
            f"{_persons(unplanned)} with goals and no plan",
            f"{people}?standing=no_plan",
            known,
        ),
        Card(
            _number(checked_in),
            f"{_persons(checked_in)} with a check-in in seven days",
            f"{people}?standing=check_in",
            "check-ins aren't counted yet" if count is None else written,
            _bars(check_ins, "Check-ins"),
        ),
        Card(
            _number(silent),
            f"{_persons(silent)} without a check-in for four weeks",
            f"{people}?standing=no_check_in",
            known,
        ),
        Card(
            _number(off_track),
            f"{_persons(off_track)} with goals off track",
            f"{people}?standing=off_track",
            _NOT_COUNTED if goals is None else "1 goal" if goals == 1 else f"{_number(goals)} goals",
            is_bad=bool(off_track),
        ),
    ]


def _dead_mails(now: datetime) -> Card:
    dead = OutgoingMail.objects.given_up(now).count()
    url = f"{reverse('admin:accounts_outgoingmail_changelist')}?state=dead"
    words, them = ("mail given up", "it") if dead == 1 else ("mails given up", "they")
    return Card(f"{dead:,}", words, url, f"{them} can be tried again" if dead else "", is_bad=dead > 0)


def _refused(refused: Series) -> Card:
    url = f"{reverse('admin:accounts_refusedsignins_changelist')}?days=week"
    chart = _bars(refused, "Refused sign-ins")
    count = refused.last(7)
    words = "refused sign-in in seven days" if count == 1 else "refused sign-ins in seven days"
    return Card(_number(count), words, url, chart=chart)


def _jobs(now: datetime) -> Card:
    failing, postponed = (
        list(jobs.order_by("name").values_list("name", flat=True))
        for jobs in (JobState.objects.whole().failing(now), JobState.objects.whole().postponed())
    )
    url = f"{reverse('admin:ops_jobstate_changelist')}?state=failing"
    words = "job that fails or is overdue" if len(failing) == 1 else "jobs that fail or are overdue"
    waiting = f"postponed: {', '.join(postponed)}" if postponed else ""
    note = "; ".join(filter(None, (", ".join(failing), waiting))).replace("_", " ")
    return Card(f"{len(failing)}", words, url, note=note, is_bad=bool(failing))


def _persons(count: int | None) -> str:
    return "person" if count == 1 else "people"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _bars(figure: Series, what: str) -> SafeString | str:
    in_all = figure.last(DAYS)
    if in_all is None:
        return ""
    most = max((value or 0 for value in figure.values), default=0)
    period = f"{day_in_words(figure.days[0])} to {day_in_words(figure.days[figure.counted - 1])}"
    title = f"{what} by day, {period}: {in_all:,} in all, at most {most:,} a day"
    # The chart escapes its text.
    return mark_safe(charts.bars(figure.values, title=title))  # noqa: S308
