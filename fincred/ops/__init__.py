"""Running the service: middleware, the gunicorn worker, jobs, logs, metrics, health checks, operators' commands.

Belongs here: what operators see. Doesn't: what client apps see of endpoints (`fincred.api`).
When you add a command, also give it an example in `--help`, a line in docs/operations.md and a test.
"""
