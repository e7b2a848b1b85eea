"""HTTP as every app speaks it: base views, strict serializers, answers, pages, errors and the OpenAPI document.

Belongs here: what all endpoints share. Doesn't: any endpoint's own rule, and SQL (`fincred.db`).
When you add an error category, also give it a status in `exception_handler.STATUS`, and a line in architecture.md.
"""
