"""`gunicorn fincred.wsgi:application` is the whole service."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")

# gunicorn's own status for a worker that can't start, on which it stops as a whole instead of trying again.
_CANNOT_START = 3

try:
    _django = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(_CANNOT_START)
import_module(settings.ROOT_URLCONF)

# All that code stays. Looking through it for garbage took 30 ms each time, in which a worker answered nobody.
gc.collect()
gc.freeze()

_CHUNKED_LIMIT = 16 * 1024 * 1024


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, with two things set right before it looks.

    It reads a body by its Content-Length; a chunked one has none, and would look empty. And it would follow the
    charset of a Content-Type, whatever that is, although everything here is UTF-8.
    """
    environ["CONTENT_TYPE"] = _without_charset(environ.get("CONTENT_TYPE", ""))
    if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read(_CHUNKED_LIMIT)
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    return _django(environ, start_response)


def _without_charset(content_type: str) -> str:
    kind, *parameters = content_type.split(";")
    kept = [parameter for parameter in parameters if parameter.strip().lower().startswith("boundary=")]
    return ";".join([kind, *kept])
