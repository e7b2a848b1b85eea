"""Django's PostgreSQL backend, with connections that survive a restart, a hang, a migration and a pooler.

Belongs here: how a connection is made, waits, prepares and fails. Doesn't: which SQL it runs.
When you touch another private part of Django or psycopg, also list it in docs/decisions/0020 and its test.
"""
