"""What check-ins say was put into goals, and what follows: what is owed, earned, and still asked for. Pure.

Belongs here: arithmetic on check-ins and stored plans. Doesn't: reading them (`planning.services`), or planning
anew (`planning.engine`).
When you add a rule, also test it with people who follow their plans (`planning/tests/lives`).
"""
