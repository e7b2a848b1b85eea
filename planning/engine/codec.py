"""Convert plan inputs to JSON values and back without loss, and plans to JSON values.

Amounts, rates and dates are strings.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from goals.vocabulary import Priority
from planning.engine.cadence import Cadence
from planning.engine.model import Debt, Finances, GoalInput, GoalPlan, Plan, PlanInput
from planning.engine.money.flows import Flow
from planning.vocabulary import Frequency, PayFrequency

Value = TypeVar("Value")


def plan_input_to_json(inputs: PlanInput) -> dict[str, Any]:
    """Convert a PlanInput to JSON values; `plan_input_from_json` returns an equal one."""
    return {
        "as_of": inputs.as_of.isoformat(),
        "finances": _finances_document(inputs.finances),
        "goals": [_goal_document(goal) for goal in inputs.goals],
        "anchor": plain(inputs.anchor),
        "paid_elsewhere": str(inputs.paid_elsewhere),
        "carried_in": str(inputs.carried_in),
    }


def plan_input_from_json(document: Mapping[str, Any]) -> PlanInput:
    """Read a PlanInput from the output of `plan_input_to_json`; fields that were added later may be absent.

    :raises KeyError: a section, or a field of a goal, is missing.
    """
    return PlanInput(
        as_of=date.fromisoformat(document["as_of"]),
        finances=_finances(document["finances"]),
        goals=tuple(_goal(goal) for goal in document["goals"]),
        anchor=_or_none(date.fromisoformat, document.get("anchor")),
        paid_elsewhere=Decimal(document.get("paid_elsewhere", "0.00")),
        carried_in=Decimal(document.get("carried_in", "0.00")),
    )


def plan_to_json(plan: Plan, *, with_schedules: bool = False) -> dict[str, Any]:
    """Convert a plan to JSON values. Schedules and paces, of over a thousand entries each, only on request."""
    return {
        "as_of": plan.as_of.isoformat(),
        "goals": [_goal_plan(goal, with_schedules=with_schedules) for goal in plan.goals],
        "summary": _document(plan.summary),
        "cash_flow": [_document(month) for month in plan.cash_flow],
    }


def plain(value: Any) -> Any:
    """Convert a value to JSON types: amounts, dates and times become strings, tuples become lists."""
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _document(item: Any) -> dict[str, Any]:
    """Convert a dataclass, and the dataclasses in it, field by field."""
    return {field.name: _entry(getattr(item, field.name)) for field in fields(item)}


def _entry(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_entry(item) for item in value]
    if isinstance(value, Debt):
        return plain(value.as_document())
    return _document(value) if is_dataclass(value) else plain(value)


def _goal_plan(goal: GoalPlan, *, with_schedules: bool) -> dict[str, Any]:
    lazy = {"schedule", "pace", "path", "payments"}
    document = {
        field.name: _entry(getattr(goal, field.name))
        for field in fields(goal)
        if field.name not in lazy | {"explanation", "feasibility"}
    }
    explanation = goal.explanation
    document["feasibility"] = goal.feasibility.value
    document["explanation"] = {
        "code": explanation.code,
        "text": explanation.text,
        "facts": plain(explanation.facts),
    }
    if with_schedules:
        document["schedule"] = [plain(instalment._asdict()) for instalment in goal.schedule]
        document["pace"] = [[on.isoformat(), str(amount)] for on, amount in goal.pace]
    return document


_OF_KINDS: Final = ("repeat_every_months", "first_date", "starts", "is_reserve")


def _goal_document(goal: GoalInput) -> dict[str, Any]:
    """A goal without the fields of recurring goals and reserves if it is neither, as before there were any."""
    document = _document(goal)
    return {name: value for name, value in document.items() if value or name not in _OF_KINDS}


def _finances_document(finances: Finances) -> dict[str, Any]:
    """Finances without the lists of money with dates and of debts that are empty, as before there were any."""
    document = _document(finances)
    return {name: value for name, value in document.items() if value != []}


def _finances(document: Mapping[str, Any]) -> Finances:
    return Finances(
        monthly_income=Decimal(document["monthly_income"]),
        monthly_expenses=Decimal(document["monthly_expenses"]),
        minimum_payments=Decimal(document["minimum_payments"]),
        incomes=tuple(_flow(flow) for flow in document.get("incomes", ())),
        planned=tuple(_flow(flow) for flow in document.get("planned", ())),
        debts=tuple(_debt(debt) for debt in document.get("debts", ())),
    )


def _flow(document: Mapping[str, Any]) -> Flow:
    return Flow(
        amount=Decimal(document["amount"]),
        frequency=PayFrequency(document["frequency"]),
        next_date=date.fromisoformat(document["next_date"]),
        until=_or_none(date.fromisoformat, document["until"]),
        label=document["label"],
    )


def _goal(document: Mapping[str, Any]) -> GoalInput:
    return GoalInput(
        **{
            **document,
            "target_amount": Decimal(document["target_amount"]),
            "already_there": Decimal(document["already_there"]),
            "target_date": date.fromisoformat(document["target_date"]),
            "priority": Priority(document["priority"]),
            "created_at": _or_none(datetime.fromisoformat, document["created_at"]),
            "annual_rate": Decimal(document["annual_rate"]),
            "debts": tuple(_debt(debt) for debt in document["debts"]),
            "chosen_monthly": _or_none(Decimal, document["chosen_monthly"]),
            "added": Decimal(document.get("added", "0.00")),
            "earning": _or_none(Decimal, document.get("earning")),
            "principal": Decimal(document.get("principal", "0.00")),
            "due": Decimal(document.get("due", "0.00")),
            "due_made": Decimal(document.get("due_made", "0.00")),
            "due_principal": Decimal(document.get("due_principal", "0.00")),
            "cadence": _or_none(_cadence, document.get("cadence")),
            "chosen_each": _or_none(Decimal, document.get("chosen_each")),
            "first_date": _or_none(date.fromisoformat, document.get("first_date")),
            "starts": _or_none(date.fromisoformat, document.get("starts")),
        }
    )


def _cadence(document: Mapping[str, Any]) -> Cadence:
    since = date.fromisoformat(document["since"])
    return Cadence(Frequency(document["frequency"]), document["day_of_period"], since)


def _or_none(read: Callable[[Any], Value], stored: Any) -> Value | None:
    return None if stored is None else read(stored)


def _debt(document: Mapping[str, Any]) -> Debt:
    texts = ("label", "type", "promo_until")
    amounts = {name: Decimal(value) for name, value in document.items() if name not in texts}
    promo_until = _or_none(date.fromisoformat, document.get("promo_until"))
    return Debt(**{**document, **amounts, "promo_until": promo_until})
