"""gunicorn's threads, with what the contract asks: deadlines, refusals in the envelope, no request lost at a stop.

Belongs here: all that touches private parts of gunicorn; threads and connections. Doesn't: what Django does.
When you touch another private part, also list it in docs/decisions/0011 and in test_gunicorn_upgrade.py.
"""

from __future__ import annotations

from fincred.ops.gunicorn_worker.reload import announce_reload, refuse_faulty_reloads
from fincred.ops.gunicorn_worker.worker import EnvelopeWorker

__all__ = ["EnvelopeWorker", "announce_reload", "refuse_faulty_reloads"]
