"""A plan in words for staff: the sum that its label comes from, what would work, what changed between versions.

Pure: made from the documents that a version keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from fincred.days_in_words import day_in_words, days_in_words
from fincred.money import ZERO, amount_in_words
from fincred.text import counted
from planning.engine.feasibility import COMFORTABLE_LOAD, FULL_LOAD
from planning.engine.model import Finances
from planning.engine.sentences import held_back_parts, kept_for
from planning.vocabulary import AlternativeKind, Feasibility

Facts = Mapping[str, Any]


LABELS_IN_WORDS: Final = (
    f"A load up to {COMFORTABLE_LOAD} is Comfortable, up to {FULL_LOAD} is Tight, and above that Unrealistic: "
    "the goal can't be reached by its date."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sum: words and an amount, as it is added."""

    words: str
    amount: Decimal
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """The same figure of two versions; `is_changed` when they differ."""

    words: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def sum_of(facts: Facts) -> list[Line]:
    """How much of the money is left for the goal by its date, what it needs, and what is missing or spare."""
    room, need = Decimal(facts["room"]), Decimal(facts["need"])
    lines = [
        *_of_the_room(facts),
        Line(f"leaves for this goal{_until(facts)}", room, is_result=True),
        Line(f"it needs, until {day_in_words(facts['target_date'])}", -need),
    ]
    words = "so this is missing" if need > room else "so this is to spare"
    return [*lines, Line(words, abs(room - need), is_result=True)]


def _until(facts: Facts) -> str:
    """Which months the room is of. A month of the planning calendar that begins before the date counts whole."""
    binding, target = str(facts["binding_date"]), str(facts["target_date"])
    if not facts["binding_month"]:
        return ""
    if binding <= target:
        return f" by {day_in_words(binding)}"
    if facts["binding_month"] <= facts.get("months", facts["binding_month"]):
        return f", from the months that begin before {day_in_words(target)}"
    return f" by {day_in_words(binding)}, when goals that come first leave it the least"


def _of_the_room(facts: Facts) -> list[Line]:
    """What the goal's room is the sum of."""
    months, room = facts["binding_month"], Decimal(facts["room"])
    if not months:
        return [Line("no day of payment is left before its date, so only what was put in this month counts", room)]
    if "chosen_monthly" in facts and Decimal(facts["need"]) > room:
        return [Line(f"the chosen {amount_in_words(facts['chosen_monthly'])} a month comes to", room)]
    if "money_by_then" in facts:
        first = Line(f"what {counted(months, 'month')} leave{_freed(facts)}", Decimal(facts["money_by_then"]))
    else:
        surplus = max(Decimal(facts["surplus"]), ZERO)
        first = Line(f"{amount_in_words(surplus)} a month for {counted(months, 'month')}", surplus * months)
    changes = [
        Line("and what earlier months kept", _amount(facts, "carried_in")),
        Line("less what earlier months lacked", -_amount(facts, "lacking")),
        *_held_back(facts),
        *_ahead(facts),
        Line("less what was put elsewhere this month", -_amount(facts, "paid_elsewhere")),
        Line("and what was put in beyond a month's surplus", _amount(facts, "paid_beyond")),
    ]
    lines = [first, *(line for line in changes if line.amount)]
    missing = room - sum(line.amount for line in lines)
    return [*lines, Line("which is less than nothing, so nothing", missing)] if missing > 0 == room else lines


def _held_back(facts: Facts) -> list[Line]:
    parts = held_back_parts(facts) if _amount(facts, "held_back") else []
    return [Line(f"less what is held back for {days_in_words(kept_for(part))}", -part["amount"]) for part in parts]


def _ahead(facts: Facts) -> list[Line]:
    """A line for each name: a recurring goal is ahead with every cycle."""
    taken: dict[str, list[Decimal]] = {}
    for ahead in facts["goals_ahead"]:
        taken.setdefault(ahead["name"], []).append(Decimal(ahead["takes"]))
    return [
        Line(f"less what goes to {name} first{f', {len(each)} times' if each[1:] else ''}", -sum(each, Decimal(0)))
        for name, each in taken.items()
    ]


def paydays_in_words(finances: Finances, start: date, facts: Facts) -> str:
    """How many paydays the sum counts, by income; empty where no income has dates. It counts from `start` on."""
    if "money_by_then" not in facts:
        return ""
    binding, target = str(facts["binding_date"]), str(facts["target_date"])
    is_after_target = facts["binding_month"] > facts.get("months", facts["binding_month"])
    end = date.fromisoformat(binding if is_after_target else min(binding, target))
    counts: dict[str, int] = {}
    for income in finances.incomes:
        name = income.label or "an income without a name"
        counts[name] = counts.get(name, 0) + income.count_before(end) - income.count_before(start)
    told = ", ".join(f"{name} {_times(count)}" for name, count in counts.items())
    return (
        f"Paydays that it counts, from {day_in_words(start)} to before {day_in_words(end)}: {told}."
        if told
        else ""
    )


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _freed(facts: Facts) -> str:
    """Which debts end so that months leave more."""
    ends = [
        f"{debt['label']} is paid off from {day_in_words(debt['since'])}"
        for debt in facts.get("freed_minimums", ())
    ]
    return f" ({', '.join(ends)})" if ends else ""


def _amount(facts: Facts, name: str) -> Decimal:
    """0 in versions that were made before there was such a figure."""
    return Decimal(facts.get(name, 0))


def in_one_sentence(facts: Facts, feasibility: str) -> str:
    """What the label says, with its two figures."""
    room, need = Decimal(facts["room"]), Decimal(facts["need"])
    if _is_full(facts):
        return "It is full."
    if feasibility == Feasibility.UNREALISTIC:
        return f"It needs {amount_in_words(need)} by its date, and only {amount_in_words(room)} is left for it."
    if not need:
        return "It needs nothing more."
    share = (need * 100 / room).quantize(Decimal(1))
    left = amount_in_words(room)
    return f"It needs {amount_in_words(need)} by its date, which is {share} % of the {left} that is left for it."


def load_in_words(facts: Facts) -> str:
    """How its load comes about, which decides the label. Nothing of a goal that is full."""
    load = facts.get("load", "")
    if _is_full(facts) or load == "":
        return ""
    if load is None:
        return f"Nothing is left for it by its date, so there is no load. {LABELS_IN_WORDS}"
    need, room = amount_in_words(facts["need"]), amount_in_words(facts["room"])
    return f"Load: it needs {need}, divided by the {room} that is left for it: {load}. {LABELS_IN_WORDS}"


def _is_full(facts: Facts) -> bool:
    """Whether it is a reserve, or a cycle of a recurring goal, with all of its target."""
    return "full" in {facts.get("reserve"), facts.get("cycle")}


def alternatives_in_words(alternatives: Sequence[Mapping[str, Any]]) -> list[str]:
    """What would make the goal reachable; each by itself is enough."""
    return [_alternative(alternative) for alternative in alternatives]


def _alternative(alternative: Mapping[str, Any]) -> str:
    match alternative["kind"]:
        case AlternativeKind.LATER_DATE:
            return f"a later date: {day_in_words(alternative['target_date'])}"
        case AlternativeKind.SMALLER_AMOUNT:
            return f"a smaller amount: {amount_in_words(alternative['target_amount'])}"
        case _:
            return f"{amount_in_words(alternative['extra_monthly'])} more a month"


_MONEY: Final = {
    "monthly_income": "income a month",
    "monthly_expenses": "expenses a month",
    "minimum_payments": "minimum payments a month",
    "surplus": "surplus a month",
    "target_amount": "target",
    "already_there": "there when it was planned, without that month's payments",
    "taken_ahead": "taken by goals ahead of it",
    "room": "left for it by its date",
    "need": "needed by its date",
    "shortfall": "missing at its date",
}
_OTHERS: Final = {"target_date": "date", "load": "load: needed / left, rounded up"}


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Difference]:
    """Two versions side by side, from their outputs: the label, the amount, then the figures behind them."""
    pairs = [
        ("label", older["feasibility"], newer["feasibility"]),
        ("to pay", _payment(older), _payment(newer)),
        ("arrives on", _arrival(older), _arrival(newer)),
    ]
    before, after = older["explanation"]["facts"], newer["explanation"]["facts"]
    for name, words in (_MONEY | _OTHERS).items():
        write = _money if name in _MONEY else day_in_words if name == "target_date" else _load
        pairs.append((words, write(before.get(name, "")), write(after.get(name, ""))))
    return [Difference(*pair) for pair in pairs]


def _payment(outputs: Mapping[str, Any]) -> str:
    return f"{_money(outputs['amount'])} {outputs['frequency']}"


def _arrival(outputs: Mapping[str, Any]) -> str:
    if _is_full(outputs["explanation"]["facts"]):
        return "it is full"
    day = outputs["projected_completion_date"]
    return day_in_words(day) if day else "never, as planned"


def _money(amount: Any) -> str:
    return amount_in_words(amount) if amount != "" else ""


def _load(load: Any) -> str:
    """None where there is no room to divide by."""
    return "no room" if load is None else str(load)
