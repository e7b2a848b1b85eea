"""`python -m fincred.ops.healthcheck`: is the server on this machine ready? For containers, which have no curl."""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

from fincred.env_file import port


def check(number: int) -> str:
    """What is wrong, in words; empty when `/health/ready` answers 200."""
    connection = HTTPConnection("127.0.0.1", number, timeout=5)
    try:
        connection.request("GET", "/api/v0/health/ready")
        response = connection.getresponse()
        answer = response.read().decode(errors="replace")
        return "" if response.status == 200 else f"Port {number} answers {response.status}: {answer}"
    except (OSError, HTTPException) as error:
        return f"Port {number} doesn't answer: {error}"
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(check(port()) or 0)
