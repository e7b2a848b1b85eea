"""The answer to a request that never reaches Django: in the envelope, and quoting nothing of the request."""

from __future__ import annotations

from gunicorn.http.errors import (
    ExpectationFailed,
    InvalidHeader,
    InvalidHTTPVersion,
    InvalidRequestLine,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)


class HostMissingError(ParseException):  # type: ignore[misc]  # gunicorn has no types
    """A request of HTTP/1.1 says no host (RFC 9112, 3.2)."""


class FragmentError(ParseException):  # type: ignore[misc]
    """A request line has a `#`, which no address of a request has (RFC 9112, 3.2): gunicorn drops what follows."""


class KeyRepeatedError(ParseException):  # type: ignore[misc]
    """A request has several keys; joined they would be a key that a repeated request may not have."""


# The first that fits; anything else is a fault of ours.
_STATUS: dict[type[Exception], int] = {
    InvalidResponseHeader: 500,
    InvalidResponseHeaderName: 500,
    LimitRequestLine: 414,
    LimitRequestHeaders: 431,
    ExpectationFailed: 417,
    ParseException: 400,
}


def status_of(fault: Exception) -> int:
    """The status that a fault in reading a request is answered with."""
    if _names_another_coding(fault):
        return 415
    return next((status for kind, status in _STATUS.items() if isinstance(fault, kind)), 500)


def message_of(fault: Exception) -> str | None:
    """A sentence for people, where the status alone doesn't say enough."""
    if isinstance(fault, HostMissingError):
        return "HTTP/1.1 needs a Host header"
    if isinstance(fault, FragmentError):
        return "Write # as %23: in the request line it would end the address"
    if isinstance(fault, KeyRepeatedError):
        return "Send one Idempotency-Key"
    if _names_another_coding(fault):
        return "Send the body as it is, or chunked: no other Transfer-Encoding is taken"
    if _holds_unencoded(fault):
        return "Spaces, control characters and all but ASCII have to be percent-encoded in the request line"
    return None


def _names_another_coding(fault: Exception) -> bool:
    """Whether the body is in a Transfer-Encoding that isn't taken, `chunked` being last or not.

    Where it isn't last RFC 9112 (6.3) has a 400: this one tells what to change, and closes the connection as well.
    """
    if isinstance(fault, UnsupportedTransferCoding):
        return True
    if not isinstance(fault, InvalidHeader) or fault.hdr != "TRANSFER-ENCODING":
        return False
    headers = fault.req.headers if fault.req else ()
    lists = [value.lower().split(",") for name, value in headers if name == fault.hdr]
    return any(coding.strip() != "chunked" for codings in lists for coding in codings)


def _holds_unencoded(fault: Exception) -> bool:
    if isinstance(fault, InvalidHTTPVersion):  # gunicorn takes all that follows a second space for it
        return " HTTP/" in str(fault.version)
    return isinstance(fault, InvalidRequestLine) and not (fault.req.isascii() and fault.req.isprintable())


def answer(status: int, message: str | None = None, *, request_id: str = "", is_head: bool = False) -> bytes:
    """The refusal as it goes over the wire, with the log line and the figures of every other answer.

    `request_id` is the one that the client proposes. The answer to a HEAD has no body.
    """
    # Only workers import Django: what the arbiter imports would survive a reload.
    from django.http import HttpRequest  # noqa: PLC0415

    from fincred.api.exception_handler import plain_response  # noqa: PLC0415
    from fincred.ops.middleware import RequestContextMiddleware  # noqa: PLC0415

    refusal = plain_response(status, message=message)
    request = HttpRequest()
    request.META["HTTP_X_REQUEST_ID"] = request_id
    response = RequestContextMiddleware(lambda _: refusal)(request)
    # The Origin may not have been read. Pages of any may see that their request was too long.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "X-Process-Time, X-Request-ID"
    response.headers["Cache-Control"] = "no-store"  # the path may not have been read either
    response.headers["Connection"] = "close"
    response.headers["Content-Length"] = str(len(response.content))
    head = f"HTTP/1.1 {status} {response.reason_phrase}\r\n".encode()
    return head + response.serialize_headers() + b"\r\n\r\n" + (b"" if is_head else response.content)
