"""What was expected of goals day by day, by the plans that were in force then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from accounts.models import AuditEntry
from fincred.clock import local_day
from goals.models import Goal
from goals.pace import Pace
from goals.vocabulary import Status
from planning.engine import ENGINE_VERSION, codec
from planning.engine.effort import QUICK, Effort, TooMuchEffortError
from planning.engine.model import Plan
from planning.engine.needs import Needs
from planning.engine.plan import make_plan
from planning.models import PlanVersion

MOST_PLANNINGS: Final = 3
"""The past plannings that are computed again for their paces, at about 50 ms each for all their goals."""


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """What was expected on the days from `since` to `until`; on the last one a newer plan may have come."""

    since: date
    until: date
    on: Callable[[date], Decimal]


def made_by_older_engines(goals: Iterable[UUID]) -> set[UUID]:
    """Of these goals, those with a past plan whose line can't be drawn, because another engine made it.

    A version keeps what it was made from, not its line. This engine might draw another line than was shown then.
    """
    versions = PlanVersion.objects.filter(plan__goal__in=list(goals)).exclude(engine_version=ENGINE_VERSION)
    return set(versions.values_list("plan__goal", flat=True))


@dataclass(frozen=True, slots=True)
class _InForce:
    """A version and the days on which it was the newest one of an open plan."""

    version: PlanVersion
    since: date
    until: date


def expected_lines(goals: Sequence[Goal], *, zone: str, today: date) -> Mapping[UUID, list[ExpectedLine]]:
    """By goal, its expected amounts up to `today`, the oldest first, in three statements.

    In a gap between lines either nothing was expected, because the goal was paused, completed or cancelled, or it
    isn't known what was: before the first plan, after the end of a plan, under a plan of another engine or one
    that takes long to make, and before the newest `MOST_PLANNINGS` past plannings.
    """
    versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
    written = PlanVersion.objects.filter(plan__goal__in=[goal.pk for goal in goals]).select_related("plan")
    only = ("engine_version", "created_at", "plan__goal", "plan__ended_at")
    for version in written.only(*only).order_by("created_at", "number"):
        versions[version.plan.goal_id].append(version)
    in_force = {goal.pk: _in_force(versions[goal.pk], zone, today) for goal in goals}
    present = {goal.pk: _present_line(goal, in_force[goal.pk], today) for goal in goals}
    past = {pk: eras if _is_over(eras) else eras[:-1] for pk, eras in in_force.items()}
    paces = _paces(era.version for eras in past.values() for era in eras)
    rests = _rests([goal.pk for goal in goals], zone)
    lines = {
        goal.pk: [
            *(
                ExpectedLine(era.since, era.until, paces[era.version.pk].expected_on)
                for era in past[goal.pk]
                if era.version.pk in paces
            ),
            *present[goal.pk],
        ]
        for goal in goals
    }
    return {pk: [part for line in of_goal for part in _without(line, rests[pk])] for pk, of_goal in lines.items()}


def _rests(goals: Sequence[UUID], zone: str) -> Mapping[UUID, list[tuple[date, date]]]:
    """By goal, the first and last day of each rest (when it wasn't active) that is over, the oldest first."""
    rests: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    since: dict[UUID, date] = {}
    entries = AuditEntry.objects.filter(object_id__in=[str(pk) for pk in goals], object_type=Goal._meta.model_name)
    for entry in entries.only("at", "object_id", "before", "after").order_by("sequence"):
        status, pk = (entry.after or {}).get("status"), UUID(entry.object_id)
        if status == Status.ACTIVE and pk in since:
            rests[pk].append((since.pop(pk), local_day(entry.at, zone)))
        elif status and status != Status.ACTIVE:
            since.setdefault(pk, local_day(entry.at, zone))
    return rests


def _without(line: ExpectedLine, rests: Sequence[tuple[date, date]]) -> Iterator[ExpectedLine]:
    """The parts of a line outside of these rests; the first and last day of a rest belong to the line."""
    since = line.since
    for begins, ends in rests:
        if begins < ends and begins < line.until and ends > since:
            if begins >= since:
                yield ExpectedLine(since, begins, line.on)
            since = ends
    if since < line.until or since == line.since:
        yield ExpectedLine(since, line.until, line.on)


def _in_force(versions: Sequence[PlanVersion], zone: str, today: date) -> list[_InForce]:
    """The versions that were the newest at the end of a day, each up to the next one or the end of its plan."""
    days = [local_day(version.created_at, zone) for version in versions]
    found = []
    for version, since, replaced in zip(versions, days, [*days[1:], today], strict=False):
        ended_at = version.plan.ended_at
        until = min(replaced, local_day(ended_at, zone)) if ended_at else replaced
        if since < until or version is versions[-1]:
            found.append(_InForce(version, since, until))
    return found


def _is_over(eras: Sequence[_InForce]) -> bool:
    return not eras or eras[-1].version.plan.ended_at is not None


def _present_line(goal: Goal, eras: Sequence[_InForce], today: date) -> list[ExpectedLine]:
    """What the goal is measured against now: its plan, or the straight line if it has none.

    If the goal isn't active, the line of its open plan ends with the latest check-in.
    """
    if _is_over(eras):
        since = eras[-1].until if eras else goal.started_on
        return [ExpectedLine(since, today, goal.expected_on)] if goal.status == Status.ACTIVE else []
    since = eras[-1].since
    until = today if goal.status == Status.ACTIVE else max(since, goal.last_check_in_date or since)
    return [ExpectedLine(since, until, goal.expected_on)]


def _paces(versions: Iterable[PlanVersion]) -> dict[UUID, Pace]:
    """By version, the pace of its plan, as far as that is known."""
    known = [version for version in versions if version.engine_version == ENGINE_VERSION]
    moments = sorted({version.created_at for version in known}, reverse=True)[:MOST_PLANNINGS]
    chosen = [version.pk for version in known if version.created_at in moments]
    plannings: list[tuple[Any, Plan | None]] = []
    paces = {}
    for version in PlanVersion.objects.filter(pk__in=chosen).only("inputs"):
        document = version.inputs["plan"]
        made = next((plan for inputs, plan in plannings if inputs == document), None)
        if made is None and all(inputs != document for inputs, _ in plannings):
            made = _made(document)
            plannings.append((document, made))
        if made:
            goal = next(goal for goal in made.goals if goal.goal_id == version.inputs["goal_id"])
            paces[version.pk] = Pace.through(goal.pace, goal.cleared)
    return paces


def _made(document: Mapping[str, Any]) -> Plan | None:
    """The plan as it was made; None if it takes long to make."""
    inputs = codec.plan_input_from_json(document)
    try:
        return make_plan(inputs, with_alternatives=False, needs=Needs(inputs.calendar, Effort(most=QUICK)))
    except TooMuchEffortError:
        return None
