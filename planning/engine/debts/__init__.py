"""Debts in the engine: one simulation, month by month, and the answers computed from it.

Belongs here: minimums, extras, strategies. Doesn't: interest (`money.cents.grown`), linking debts to goals.
When you add a debt rule, put it into `terms` or `ledger`, and into `avalanche`, which repeats them for speed (its
test compares them), test it against published figures and raise `ENGINE_VERSION`.
"""
