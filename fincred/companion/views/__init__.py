"""The calls of the existing mobile app, by subject."""

from __future__ import annotations

from functools import partial

from fincred.api import openapi

documented = partial(openapi.documented, tags=["companion"])
