"""The database as every app uses it: model fields, compiled queries and writes, replicas, retries, backups.

Belongs here: what knows SQL, the ORM or psycopg, and imports no app. Doesn't: anything of HTTP (`fincred.api`).
When you add a trick, also give it a row in docs/performance.md, and a test of each private part it touches.
"""
