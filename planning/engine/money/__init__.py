"""Arithmetic of money over time: whole cents, the time value of money, monthly income.

Belongs here: formulas with a published source. Doesn't: goals and plans.
When you add a formula, also name its source in the docstring and test it against published figures.
"""
