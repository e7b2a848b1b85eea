"""What goals are paid before all money of a month has arrived."""

import pytest

from planning.engine.early_payments import paid_in_time
from planning.engine.goal_state import GoalState
from planning.engine.needs import Needs
from planning.engine.tests.builders import CALENDAR, goal

pytestmark = [pytest.mark.unit, pytest.mark.planning]


def test_where_no_money_has_dates_no_payment_waits_for_it() -> None:
    saving = goal(1200, 12)
    need = Needs(CALENDAR).of(saving)
    state = GoalState(0, saving, need, need.total)
    state.in_time = need.simulate([need.level] * 12)
    assert state.in_time.amounts == [100_00] * 12
    assert not [*paid_in_time(state, range(12))]
