"""What a plan version consists of: its inputs, and the outputs that follow from them.

Pure: replaying a version's inputs gives its outputs exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Self

from fincred.money import ZERO
from planning.engine import codec
from planning.engine.cadence import monthly_amount, period_amount
from planning.engine.dates import Calendar
from planning.engine.model import Explanation, GoalPlan, PlanInput
from planning.engine.plan import make_plan
from planning.put_in.months import Step, steps_of
from planning.vocabulary import ActionPlanType, Feasibility, Frequency

MOST_PAYMENTS: Final = 120
"""The dated payments that a version stores at most: ten years of monthly ones."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a goal is paid into. `chosen_amount` is what the person chose for each period; None if they didn't."""

    type: ActionPlanType
    frequency: Frequency
    day_of_period: int
    chosen_amount: Decimal | None = None

    @classmethod
    def generated(cls, anchor: date) -> Self:
        """Monthly, on the day of the person's planning calendar."""
        return cls(ActionPlanType.AUTOMATED_TRANSFER, Frequency.MONTHLY, day_of_period=anchor.day)

    @property
    def chosen_monthly(self) -> Decimal | None:
        """The chosen amount as an amount a month."""
        if self.chosen_amount is None:
            return None
        return monthly_amount(self.chosen_amount, self.frequency)


@dataclass(frozen=True, slots=True)
class VersionInputs:
    """All that the outputs follow from. `missing` are sections that the snapshot lacks; they count as 0."""

    goal_id: str
    terms: Terms
    snapshot_id: str | None
    missing: tuple[str, ...]
    plan: PlanInput

    def as_json(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """As it is stored: amounts and dates are strings. `plan` is `plan_input_to_json` of the plan's input."""
        return {
            "goal_id": self.goal_id,
            "terms": codec.plain(asdict(self.terms)),
            "snapshot_id": self.snapshot_id,
            "missing": list(self.missing),
            "plan": plan,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        terms = document["terms"]
        amount = terms["chosen_amount"]
        return cls(
            goal_id=document["goal_id"],
            terms=Terms(
                type=ActionPlanType(terms["type"]),
                frequency=Frequency(terms["frequency"]),
                day_of_period=terms["day_of_period"],
                chosen_amount=None if amount is None else Decimal(amount),
            ),
            snapshot_id=document["snapshot_id"],
            missing=tuple(document["missing"]),
            plan=codec.plan_input_from_json(document["plan"]),
        )


@dataclass(frozen=True, slots=True)
class VersionOutputs:
    """The fields of an action plan that a version decides, under the same names."""

    type: ActionPlanType
    amount: Decimal
    frequency: Frequency
    day_of_period: int
    is_chosen: bool
    starts_on: date | None
    required_monthly_contribution: Decimal
    allocated_monthly_contribution: Decimal
    this_month: Decimal
    shortfall: Decimal
    feasibility: Feasibility
    explanation: dict[str, Any]
    alternatives: list[dict[str, Any]]
    projected_completion_date: date | None
    instalments: list[list[str]]
    payments: list[list[str]]
    carried: list[list[str]]

    def as_json(self) -> dict[str, Any]:
        """As it is stored: amounts and dates are strings, as they are in the documents already."""
        values = {name: getattr(self, name) for name in DECIDED}
        return {
            name: value if isinstance(value, dict | list) else codec.plain(value) for name, value in values.items()
        }


DECIDED: Final = tuple(field.name for field in fields(VersionOutputs))
"""The fields of an action plan that its newest version decides."""


def compute_outputs(inputs: VersionInputs, made: GoalPlan, carried: Sequence[Step]) -> VersionOutputs:
    """The plan's fields, from its inputs, what the engine made of its goal, and what the months carry."""
    terms, payments = inputs.terms, [*islice(made.payments, MOST_PAYMENTS)]
    return VersionOutputs(
        type=terms.type,
        amount=_amount(inputs, made),
        frequency=terms.frequency,
        day_of_period=terms.day_of_period,
        is_chosen=terms.chosen_amount is not None,
        starts_on=payments[0].date if payments else None,
        required_monthly_contribution=made.required_monthly,
        allocated_monthly_contribution=made.allocated_monthly,
        this_month=made.this_month,
        shortfall=made.shortfall,
        feasibility=made.feasibility,
        explanation=_explained(made.explanation, inputs.missing),
        alternatives=[
            {name: value for name, value in codec.plain(asdict(alternative)).items() if value is not None}
            for alternative in made.alternatives
        ],
        projected_completion_date=made.projected_completion_date,
        instalments=codec.plain(_instalments(inputs.plan.calendar, made)),
        payments=[[payment.date.isoformat(), str(payment.amount)] for payment in payments],
        carried=codec.plain(steps_of(carried)),
    )


def replay(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that stored inputs give today."""
    read = VersionInputs.from_json(inputs)
    plan = make_plan(read.plan)
    made = next(goal for goal in plan.goals if goal.goal_id == read.goal_id)
    return compute_outputs(read, made, plan.carried).as_json()


def _instalments(calendar: Calendar, made: GoalPlan) -> tuple[Step, ...]:
    """The payments of the calendar's months, up to the last one and a 0 after it."""
    amounts = [instalment.amount for instalment in made.schedule]
    return steps_of([(calendar.day(month), amount) for month, amount in enumerate([*amounts, ZERO])])


def _amount(inputs: VersionInputs, made: GoalPlan) -> Decimal:
    """What is paid on each day: the chosen amount, or what the engine asks for."""
    terms = inputs.terms
    if terms.chosen_amount is not None:
        return terms.chosen_amount
    goal = next(goal for goal in inputs.plan.goals if goal.id == inputs.goal_id)
    # Debts are paid month by month; another frequency only splits a month's payment.
    return period_amount(made.amount_each, terms.frequency) if goal.debts else made.amount_each


def _explained(explanation: Explanation, missing: tuple[str, ...]) -> dict[str, Any]:
    document = {"code": explanation.code, "text": explanation.text, "facts": codec.plain(explanation.facts)}
    if missing:
        unknown = " and ".join(missing)
        document["text"] = f"Your snapshot has no {unknown}, so they count as 0. {document['text']}"
        document["facts"]["missing"] = list(missing)
    return document
