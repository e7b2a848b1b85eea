"""The shapes of planning's requests and answers, a module for each resource; `fields` has what several share.

Belongs here: types, lengths, rules within one request. Doesn't: rules that need stored rows (`planning.services`).
When you add a field to an answer, also store or compute it in the service, and write docs/openapi.yaml again.
"""
