"""With a restored database no request is answered before `after_restore` has run.

Such a database has sessions that had ended, and people who were erased. A proxy that never asks `ready` would send
requests to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from fincred.api.exception_handler import plain_response
from fincred.ops.health import NotReadyError, fault_of, readiness
from fincred.ops.host_check import is_probe
from fincred.ops.probe import CachedProbe, probe

# A process that no probe asks looks by itself after so many seconds.
LOOK_SECONDS: Final = 60
# Reads no database.
DOCUMENTATION: Final = frozenset({"/", "/docs", "/redoc", "/openapi.json"})


class RestoredMiddleware:
    """503 for all but probes and the documentation while the last look found a restored database.

    A look takes as long as the database does, so a request waits for one only if there was none yet, or if it was
    refused by the last one. Otherwise the look follows an answer that shows that the database is there.
    """

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse], looked_at: CachedProbe | None = None
    ) -> None:
        self.get_response = get_response
        self.probe = looked_at or probe

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_probe(request.path_info) or request.path_info in DOCUMENTATION:
            return self.get_response(request)
        if self._is_shut():
            return _refusal()
        response = self.get_response(request)
        if response.status_code < 500 and self.probe.age() > LOOK_SECONDS:
            self.probe.condition()
        return response

    def _is_shut(self) -> bool:
        last = self.probe.last()
        if last is not None and not last.restored:
            return False
        condition = self.probe.condition()
        readiness.note(fault_of(condition))
        return condition.restored


def _refusal() -> HttpResponse:
    response = plain_response(503, NotReadyError.code, NotReadyError.message)
    vars(response)["_has_been_logged"] = True  # Django's: no line of an error for each
    return response
