"""`gunicorn fincred.wsgi:application` is the whole service."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")

# gunicorn's own status for a worker that can't start, on which it stops as a whole instead of trying again.
_CANNOT_START = 3
_UTF_8 = frozenset({"utf-8", "utf8"})
_ANOTHER_CHARSET = "charset=another"

gc.disable()  # what is loaded here stays
try:
    _django = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(_CANNOT_START)
import_module(settings.ROOT_URLCONF)

if settings.DATABASE_POOLER == "transaction":
    # Statements without a timeout stop the start. Where no database answers, the first connection is looked at.
    with suppress(OperationalError):
        connection.ensure_connection()
    connection.close()

# All that code stays, and next to nothing of it is garbage. Looking through it took 30 ms each time, in which a
# worker answered no request.
gc.freeze()
# A request leaves fewer than a hundred objects in cycles. Python would look through all that a large plan is made
# of once for each 70 000 new objects, which took up to a fifth of the costliest requests and found nothing.
gc.set_threshold(700, 10, 100)
gc.enable()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application; three cases are handled before or after it.

    Django would decode by the charset of a Content-Type, although everything here is UTF-8. It would take a
    chunked body, which has no Content-Length, for an empty one. And it would keep the connection to the database
    until the client has taken the answer.
    """
    environ["CONTENT_TYPE"] = _with_plain_charset(environ.get("CONTENT_TYPE", ""))
    if environ.get("HTTP_TRANSFER_ENCODING") and environ.get("wsgi.input_terminated"):
        limit = settings.MAX_BODY_BYTES
        environ |= {"wsgi.input": ChunkedBody(environ["wsgi.input"], limit), "CONTENT_LENGTH": str(limit)}
    response: Any = _django(environ, start_response)
    if getattr(response, "streaming", True):
        return cast("Iterable[bytes]", response)
    chunks = list(response)
    response.close()
    return chunks


class ChunkedBody:
    """A body of unknown length, of which Django reads up to `limit` bytes; more than that is refused."""

    def __init__(self, body: Any, limit: int) -> None:
        self._body = body
        self._left = limit

    def read(self, size: int) -> bytes:
        return self._counted(self._body.read(size))

    def readline(self, size: int) -> bytes:
        return self._counted(self._body.readline(size))

    def _counted(self, data: bytes) -> bytes:
        """:raises RequestDataTooBig: there is more behind the limit."""
        self._left -= len(data)
        if not self._left and self._body.read(1):
            raise RequestDataTooBig
        return data


def _with_plain_charset(content_type: str) -> str:
    """The type without a charset that is UTF-8; any other becomes one that no codec has, and JSON in it is a 415.

    Some of the codecs that Python finds by name raise errors of their own when Django decodes by them.
    """
    if ";" not in content_type:
        return content_type
    kind, *parameters = content_type.split(";")
    boundary = [parameter for parameter in parameters if _name(parameter) == "boundary"]
    charsets = [parameter for parameter in parameters if _name(parameter).startswith("charset")]
    others = [_ANOTHER_CHARSET] if any(map(_is_another_charset, charsets)) else []
    return ";".join([kind, *boundary, *others])


def _name(parameter: str) -> str:
    return parameter.partition("=")[0].strip().lower()


def _is_another_charset(parameter: str) -> bool:
    return parameter.partition("=")[2].strip().strip('"').lower() not in _UTF_8
