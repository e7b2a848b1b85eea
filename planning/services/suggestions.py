"""Goals worth having, from what the person told. Education, not advice."""

from __future__ import annotations

import re

from accounts.models import User
from planning.engine.income import is_irregular
from planning.engine.suggestions import Suggestion, suggest
from planning.models import Snapshot


def suggestions_for(owner: User) -> tuple[Suggestion, ...]:
    """What the newest snapshot suggests; nothing without one."""
    snapshot = Snapshot.objects.owned_by(owner).newest_first().first()
    if snapshot is None:
        return ()
    figures = snapshot.figures
    return suggest(
        figures.finances,
        essential_expenses=figures.expenses.essential_amount if figures.expenses else None,
        savings=figures.total_savings,
        debts=figures.engine_debts(),
        irregular_income=_is_self_employed(owner) or is_irregular(figures.engine_incomes()),
    )


def _is_self_employed(owner: User) -> bool:
    """The profile's employment status is free text: "self-employed", "Self Employed", "self_employed"."""
    status = owner.profile.employment_status or ""
    return re.sub(r"[^a-z]", "", status.lower()) == "selfemployed"
