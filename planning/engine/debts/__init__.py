"""Debts in the engine: what is paid and owed month by month, and the answers computed from it.

Belongs here: minimums, extras, strategies. Doesn't: interest (`money.cents.grown`), linking debts to goals.
When you add a debt rule, put it into `terms` or `ledger`, and into what repeats them: `avalanche` and `stage` for
speed (`test_avalanche.py` compares them), `planning/engine/freed.py`, `planning/put_in/debt_months.py` and
`planning/put_in/paid_off.py` for the minimums of single debts or past months. Test it against published figures
and raise `ENGINE_VERSION`.
"""
