"""Planning over HTTP, a module for each resource.

Belongs here: reading the request, calling one service or query, answering. Doesn't: rules (`planning.services`).
When you add a view, also route it in `planning.urls` and give it an example in `planning.examples`.
"""
