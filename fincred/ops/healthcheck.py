"""`python -m fincred.ops.healthcheck`: is the server on this machine ready? For containers, which have no curl."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException


def ready(port: int, host: str) -> bool:
    """Whether `/health/ready` answers 200. Production refuses a Host it isn't configured for, so one is named."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v0/health/ready", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    allowed = os.environ.get("ALLOWED_HOSTS") or "localhost"
    sys.exit(not ready(int(os.environ.get("PORT") or 8000), allowed.split(",")[0].strip()))
