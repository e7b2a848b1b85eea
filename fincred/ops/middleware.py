"""What surrounds every request: its id, its time, its log line, who really sent it, how large it may be."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from uuid import uuid4

from corsheaders import middleware as cors
from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.cache import patch_vary_headers

from fincred.api.exception_handler import plain_response
from fincred.context import Caller, Quota, Role, quotas, set_caller, update_caller
from fincred.ops import logs, metrics

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger(__name__)

# Headers that an answer keeps when its content is replaced: the last ones let pages of other origins read it.
_KEPT = ("allow", "vary", "access-control-")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-XSS-Protection": "1; mode=block",
    "Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload",
    "Referrer-Policy": "same-origin",
}


def rate_limit_headers(counted: tuple[Quota, ...]) -> dict[str, str]:
    """As in the IETF draft "RateLimit header fields for HTTP": a list, with an entry for each quota."""
    if not counted:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{quota.name}";q={quota.most};w={quota.window}' for quota in counted),
        "RateLimit": ", ".join(f'"{quota.name}";r={quota.left};t={quota.resets_in}' for quota in counted),
    }


class RequestContextMiddleware:
    """Outermost: gives the request its id, and the answer its headers, log line and figures."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        proposed = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = proposed if _REQUEST_ID.fullmatch(proposed) else str(uuid4())
        logs.start_context(request_id=request_id)
        user_agent = request.META.get("HTTP_USER_AGENT", "")
        set_caller(Caller(role=Role.PERSON, request_id=request_id, user_agent=user_agent))
        response = self._in_envelope(request, self.get_response(request))
        seconds = time.perf_counter() - started
        headers = SECURITY_HEADERS | rate_limit_headers(quotas())
        headers |= {"X-Request-ID": request_id, "X-Process-Time": f"{seconds * 1000:.2f}ms"}
        if "Referrer-Policy" in response.headers:  # a page may be stricter
            del headers["Referrer-Policy"]
        for name, value in headers.items():
            response.headers[name] = value
        if request.path_info.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""  # gunicorn drops it, and logs a warning each time
        self._record(request, response, seconds)
        return response

    @staticmethod
    def _in_envelope(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Pages and libraries answer errors in HTML or not at all; only the admin's people read HTML.

        With DEBUG Django's own page hides that the database can't be reached, and what a client did wrong: also
        from the admin's people.
        """
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        server_error = getattr(request, "server_error", None)
        is_away = server_error is not None and server_error.status_code == 503
        client_error = getattr(request, "client_error", None)
        is_page = request.path_info.startswith("/admin/") and not is_away and client_error is None
        if response.status_code < 400 or is_json or is_page:
            return response
        enveloped: HttpResponse = client_error or server_error or plain_response(response.status_code)
        for name, value in response.headers.items():
            if name.lower().startswith(_KEPT):
                enveloped.headers[name] = value
        return enveloped

    @staticmethod
    def _record(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        route = logs.route_of(request)
        metrics.observe(route=route, method=request.method or "", status=response.status_code, seconds=seconds)
        logger.info(
            "Request served",
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000, 2),
            },
        )


class TrustedProxyMiddleware:
    """`X-Forwarded-*` counts from TRUSTED_PROXIES only; from other addresses it is dropped."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if not self._trusted(request.META.get("REMOTE_ADDR", "")):
            for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"):
                request.META.pop(name, None)
        else:
            # The nearest hop that isn't one of our proxies is the client; what stands before it is only its claim.
            for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
                if not self._is_address(hop):
                    break
                request.META["REMOTE_ADDR"] = hop
                if not self._trusted(hop):
                    break
        update_caller(address=request.META.get("REMOTE_ADDR", ""))
        return self.get_response(request)

    @staticmethod
    def _is_address(text: str) -> bool:
        try:
            ip_address(text)
        except ValueError:
            return False
        return True

    def _trusted(self, address: str) -> bool:
        networks = settings.TRUSTED_PROXIES
        return (
            bool(networks) and self._is_address(address) and any(ip_address(address) in each for each in networks)
        )


class BodyLimitMiddleware:
    """Refuses a body by what is announced of it, before anything reads it.

    It may not be over 1 MiB, in an unknown coding, or a part (RFC 9110, 14.5), whose rest isn't empty.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        coding = request.META.get("HTTP_TRANSFER_ENCODING", "chunked")
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if coding.lower() != "chunked":
            return plain_response(
                415, message="Send the body as it is, or chunked: no other Transfer-Encoding is taken"
            )
        if not announced.isdecimal():
            return plain_response(400)
        if "HTTP_CONTENT_RANGE" in request.META:
            return plain_response(400, message="Send the whole body, without Content-Range")
        if int(announced) > settings.MAX_BODY_BYTES:
            return plain_response(413)
        if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
            return plain_response(415, message="Send the body as it is, without Content-Encoding")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A body that the client breaks off or sends too slowly is the client's fault, not ours."""
        return plain_response(400) if isinstance(exception, UnreadablePostError) else None


class CorsMiddleware(cors.CorsMiddleware):
    """The library's, called only for requests with an `Origin`, as pages send it: it reads all headers."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or not request.path_info.startswith("/api/"):
            return super().__call__(request)
        response = self.get_response(request)
        patch_vary_headers(response, ("origin",))  # type: ignore[arg-type]
        return response


class BrowserMiddleware:
    """What follows in MIDDLEWARE is for people with a browser: cookies, forms, pages. The API goes past it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.for_browsers = get_response
        self.for_clients = _end_of_chain(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path_info.startswith("/api/")
        return self.for_clients(request) if is_api else self.for_browsers(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> HttpResponse | None:
        """A form that its client breaks off is a 400; Django's check, which follows, would call it a forgery.

        That check, too, reads a form only if it came with a cookie.
        """
        if not getattr(view, "csrf_exempt", False) and settings.CSRF_COOKIE_NAME in request.COOKIES:
            try:
                request.POST  # noqa: B018  reads it
            except UnreadablePostError:
                return plain_response(400)
        return None


def _end_of_chain(get_response: Any) -> GetResponse:
    """The function that calls the view. Django wraps a middleware in a function that has it as `__wrapped__`."""
    while hasattr(middleware := get_response.__wrapped__, "get_response"):
        get_response = middleware.get_response
    answer: GetResponse = get_response
    return answer
