"""Debts in the engine: what is paid and owed month by month, and the answers computed from it.

Belongs here: minimums, extras, strategies. Doesn't: interest (`money.cents.grown`), linking debts to goals.
When you add a debt rule, put it into `terms` or `ledger`, and into `avalanche` and `stage`, which repeat them for
speed (`test_avalanche.py` compares them), test it against published figures and raise `ENGINE_VERSION`.
"""
