"""The texts of explanations, each made from the facts of its explanation only."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from fincred.text import counted
from planning.engine.feasibility import COMFORTABLE_LOAD, FULL_LOAD

Facts = dict[str, Any]

ALTERNATIVES_CUT: Final = "The search for alternatives ended at its limit, so there may be more than are listed."


def arrival(facts: Facts) -> str:
    limit = f"at most {COMFORTABLE_LOAD}" if facts["load"] <= COMFORTABLE_LOAD else f"at most {FULL_LOAD}"
    return f"{_need(facts)} {_room(facts)}: a load of {facts['load']}, {limit}."


def _need(facts: Facts) -> str:
    by = f"by {facts['target_date']} ({counted(facts['months'], 'month')})"
    if "overdue" in facts:
        by = f"now, for its date {facts['target_date']} has come"
    if "debts" in facts:
        if "overdue" in facts:
            by = f"with the next payment, which is after its date {facts['target_date']}"
        debts, need = _amount(facts["debt_total"]), _amount(facts["need"])
        return f"Clearing debts of {debts} takes {need} above {_minimums(facts)} {by}."
    interest = f"With {facts['annual_rate']} % interest a year it" if facts["annual_rate"] else "It"
    return f"{interest} needs {_amount(facts['need'])} {by}."


def _minimums(facts: Facts) -> str:
    amount = _amount(facts["linked_minimums"])
    if any("min_payment_percent" in debt for debt in facts.get("debts", ())):
        return f"the {amount} a month that are kept for minimum payments"
    return f"the minimum payments of {amount} a month"


def _room(facts: Facts) -> str:
    months = facts["binding_month"]
    if not months:
        return f"No day on which it is paid is left before then, which leaves room for {_amount(facts['room'])}"
    surplus = f"A surplus of {_amount(facts['surplus'])} a month for {counted(months, 'month')}"
    changes = [
        ("carried_in", "with", "kept from earlier months"),
        ("taken_ahead", "less", "for goals ahead of it"),
        ("paid_elsewhere", "less", "put elsewhere this month"),
        ("paid_beyond", "and", "beyond it put in this month"),
    ]
    if is_uneven := _is_uneven(facts):
        leave = "leaves" if months == 1 else "leave"
        left = f"{counted(months, 'month')} {leave} {_amount(facts['money_by_then'])}"
        surplus = f"After expenses and minimum payments {left}"
    if "money_by_then" in facts:
        changes.insert(1, ("lacking", "less", "that earlier months lacked"))
    named = [f", {how} {_amount(facts[name])} {what}" for name, how, what in changes if facts[name]]
    if facts.get("held_back"):
        kept = [f", less {_amount(part['amount'])} kept for {kept_for(part)}" for part in held_back_parts(facts)]
        before = [bool(facts[name]) for name in ("carried_in", "lacking")].count(True)
        named[before:before] = kept
    if is_uneven:
        return f"{surplus}{''.join(named)}, so there is room for {_amount(facts['room'])}"
    return f"{surplus}{''.join(named)}{',' if named else ''} leaves room for {_amount(facts['room'])}"


def _is_uneven(facts: Facts) -> bool:
    """Whether the months up to the binding one leave another sum than the surplus times their number."""
    evenly = facts["surplus"] * facts["binding_month"]
    return bool(facts.get("money_by_then", evenly) != evenly)


def freed_minimums(facts: Mapping[str, Any]) -> str:
    """Which minimum payments are no longer kept from which day, because their debts are paid off."""
    ends = [
        f"{each['label']} is paid off, which frees {each['amount']} a month from {each['since']}"
        for each in facts["freed_minimums"]
    ]
    return f"{'; '.join(ends)}."


_MOST_PARTS: Final = 3
"""The most months for which the text says one by one what is held back."""


def held_back_parts(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `amount` held back for each `month`, with its `planned` expenses; all later months are one part."""
    left = Decimal(facts["held_back"])
    if "held_back_parts" not in facts and "held_back_for" in facts:  # in an older version
        return [{"amount": left, "month": facts["held_back_for"], "planned": facts["held_back_for_planned"]}]
    parts = [part | {"amount": Decimal(part["amount"])} for part in facts.get("held_back_parts", ())[:_MOST_PARTS]]
    left -= sum([part["amount"] for part in parts])
    return [*parts, {"amount": left}] if left else parts


def kept_for(part: Mapping[str, Any]) -> str:
    """For which month a part is held back, and for what in it: planned expenses, chosen amounts."""
    if "month" not in part:
        return "later months"
    month = f"the month from {part['month']}"
    named = filter(None, [", ".join(part["planned"]), "chosen amounts" if part.get("chosen") else ""])
    return " in ".join(filter(None, [" and ".join(named), month]))


def _waiting(facts: Mapping[str, Any]) -> str:
    """How much is held back in which month while the goal waits, and for what."""
    told = f"In the month from {facts['month']} {_amount(facts['held_back'])} is held back"
    parts = held_back_parts(facts)
    if len(parts) == 1:
        return f"{told} for {kept_for(parts[0])}."
    each = [f"{_amount(part['amount'])} for {kept_for(part)}" for part in parts]
    return f"{told}: {', '.join(each)}."


def payday(facts: Mapping[str, Any]) -> str:
    """From which day's incomes a payment is made."""
    payment, arrives = facts["payday"]["payment"], facts["payday"]["arrives"]
    when = "that day" if payment == arrives else f"on {arrives}"
    return f"Its payment on {payment} is made from what arrives {when}."


def missing_as_asked(missing: Decimal, by: date, *, planned_on: str, is_less: bool) -> str:
    """Of a plan of which earlier payments weren't made, or were taken out again; or more was put in."""
    short = f"{_amount(missing) if missing else 'nothing'} will be missing on {by}"
    before = f"This and the label are from {planned_on}, when it was planned."
    if is_less:
        now = f"Less is there now than it asked for: by what it still asks for, {short}. Made again, it asks anew."
    else:
        now = f"More is there now than it counted: if all is paid that it still asks for, {short}."
    return f"{before} {now}"


def _amount(money: Decimal) -> str:
    return f"{money:,}"


def already_there(facts: Facts) -> str:
    if "due_today" in facts:
        minimums = f" of {_amount(facts['linked_minimums'])}" if facts["linked_minimums"] else ""
        above = f"{_amount(facts['due_today'])} above the minimum payments{minimums}"
        return f"Today's payment of {above} is the last."
    if "debts" in facts:
        return "Nothing is owed any more."
    if facts.get("reserve") == "full":
        return f"It is full with {_amount(_sum_there(facts))}: nothing is asked for until some is taken out."
    if facts.get("cycle") == "full":
        return f"{_there(facts)} Nothing is asked for until {facts['target_date']}, when its next cycle begins."
    return _there(facts)


def _there(facts: Facts) -> str:
    return f"{_amount(_sum_there(facts))} of {_amount(facts['target_amount'])} is already there."


def _sum_there(facts: Facts) -> Decimal:
    """What is there with this month's payments, which may have filled it."""
    return Decimal(facts["already_there"] + facts["paid_this_month"])


def due_today(facts: Facts) -> str:
    return f"Today's payment of {_amount(facts['due_today'])} is counted as made."


def growth_suffices(facts: Facts) -> str:
    return (
        f"The {_amount(facts['already_there'])} already there grows to {_amount(facts['target_amount'])} "
        f"by {facts['target_date']} at {facts['annual_rate']} % a year by itself."
    )


def minimums_suffice(facts: Facts) -> str:
    cleared = f"clear the debts of {_amount(facts['debt_total'])} by {facts['target_date']}"
    return f"T{_minimums(facts)[1:]} {cleared}, so it needs nothing more."


def arrival_unevenly(facts: Facts) -> str:
    wait, highest = facts["months_before_first_payment"], _amount(facts["highest_month"])
    if wait:
        when = f"nothing for {counted(wait, 'month')}, then at most {highest} a month"
    else:
        when = f"{_amount(facts['paid_this_month'] + facts['this_month'])} this month and at most {highest} in any"
    waits = facts.get("waiting")
    told = f"{arrival(facts)} Not every month has room for all shares{_why_uneven(waits)}: it gets {when}."
    return f"{told} {_waiting(waits)}" if waits and waits["held_back"] else told


def _why_uneven(waits: Mapping[str, Any] | None) -> str:
    """Why not every month has room. If all months have the same money, only goals with earlier dates take it."""
    if waits is None or (waits["others_first"] and not waits["held_back"]):
        return " and earlier dates go first"
    if not waits["held_back"]:
        return ""
    first = " and earlier dates go first" if waits["others_first"] else ""
    return f"{',' if first else ' and'} money is kept for later ones{first}"


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
    joined = "and" if _is_uneven(facts) else "so"  # the room of uneven months is told with a "so" already
    missing = f"{_need(facts)} {_room(facts)}, {joined} {_amount(facts['shortfall'])} is missing"
    if "overdue" not in facts:
        return f"{missing} then."
    return f"{missing}: goals that are still in time go first." if facts["taken_ahead"] else f"{missing}."


def chosen_falls_short(facts: Facts) -> str:
    return (
        f"{_need(facts)} The chosen {_amount(facts['chosen_monthly'])} a month comes to {_amount(facts['room'])} "
        f"by then, so {_amount(facts['shortfall'])} is missing."
    )
