"""Accounts over HTTP: one module for each group of routes in `accounts/urls.py`.

Belongs here: input, one service or query, the answer, in that order. Doesn't: rules, which are services.
When you add a view, also route it, document it with an example, and regenerate `docs/openapi.yaml`.
"""
