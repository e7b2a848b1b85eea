"""The texts of explanations, each made from the facts of its explanation only."""

from decimal import Decimal
from typing import Any, Final

from planning.engine.feasibility import COMFORTABLE_LOAD, FULL_LOAD

Facts = dict[str, Any]

ALTERNATIVES_CUT: Final = "The search for alternatives ended at its limit, so there may be more than are listed."


def arrival(facts: Facts) -> str:
    limit = f"at most {COMFORTABLE_LOAD}" if facts["load"] <= COMFORTABLE_LOAD else f"at most {FULL_LOAD}"
    return f"{_need(facts)} {_room(facts)}: a load of {facts['load']}, {limit}."


def _need(facts: Facts) -> str:
    by = f"by {facts['target_date']} ({_months(facts['months'])})"
    if facts["target_date"] <= facts["as_of"]:
        by = f"now, for its date {facts['target_date']} has come"
    if "debts" in facts:
        debts, minimums = _amount(facts["debt_total"]), _amount(facts["linked_minimums"])
        above = f"above the minimum payments of {minimums} a month"
        return f"Clearing debts of {debts} takes {_amount(facts['need'])} {above} {by}."
    interest = f"With {facts['annual_rate']} % interest a year it" if facts["annual_rate"] else "It"
    return f"{interest} needs {_amount(facts['need'])} {by}."


def _room(facts: Facts) -> str:
    surplus = f"A surplus of {_amount(facts['surplus'])} a month for {_months(facts['binding_month'])}"
    if facts["carried_in"]:
        surplus = f"{surplus}, with {_amount(facts['carried_in'])} kept from earlier months,"
    ahead = f", less {_amount(facts['taken_ahead'])} for goals ahead of it," if facts["taken_ahead"] else ""
    paid = ""
    if facts["paid_elsewhere"]:
        paid = f", less {_amount(facts['paid_elsewhere'])} put elsewhere this month,"
    elif facts["paid_beyond"]:
        paid = f", and {_amount(facts['paid_beyond'])} beyond it put in this month,"
    return f"{surplus}{ahead}{paid} leaves room for {_amount(facts['room'])}"


def _amount(money: Decimal) -> str:
    return f"{money:,}"


def _months(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def already_there(facts: Facts) -> str:
    if "due_today" in facts:
        above = f"{_amount(facts['due_today'])} above the minimum payments of {_amount(facts['linked_minimums'])}"
        return f"Today's payment of {above} is the last."
    if "debts" in facts:
        return "Nothing is owed any more."
    return f"{_amount(facts['already_there'])} of {_amount(facts['target_amount'])} is already there."


def due_today(facts: Facts) -> str:
    return f"Today's payment of {_amount(facts['due_today'])} is counted as made."


def growth_suffices(facts: Facts) -> str:
    return (
        f"The {_amount(facts['already_there'])} already there grows to {_amount(facts['target_amount'])} "
        f"by {facts['target_date']} at {facts['annual_rate']} % a year by itself."
    )


def minimums_suffice(facts: Facts) -> str:
    return (
        f"The minimum payments of {_amount(facts['linked_minimums'])} a month clear the debts of "
        f"{_amount(facts['debt_total'])} by {facts['target_date']}, so it needs nothing more."
    )


def arrival_unevenly(facts: Facts) -> str:
    wait, highest = facts["months_before_first_payment"], _amount(facts["highest_month"])
    if wait:
        when = f"nothing for {_months(wait)}, then at most {highest} a month"
    else:
        when = f"{_amount(facts['paid_this_month'] + facts['this_month'])} this month and at most {highest} in any"
    return f"{arrival(facts)} Not every month has room for all shares and earlier dates go first: it gets {when}."


def chosen_arrives(facts: Facts) -> str:
    return f"{arrival(facts)} The chosen {_amount(facts['chosen_monthly'])} a month gets there by its date."


def no_surplus(facts: Facts) -> str:
    income, expenses = _amount(facts["monthly_income"]), _amount(facts["monthly_expenses"])
    minimums, surplus = _amount(facts["minimum_payments"]), _amount(facts["surplus"])
    return (
        f"There is no surplus: {income} of income less {expenses} of expenses and {minimums} of minimum payments "
        f"is {surplus} a month, a gap of {_amount(facts['gap'])}. {_need(facts)}"
    )


def no_room(facts: Facts) -> str:
    return f"{_need(facts)} {_room(facts)}, so {_amount(facts['shortfall'])} is missing then."


def chosen_falls_short(facts: Facts) -> str:
    return (
        f"{_need(facts)} The chosen {_amount(facts['chosen_monthly'])} a month comes to {_amount(facts['room'])} "
        f"by then, so {_amount(facts['shortfall'])} is missing."
    )
