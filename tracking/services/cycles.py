"""The end of a recurring goal's cycle: what was saved is taken, and the next cycle begins with the rest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from accounts import audit
from accounts.models import User
from accounts.services import lock_user_and_read
from fincred.db.queries import Parameter, PreparedQuery
from fincred.db.retries import repeatable
from fincred.db.writes import insert
from goals import services as goals
from goals.cycles import cycle_end, cycle_number, left_over
from goals.models import Goal
from goals.vocabulary import Kind
from tracking.models import CheckIn
from tracking.vocabulary import CheckInSource

_ENDED: Final = PreparedQuery(
    Goal.objects.owned_by(Parameter("owner"))
    .active()
    .filter(kind=Kind.RECURRING, target_date__lte=Parameter("today"))
    .order_by("target_date", "id")
)


@repeatable
def end_cycles(owner: User, now: datetime, today: date) -> int:
    """End all cycles of the person's active goals whose dates have come; returns how many.

    A cycle takes its target, or all there is if that is less. It stores what is left as a check-in of its date, or
    of the day of the latest check-in if that is later. To call it again changes nothing.

    :raises TokenInvalidError: the person was erased meanwhile.
    """
    person, ended, links = lock_user_and_read(
        owner.id, _ENDED.bind(owner=owner.id, today=today), audit.last_link(owner.id)
    )
    ends = [_cycle_end(goal, person, now, today) for goal in ended]
    goals.end_cycles(ends, chain=audit.Chain(person, links), now=now, today=today)
    return sum(end.cycles for end in ends)


def _cycle_end(goal: Goal, person: User, now: datetime, today: date) -> goals.CycleEnd:
    goal.user = person
    first, repeat = goal.first_date or goal.target_date, goal.repeat_every_months or 1
    number, next_number = cycle_number(first, repeat, goal.target_date) - 1, cycle_number(first, repeat, today)
    told, ends = [], next_number - number
    for passed in range(ends):
        # Before `now`: a check-in that the same request stores for the same day has to come after it.
        at = now - timedelta(microseconds=ends - passed)
        end = cycle_end(first, repeat, number + passed)
        told.append(
            CheckIn(
                user_id=person.id,
                goal_id=goal.id,
                current_amount=left_over(goal.current_amount, goal.target_amount, passed + 1),
                check_in_date=max(end, goal.last_check_in_date or end),
                source=CheckInSource.CYCLE_END,
                created_at=at,
                updated_at=at,
            )
        )
    return goals.CycleEnd(
        goal=goal,
        target_date=cycle_end(first, repeat, next_number),
        current_amount=told[-1].current_amount,
        told_on=told[-1].check_in_date,
        cycles=len(told),
        writes=[insert(*told)],
    )


def people_with_ended_cycles(latest: date) -> list[User]:
    """People with a cycle that ends on or before `latest`: the latest day that is today anywhere on earth."""
    return list(User.objects.filter(cycle_ends_on__lte=latest).select_related("profile").order_by("pk"))
