"""The calls of the existing mobile app, by subject.

Belongs here: input, a service or a query, an answer. Doesn't: any rule.
When you add one, also route it in `companion/urls.py`, and describe it with `documented`.
"""

from __future__ import annotations

from functools import partial

from fincred.api import openapi

documented = partial(openapi.documented, tags=["companion"])
