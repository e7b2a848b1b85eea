"""Find how much goals claim, so that what each is granted is what its payments need. All money is whole cents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from planning.engine.goal_state import GoalState
from planning.engine.money.cents import divided_up

_LAST_UNSCALED_ATTEMPT: Final = 2
"""Up to this attempt (from 0) a gap is added to a claim as it is; after it, doubled, quadrupled and so on."""
_BEYOND_ANY_ROOM: Final = 64
_LAST_SCALED_ATTEMPT: Final = 12
"""After this attempt a claim is raised above any room. No plan is known that needs this."""
_MOST_LOWERED: Final = 8
"""How often claims are lowered to what is used of them."""
_MOST_PAYMENTS: Final = 20_000
"""The payments, of all attempts together, after which claims only rise, because more would take too long."""
_MOST_LACKING: Final = 10
"""The most cents that are missing where paying more at first is tried."""
_MOST_SOONER: Final = 64


@dataclass(slots=True)
class _LeastClaim:
    """The search for the claim of one goal: the smallest with which it is met as it is paid."""

    state: GoalState
    _too_little: int = field(init=False, default=-1)
    _is_sooner_too_late: bool = field(init=False, default=False)

    @property
    def gap(self) -> int:
        return self.state.simulated.missing(self.state.offers)

    def rise(self, scale: int, *, is_exact: bool) -> bool:
        """Claim more if all of the claim was granted and isn't enough. Whether it did."""
        state, gap = self.state, self.gap
        before = state.claim
        if not gap or state.granted < before:
            return False
        self._too_little = max(self._too_little, before)
        state.claim = state.need.raised(before, gap << scale)
        if is_exact and not scale and state.simulated is not state.counted:
            state.counted = state.simulated
            state.claim = max(state.counted.total, before + 1)
        return state.claim > before

    def fall(self) -> bool:
        """Claim no more than is used, if that isn't known to be too little. Whether it did."""
        state, before = self.state, self.state.claim
        if not state.need.bears_interest or self.gap:
            return False
        simulated = state.simulated
        used = sum(simulated.simulate(state.offers).amounts)
        if used < state.granted:
            state.counted = simulated
            least = max(used, simulated.total) if simulated.total < before else used
            between = divided_up(self._too_little + before, 2)  # less can be paid earlier, and then be enough
            state.claim = min(before, least if least > self._too_little else between)
        return state.claim < before

    def pay_sooner(self) -> bool:
        """Pay some cents more at first, if interest may make up for what its room lacks. Whether that changed.

        Planned a month later, a level payment can be a cent less. Then less is paid early, and all payments can
        come to more than was promised.
        """
        state = self.state
        if not state.need.bears_interest or self._is_sooner_too_late or not 0 < self.gap <= _MOST_LACKING:
            return False
        state.sooner = 2 * state.sooner or 1
        if state.sooner > _MOST_SOONER:
            state.sooner, self._is_sooner_too_late = 0, True
        return True


class Claims:
    """The claims of goals that share money, changed from one attempt to the next."""

    def __init__(self, states: Sequence[GoalState]) -> None:
        self._claims = [_LeastClaim(state) for state in states]
        self._attempt = self._lowered = self._payments = 0

    def change(self) -> bool:
        """Change claims whose goals were granted too little or more than they use. Whether one changed."""
        scale = max(0, self._attempt - _LAST_UNSCALED_ATTEMPT)
        if self._attempt > _LAST_SCALED_ATTEMPT:
            scale = _BEYOND_ANY_ROOM
        self._attempt += 1
        self._payments += sum([len(claim.state.offers) for claim in self._claims])
        is_exact = self._payments <= _MOST_PAYMENTS
        if _any(claim.rise(scale, is_exact=is_exact) for claim in self._claims):
            return True
        self._attempt = 0
        if not is_exact:
            return False
        if _any(claim.pay_sooner() for claim in self._claims):
            return True
        self._lowered += 1
        return self._lowered <= _MOST_LOWERED and _any(claim.fall() for claim in self._claims)


def _any(changes: Iterable[bool]) -> bool:
    """Whether one of these is true; all of them are made."""
    return sum(changes) > 0


def saved_by_paying_sooner(state: GoalState) -> int:
    """The most that a goal's payments come to less than level ones, where cents of them are paid sooner."""
    return _MOST_LACKING + 1 if state.need.bears_interest else 0
