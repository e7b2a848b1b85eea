"""A person's money with dates, by months of the planning calendar. All money is whole cents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add, sub

from planning.engine.effort import Effort
from planning.engine.freed import Freed, ends, freed_by_month, minimums_by_month
from planning.engine.model import Finances
from planning.engine.money.cents import last_payment
from planning.engine.money.flows import by_month
from planning.engine.paydays import Paydays


@dataclass(slots=True)
class DatedMoney:
    """What has dates, by months of the calendar. Each result is computed once."""

    finances: Finances
    paydays: Paydays
    effort: Effort = field(default_factory=Effort)
    _last_payments: list[int] = field(init=False, default_factory=list)
    _freed: list[int] = field(init=False, default_factory=list)
    _beside: list[int] = field(init=False, default_factory=list)
    _incomes: Sequence[int] = field(init=False, default=())
    _planned: Sequence[int] = field(init=False, default=())

    def is_of(self, finances: Finances) -> bool:
        """Whether these finances have the same money with dates, and the same debts."""
        mine = self.finances.incomes, self.finances.planned, self.finances.debts
        return mine == (finances.incomes, finances.planned, finances.debts)

    def incomes(self, months: int) -> Sequence[int]:
        """The incomes with dates of the first `months` months, or of more."""
        self._count(months)
        return self._incomes

    def planned(self, months: int) -> Sequence[int]:
        """The planned expenses of the first `months` months, or of more."""
        self._count(months)
        return self._planned

    def freed(self, months: int) -> Sequence[int]:
        """By month, for `months` months or more, how much of what is kept for minimum payments is free."""
        if months > len(self._freed):
            debts = self.finances.debts
            paid = minimums_by_month(debts, self.paydays.calendar, months, self.effort)
            self._last_payments = [last_payment(each) for each in paid]
            self._freed = freed_by_month(debts, paid, months)
        return self._freed

    def beside(self, months: int) -> Sequence[int]:
        """What incomes, planned expenses and ended debts add to the first `months` months, or to more."""
        if months > len(self._beside):
            freed = self.freed(months)
            self._beside = [*map(add, map(sub, self.incomes(months), self.planned(months)), freed)]
        return self._beside

    def ended(self, until: int) -> list[Freed]:
        """The debts whose end frees money in a month before `until`."""
        self.freed(until)
        return ends(self.finances.debts, self._last_payments, until)

    def _count(self, months: int) -> None:
        if months > len(self._incomes):
            self._incomes = by_month(self.finances.incomes, self.paydays.calendar, months)
            self._planned = by_month(self.finances.planned, self.paydays.calendar, months)
