"""Reads of check-ins and pulses, each declared once and compiled once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from fincred.db.queries import BoundQuery, Parameter, PreparedQuery, fetch_all
from fincred.money import ZERO, round_to_cents
from goals.history import Told
from goals.models import Goal
from goals.vocabulary import GoalType, Kind
from tracking.models import CheckIn, CheckInQuerySet, CheckInWeek, Pulse
from tracking.vocabulary import CheckInSource

_PERIOD: Final = frozenset({"from", "to"})

CHECK_IN: Final = PreparedQuery(CheckIn.objects.owned_by(Parameter("owner")).filter(pk=Parameter("check_in_id")))
AMOUNTS_BY_DAY: Final = PreparedQuery(
    CheckIn.objects.of_goal(Parameter("goal"))
    .order_by("check_in_date", "created_at", "id")
    .values_list("check_in_date", "current_amount")
)
PULSE: Final = PreparedQuery(Pulse.objects.owned_by(Parameter("owner")).filter(pk=Parameter("pulse_id")))
PULSES: Final = PreparedQuery(Pulse.objects.owned_by(Parameter("owner")).newest_first())
# The Mondays of the weeks that have check-ins or pulses.
WEEKS: Final = PreparedQuery(
    CheckInWeek.objects.filter(user_id=Parameter("owner")).values_list("monday", flat=True)
)

_NEWEST_OF_GOAL: Final = CheckIn.objects.filter(goal=OuterRef("pk")).newest_first()
_AMOUNTS_BEFORE: Final = PreparedQuery(
    Goal.objects.owned_by(Parameter("owner"))
    .filter(last_check_in_date__gte=Parameter("day"))
    .annotate(
        before=Subquery(_NEWEST_OF_GOAL.filter(check_in_date__lt=Parameter("day")).values("current_amount")[:1])
    )
    .values_list("pk", "before")
)
_LOWEST: Final = PreparedQuery(
    Goal.objects.owned_by(Parameter("owner"))
    .filter(last_check_in_date__gte=Parameter("day"))
    .annotate(
        lowest=Subquery(
            CheckIn.objects.filter(goal=OuterRef("pk"), check_in_date__gte=Parameter("day"))
            .order_by("current_amount")
            .values("current_amount")[:1]
        )
    )
    .values_list("pk", "lowest")
)


def _told(check_ins: CheckInQuerySet) -> PreparedQuery[Any]:
    """The goals and the `Told` of check-ins, in the order of their days and moments."""
    in_order = check_ins.order_by("check_in_date", "created_at", "id")
    return PreparedQuery(
        in_order.annotate(ends_cycle=Q(source=CheckInSource.CYCLE_END)).values_list(
            "goal_id", "check_in_date", "created_at", "current_amount", "ends_cycle"
        )
    )


_CHECK_INS_OF_GOAL: Final = _told(CheckIn.objects.of_goal(Parameter("goal")))
_CHECK_INS_WITH_INTEREST: Final = _told(
    CheckIn.objects.owned_by(Parameter("owner")).filter(
        Q(goal__type=GoalType.DEBT_PAYOFF)
        | Q(goal__annual_rate__gt=0, goal__last_check_in_date__gte=Parameter("day"))
    )
)
_CHECK_INS_SINCE: Final = _told(
    CheckIn.objects.owned_by(Parameter("owner")).filter(
        Q(goal__kind=Kind.RESERVE) | Q(goal__cycles_ended__gt=0), check_in_date__gte=Parameter("day")
    )
)


class HistoryReader:
    """How planning reads check-ins (see `goals.history.Reader`).

    SQLite answers more decimals than are stored, for what a subquery reads: so such amounts are rounded.
    """

    def amounts_before(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        rows = _AMOUNTS_BEFORE.bind(owner=owner_id, day=day).all()
        return {goal_id: round_to_cents(before or ZERO) for goal_id, before in rows}

    def check_ins_with_interest(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        return _by_goal(_CHECK_INS_WITH_INTEREST.bind(owner=owner_id, day=day).all())

    def check_ins_of(self, goal_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        rows = fetch_all(*(_CHECK_INS_OF_GOAL.bind(goal=goal_id) for goal_id in goal_ids))
        by_goal = _by_goal(chain.from_iterable(rows))
        return {goal_id: by_goal.get(goal_id, ()) for goal_id in goal_ids}

    def check_ins_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Sequence[Told]]:
        return _by_goal(_CHECK_INS_SINCE.bind(owner=owner_id, day=day).all())

    def lowest_since(self, owner_id: UUID, day: date) -> Mapping[UUID, Decimal]:
        rows = _LOWEST.bind(owner=owner_id, day=day).all()
        return {goal_id: round_to_cents(lowest) for goal_id, lowest in rows}


def _by_goal(rows: Iterable[Sequence[Any]]) -> Mapping[UUID, Sequence[Told]]:
    by_goal: dict[UUID, list[Told]] = defaultdict(list)
    for goal_id, *told in rows:
        by_goal[goal_id].append(Told(*told))
    return by_goal


def history_of_goal(goal_id: UUID, period: Mapping[str, Any]) -> BoundQuery[CheckIn]:
    """A goal's check-ins, newest first; `period` may limit them by the days "from" and "to".

    The caller checks whose goal it is: only the goal is a condition here, so its index alone serves.
    """
    return _history_of_goal(frozenset(period)).bind(goal=goal_id, **period)


def history_of_person(owner: UUID, filters: Mapping[str, Any]) -> BoundQuery[CheckIn]:
    """A person's check-ins, newest first; `filters` may also limit them to the goal "goal_id"."""
    return _history_of_person(frozenset(filters)).bind(owner=owner, **filters)


def length_of_history(owner: UUID, filters: Mapping[str, Any]) -> BoundQuery[int]:
    """Numbers whose sum is the length of `history_of_person`: the counters of goals, or a count of the period."""
    if _PERIOD & filters.keys():
        return history_of_person(owner, filters).count_query()
    return _check_in_counts(frozenset(filters)).bind(owner=owner, **filters)


@cache
def _history_of_goal(names: frozenset[str]) -> PreparedQuery[CheckIn]:
    return PreparedQuery(_within(CheckIn.objects.of_goal(Parameter("goal")), names))


@cache
def _history_of_person(names: frozenset[str]) -> PreparedQuery[CheckIn]:
    if "goal_id" not in names:
        return PreparedQuery(_within(CheckIn.objects.owned_by(Parameter("owner")), names))
    # The goal says whose it is, so the goal's index alone can count its check-ins.
    goal = Goal.objects.owned_by(Parameter("owner")).filter(pk=Parameter("goal_id"))
    return PreparedQuery(_within(CheckIn.objects.filter(goal_id=Subquery(goal.values("pk"))), names))


@cache
def _check_in_counts(names: frozenset[str]) -> PreparedQuery[int]:
    goals = Goal.objects.owned_by(Parameter("owner"))
    if "goal_id" in names:
        goals = goals.filter(pk=Parameter("goal_id"))
    return PreparedQuery(goals.values_list("check_in_count", flat=True))


def _within(check_ins: CheckInQuerySet, names: frozenset[str]) -> CheckInQuerySet:
    first, last = (Parameter(name) if name in names else None for name in ("from", "to"))
    return check_ins.between(first, last).newest_first()
