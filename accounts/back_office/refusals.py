"""What the back office refuses: a page for browsers; other clients get the envelope, or a line of text."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from fincred import errors
from fincred.api import exception_handler
from fincred.context import caller

FORBIDDEN: Final = "Your role doesn't open this page or do this action. A superuser gives roles."
MISSING: Final = "There is no such page, or what it was about is gone. The search box finds what is there."
AWAY: Final = "The database can't be reached, or takes no changes now. Try again in a minute."
FAULT: Final = "That is a fault of FinCred. Tell an operator the request id: the log has what happened."
TOO_MUCH: Final = "Too much was sent at once, so nothing was done. Go back, and choose or type less."
NOT_UTF8: Final = "Something in this address isn't UTF-8, so it can't be read. Type it again."
TWICE: Final = "This address gives two values for one name, and it is unclear which is meant."
TOO_OLD: Final = "The page you came from is too old. Go back, load it again and repeat what you did."


def is_browser(request: HttpRequest) -> bool:
    """Whether the client names HTML among what it takes."""
    return "text/html" in request.headers.get("Accept", "")


def refusal(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """A page that says what is refused; a line of text for clients that aren't browsers."""
    if not is_browser(request):
        return HttpResponse(f"{text}\n", status=status, content_type="text/plain")
    context = {**admin.site.each_context(request), "title": "That doesn't work", "text": text}
    return render(request, "back_office/refused.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its session's token, as one from before a sign-in. Only the back office has forms."""
    if not is_browser(request):
        return exception_handler.csrf_failure(request, reason)
    return refusal(request, TOO_OLD, 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A form with too many fields, as when all rows of many lists are chosen, is a page; else the envelope."""
    answer = exception_handler.bad_request(request, exception)
    is_form = isinstance(exception, TooManyFieldsSent | TooManyFilesSent | RequestDataTooBig)
    if not (is_form and request.path_info.startswith(reverse("admin:index")) and is_browser(request)):
        return answer
    return refusal(request, TOO_MUCH, answer.status_code)


def server_error(request: HttpRequest) -> HttpResponse:
    """An unexpected exception, or no database: a page for browsers in the back office; else the envelope.

    The page is made without the request: with it the database would be asked who is signed in.
    """
    answer = exception_handler.server_error(request)
    if not request.path_info.startswith(reverse("admin:index")) or not is_browser(request):
        return answer
    is_away = answer.status_code == exception_handler.status_of(errors.DatabaseUnavailableError)
    context = {
        "title": "The database is away" if is_away else "Something went wrong",
        "text": AWAY if is_away else FAULT,
        "request_id": caller().request_id,
        "again": request.get_full_path() if request.method == "GET" else "",
        "site_header": admin.site.site_header,
    }
    page = render_to_string("back_office/failed.html", context)
    retry = {name: value for name, value in answer.headers.items() if name == "Retry-After"}
    return HttpResponse(page, status=answer.status_code, headers=retry)
