"""Parts of the OpenAPI document that operations share: the error envelope and headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# "Error" would shadow a built-in type in generated clients.
ERROR_SCHEMA = "ErrorEnvelope"
FIELD_ERROR = {
    "type": "object",
    "required": ["field", "message", "code"],
    "properties": {
        "field": {
            "type": ["string", "null"],
            "description": "Where in the request: nested fields have dots (`debts.0.balance`), the whole is null.",
        },
        "message": {"type": "string", "description": "For people; may change."},
        "code": {"type": "string", "description": "For programs; stable."},
    },
}
ERROR_ENVELOPE = {
    "type": "object",
    "required": ["success", "error", "error_code", "details"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {"type": "string", "description": "For people; may change."},
        "error_code": {"type": "string", "description": "For programs; stable."},
        "details": {
            "type": "object",
            "description": "Facts of this refusal.",
            "properties": {
                "errors": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/FieldError"},
                    "description": "What is wrong with which field; only where fields are refused.",
                },
            },
            "additionalProperties": {},
        },
    },
}


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"schema": {"type": kind}, "description": description}


HEADERS = {
    "Content-Disposition": _header("The name under which a page or an app may save the answer."),
    "ETag": _header(
        "Changes with the answer; in `If-None-Match` it saves sending the same answer again. "
        'Of an object that can be changed it is `"<version>-<hash>"`, for `If-Match`.'
    ),
    "Idempotent-Replayed": _header("`true` where the answer is the one given before for this key."),
    "Link": _header("The pages `first`, `prev`, `next` and `last` (RFC 8288)."),
    "Location": _header("The path of the new object."),
    "RateLimit": _header("What is left of the quotas, and in how many seconds they start again."),
    "RateLimit-Policy": _header("The quotas that the request counts against."),
    "Retry-After": _header("Seconds to wait before the next try.", "integer"),
    "WWW-Authenticate": _header("Always `Bearer`."),
    "X-Process-Time": _header("How long the server worked on it, like `12.34ms`."),
    "X-Request-ID": _header(
        "The client's own where it sent one that matches `[A-Za-z0-9._-]{1,128}`, else a new one. "
        "The server's logs have it."
    ),
    "X-Total-Count": _header("How many rows there are on all pages.", "integer"),
}
COUNTED = ("RateLimit", "RateLimit-Policy")
ALWAYS = ("X-Request-ID", "X-Process-Time")
HEADERS_OF_ERRORS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
# Refused before anything is counted. Each other answer can come after it; a 400 or a 401, for instance, does both.
UNCOUNTED = (406,)


def header_references(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


_ETAG = r'(W/)?"[!#-~]*"'
_ETAGS = {"type": "string", "pattern": rf"^(\*|{_ETAG}( *, *{_ETAG})*)$"}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": (
        "Makes the request safe to repeat for a day: it is done once and answered the same. The refusal of a body "
        "that can be read is kept too, but for 401, 403, 412, 429 and 5xx: a mended body needs another key, with "
        "the same it is a 422."
    ),
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": _ETAGS,
    "description": "ETags of answers that the client has kept, or `*`: 304 if one of them is still right.",
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": _ETAGS,
    "description": "The ETag of what is to be changed, or several, or `*`: 412 if it has another version by now.",
}
IF_NONE_MATCH_OF_CHANGES = {
    "in": "header",
    "name": "If-None-Match",
    "schema": _ETAGS,
    "description": "`*`: 412 if something is stored already. ETags: 412 if it has the version of one of them.",
}
NOT_MODIFIED = "The client has this answer."
