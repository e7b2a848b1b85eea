"""People: who they are, how they sign in, what mail they get, and how they leave.

Belongs here: what is about the person. Doesn't: their goals, plans and check-ins, which are apps of their own.
When you add a model, also declare its `privacy`; when you add a way to sign in, filter with `person_may_enter`.
"""
