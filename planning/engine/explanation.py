"""Why a goal has its label: a stable code, every number used, and a text made from these numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate, chain, repeat, zip_longest
from operator import add, sub
from typing import Any, Final

from fincred.money import ZERO
from planning.engine import sentences
from planning.engine.cash_flow import BesideChosen, CashFlow
from planning.engine.early_payments import Early, lacking, paid_in_time
from planning.engine.feasibility import COMFORTABLE_LOAD, FULL_LOAD, load
from planning.engine.goal_state import GoalState
from planning.engine.model import Explanation, Finances, PlanInput
from planning.engine.money.cents import exact_money, money, to_cents
from planning.engine.needs import is_overdue
from planning.engine.trajectory import DebtPayoff


class Code(StrEnum):
    """The kind of an explanation. Codes are stable for API clients; the wording of the text may change."""

    ALREADY_THERE = "ALREADY_THERE"
    GROWTH_SUFFICES = "GROWTH_SUFFICES"
    MINIMUMS_SUFFICE = "MINIMUMS_SUFFICE"
    FUNDED = "FUNDED"
    FUNDED_UNEVENLY = "FUNDED_UNEVENLY"
    CHOSEN_ARRIVES = "CHOSEN_ARRIVES"
    NO_SURPLUS = "NO_SURPLUS"
    NO_ROOM = "NO_ROOM"
    SHORT_OF_ROOM = "SHORT_OF_ROOM"
    CHOSEN_FALLS_SHORT = "CHOSEN_FALLS_SHORT"


Facts = dict[str, Any]

_SENTENCES: Final[dict[Code, Callable[[Facts], str]]] = {
    Code.ALREADY_THERE: sentences.already_there,
    Code.GROWTH_SUFFICES: sentences.growth_suffices,
    Code.MINIMUMS_SUFFICE: sentences.minimums_suffice,
    Code.FUNDED: sentences.arrival,
    Code.FUNDED_UNEVENLY: sentences.arrival_unevenly,
    Code.CHOSEN_ARRIVES: sentences.chosen_arrives,
    Code.NO_SURPLUS: sentences.no_surplus,
    Code.NO_ROOM: sentences.no_room,
    Code.SHORT_OF_ROOM: sentences.no_room,
    Code.CHOSEN_FALLS_SHORT: sentences.chosen_falls_short,
}


_TELL_ROOM: Final = (Code.FUNDED, Code.FUNDED_UNEVENLY, Code.CHOSEN_ARRIVES, Code.NO_ROOM, Code.SHORT_OF_ROOM)


class Queue:
    """The goals served so far, and what they take from the goals after them."""

    def __init__(self) -> None:
        self._chosen: list[tuple[GoalState, Sequence[int]]] = []
        self._sharing: list[tuple[tuple[int, int], int, Facts]] = []
        self._credits: list[tuple[tuple[int, int], int]] = []
        self.with_debts: list[GoalState] = []

    def add(self, state: GoalState) -> None:
        """Add a goal, so that the explanations of later goals count it."""
        if state.payoff:
            self.with_debts.append(state)
        # Of two dates in a month, the earlier is that for which more income comes too late.
        by = state.need.deadline, -state.late_income
        if state.goal.chosen_monthly is not None:
            by = 0, 0
            self._chosen.append((state, _taken_by_months(state)))
        elif state.granted:
            self._sharing.append((by, state.granted, _takes(state, state.granted)))
        if state.need.credit:
            self._credits.append((by, state.need.credit))

    def takes_by(self, month: int, late_income: int) -> tuple[list[Facts], int]:
        """What the added goals take from the money of the first `month` months, less the last one's `late_income`.

        Returns one document for each of them, and the sum in cents.
        """
        taken_by = ((state, _of_month(taken, month)) for state, taken in self._chosen)
        chosen = [(state, taken - _sum(_waiting_for(state, month, late_income))) for state, taken in taken_by]
        sharing = [(taken, document) for by, taken, document in self._sharing if by <= (month, -late_income)]
        documents = [_takes(state, taken) for state, taken in chosen] + [document for _, document in sharing]
        return documents, sum(taken for _, taken in chosen) + sum([taken for taken, _ in sharing])

    def chosen_by(self, until: int) -> list[int]:
        """What chosen amounts take of the money of the first months, for each number of months below `until`."""
        by = [0] * until
        for _, taken in self._chosen:
            by = [*map(add, by, chain(taken, repeat(taken[-1])))]  # later nothing more is taken
        return by

    def waiting_for(self, month: int, late_income: int) -> list[Early]:
        """The payments of chosen amounts in the last of these months that wait for its `late_income`."""
        return [paid for state, _ in self._chosen for paid in _waiting_for(state, month, late_income)]

    def credits_by(self, month: int, late_income: int) -> int:
        """The part of what `takes_by` counts that was put in this month before the day of planning."""
        return sum([credit for by, credit in self._credits if by <= (month, -late_income)])


def _taken_by_months(state: GoalState) -> Sequence[int]:
    """What a chosen amount takes of the money that has come by each month, before other goals get theirs."""
    if not state.money:
        return [*accumulate(state.trajectory.amounts, initial=0)]
    paid = map(sum, zip_longest(state.in_time.amounts, state.reserved_late, fillvalue=0))
    kept = [0, *state.kept_late]  # it is held back, not taken
    return [*map(sub, accumulate(paid, initial=0), kept)] if state.kept_late else [*accumulate(paid, initial=0)]


def _waiting_for(state: GoalState, month: int, late_income: int) -> list[Early]:
    """A goal's payments in the last of the first `month` months that are made once a part of this arrived."""
    if not (late_income and state.money):
        return []
    paid = [each for reserved_in, each in state.reserved_days if reserved_in == month - 1]
    paid += [each for _, each in paid_in_time(state, [month - 1])]
    return [(later, amount) for later, amount in paid if later < late_income]


def _sum(payments: Iterable[Early]) -> int:
    return sum([amount for _, amount in payments])


def _of_month(taken: Sequence[int], month: int) -> int:
    """The entry of `month`, or the last one: later nothing more is taken."""
    return taken[min(month, len(taken) - 1)]


def _takes(state: GoalState, taken: int) -> Facts:
    goal = state.goal
    return {"goal_id": goal.id, "name": goal.name, "by_month": state.need.deadline, "takes": money(taken)}


def explain(
    state: GoalState,
    before: Queue,
    inputs: PlanInput,
    flow: CashFlow,
    *,
    payday: Facts | None = None,
    is_cut: bool = False,
) -> Explanation:
    """Explain a goal's label from its state, the goals served `before` it and the money of the months.

    `payday` says from which day's incomes its next payment is made. `is_cut`: the search for its alternatives
    reached its limit.
    """
    finances = flow.average
    code = _code(state, finances)
    ahead, taken_ahead = before.takes_by(state.binding_month, state.binding_late_income)
    facts = _facts(state, ahead, taken_ahead, inputs, finances)
    if inputs.is_dated:
        facts |= _dated_facts(state, before, taken_ahead, flow)
        if code is Code.FUNDED_UNEVENLY:
            facts["waiting"] = _waiting(state, before, flow)
    text = _SENTENCES[code](facts)
    if "freed_minimums" in facts and code in _TELL_ROOM:
        text = f"{text} {sentences.freed_minimums(facts)}"
    if payday:
        facts["payday"] = payday
        text = f"{text} {sentences.payday(facts)}"
    if state.due and code is not Code.ALREADY_THERE:
        text = f"{text} {sentences.due_today(facts)}"
    if is_cut:
        facts["alternatives_complete"] = False
        text = f"{text} {sentences.ALTERNATIVES_CUT}"
    return Explanation(code.value, text, facts)


def without_payday(told: Mapping[str, Any]) -> dict[str, Any]:
    """An explanation as it is stored, without the payday of a payment that is no longer the next one."""
    facts = dict(told["facts"])
    if "payday" not in facts:
        return dict(told)
    text = told["text"].replace(f" {sentences.payday(facts)}", "")
    del facts["payday"]
    return {**told, "text": text, "facts": facts}


def _code(state: GoalState, finances: Finances) -> Code:
    if state.goal.is_full:
        return Code.ALREADY_THERE  # also if this month's payments filled it, which are still part of the need
    is_cleared = isinstance(state.need, DebtPayoff) and not state.need.owed
    if is_cleared or not state.needed:
        return _why_nothing_is_needed(state)
    if state.arrives:
        return _how_it_arrives(state)
    if finances.surplus <= 0 and not (state.money and state.room):
        return Code.NO_SURPLUS
    if state.goal.chosen_monthly is not None:
        return Code.CHOSEN_FALLS_SHORT
    return Code.SHORT_OF_ROOM if state.room else Code.NO_ROOM


def _why_nothing_is_needed(state: GoalState) -> Code:
    if state.trajectory.done_on == 0:
        return Code.ALREADY_THERE
    return Code.MINIMUMS_SUFFICE if isinstance(state.need, DebtPayoff) else Code.GROWTH_SUFFICES


def _how_it_arrives(state: GoalState) -> Code:
    if state.goal.chosen_monthly is not None:
        return Code.CHOSEN_ARRIVES
    return Code.FUNDED_UNEVENLY if _is_uneven(state) else Code.FUNDED


def _is_uneven(state: GoalState) -> bool:
    """Whether a payment before the last one differs by more than 1 % from the level payment."""
    level, amounts = state.need.level, state.in_time.amounts
    if state.days:
        amounts = [*chain.from_iterable(state.in_time.by_day)]
    last = next((index for index in reversed(range(len(amounts))) if amounts[index]), 0)
    return any(abs(amount - level) * 100 > level for amount in set(amounts[:last]))


def _facts(state: GoalState, ahead: list[Facts], taken_ahead: int, inputs: PlanInput, finances: Finances) -> Facts:
    goal, need = state.goal, state.need
    other = _paid_elsewhere(state, taken_ahead, inputs)
    in_time = state.in_time.amounts
    needed = money(state.needed)
    facts: Facts = {
        "as_of": inputs.as_of,
        "monthly_income": finances.monthly_income,
        "monthly_expenses": finances.monthly_expenses,
        "minimum_payments": finances.minimum_payments,
        "surplus": finances.surplus,
        "gap": max(ZERO, -finances.surplus),
        "target_amount": goal.target_amount,
        "already_there": goal.already_there,
        "annual_rate": goal.annual_rate,
        "target_date": goal.target_date,
        "months": need.months,
        "required_monthly": money(state.required_monthly),
        "need_paid_evenly": money(need.total),
        "need": needed,
        "binding_month": state.binding_month,
        "binding_date": inputs.calendar.day(state.binding_month),
        "goals_ahead": ahead,
        "taken_ahead": money(taken_ahead),
        "carried_in": inputs.kept if state.binding_month else ZERO,
        "paid_elsewhere": money(max(0, other)),
        "paid_beyond": money(max(0, -other)),
        "room": money(state.room),
        "load": load(to_cents(needed), state.room),
        "comfortable_load": COMFORTABLE_LOAD,
        "full_load": FULL_LOAD,
        "feasibility": state.feasibility.value,
        "given_by_date": money(sum(in_time)),
        "paid_this_month": money(state.paid_this_month),
        "this_month": money(state.this_month),
        "months_before_first_payment": next((month for month, paid in enumerate(in_time) if paid), need.months),
        "highest_month": money(max(in_time)),
        "shortfall": money(state.missing),
    }
    if goal.chosen_monthly is not None:
        facts["chosen_monthly"] = goal.chosen_monthly
    if isinstance(need, DebtPayoff):
        facts |= _debt_facts(state, need, inputs)
    filled = "full" if goal.is_full else "missing"
    if goal.is_reserve:
        facts["reserve"] = filled
    if goal.repeat_every_months is not None:
        facts["cycle"] = filled
    if is_overdue(goal, inputs.calendar):
        facts["overdue"] = True
    if state.due:
        facts["due_today"] = money(state.due)
    return facts


def _paid_elsewhere(state: GoalState, taken_ahead: int, inputs: PlanInput) -> int:
    """What payments of this month take from the room, from the money up to the binding month.

    More than 0: goals that aren't ahead of it got that. Less than 0: the goal got more than the month leaves.
    """
    if state.goal.chosen_monthly is not None and not state.arrives:
        return 0  # the room is what the chosen amounts come to
    if not state.binding_month:
        return -state.room
    surplus = max(0, to_cents(inputs.finances.surplus))
    return surplus * state.binding_month + to_cents(inputs.kept) - taken_ahead - state.room


def _dated_facts(state: GoalState, before: Queue, ahead: int, flow: CashFlow) -> Facts:
    """What the months up to the binding one leave, and how much of it is held back for later ones."""
    if not state.binding_month:  # no day is left before its date, so no month's money is for it
        nothing: Facts = dict.fromkeys(("money_by_then", "lacking", "held_back"), ZERO)
        return nothing
    month, late = state.binding_month, state.binding_late_income
    by = flow.by_for([each for each in before.with_debts if not each.held or each.held_until < month])
    by_then = by[month] - late
    elsewhere = flow.put_in - before.credits_by(month, late) - state.need.credit
    there = by_then - ahead - elsewhere
    held_back = there - state.room if state.arrives or state.goal.chosen_monthly is None else 0
    if held_back < 0 < state.room:  # more was put in than had arrived by then: others were paid from later money
        elsewhere += held_back
    facts: Facts = {
        "money_by_then": money(by_then - by[0]),
        "carried_in": money(max(0, by[0])),
        "lacking": money(max(0, -by[0])),
        "paid_elsewhere": money(max(0, elsewhere)),
        "paid_beyond": money(max(0, -elsewhere)),
        "held_back": money(max(0, held_back)),
    }
    if held_back > 0:
        chosen = before.chosen_by(len(by))
        facts |= flow.lacking([*map(sub, by, chosen)], month, state.horizon)
        waiting = before.waiting_for(month, late)
        net = late - _sum(waiting)
        beside = BesideChosen(chosen, state.kept_before, net, lacking(late, waiting))
        facts["held_back_parts"] = flow.kept_for(by, month, state.horizon, held_back, beside)
    if freed := flow.freed_before(month, before.with_debts):
        facts["freed_minimums"] = freed
    return facts


def _waiting(state: GoalState, before: Queue, flow: CashFlow) -> Facts:
    """Why it gets less than its share: whether others go first, and how much is held back for what.

    It looks at the first months in a row in which it gets less, and at the money held back in them.
    """
    amounts, level = state.in_time.amounts, state.need.level
    amounts = amounts[: next((index for index in reversed(range(len(amounts))) if amounts[index]), 0)]
    counts = state.days.counts if state.days else repeat(1)
    is_less = (amount * 100 < level * count * 99 for amount, count in zip(amounts, counts, strict=False))
    since = next((month for month, less in enumerate(is_less) if less), None)
    facts: Facts = {"others_first": False, "held_back": ZERO}
    if since is None:  # some months get more, because more was put in
        return facts
    facts["others_first"] = flow.given[since] > state.trajectory.amounts[since]
    if flow.is_lacking:
        end = next((month for month, less in enumerate(is_less, since + 1) if not less), len(amounts))
        month = next((month for month in range(since, end - 1) if flow.surplus[month + 1] < 0), end - 1)
        by = flow.by_for(before.with_debts)
        held_back = flow.held_back(by, month, state.horizon)
        if held_back:
            facts |= {"held_back": money(held_back), "month": flow.inputs.calendar.day(month)}
            facts["held_back_parts"] = flow.kept_for(by, month + 1, state.horizon, held_back)
    return facts


def _debt_facts(state: GoalState, need: DebtPayoff, inputs: PlanInput) -> Facts:
    is_last_in_time = state.due and not need.owed and state.goal.target_date >= inputs.calendar.start
    beside = need.minimums if is_last_in_time else need.level_beside
    return {
        "debts": [debt.as_document() for debt in need.debts.debts],
        "debt_total": exact_money(need.owed),
        "linked_minimums": money(beside),
        "level_total": money(need.level + beside),
    }
