"""What the back office refuses: a page for browsers; other clients get the envelope, or a line of text."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fincred.api import exception_handler

FORBIDDEN: Final = "Your role doesn't open this page or do this action. A superuser gives roles."
MISSING: Final = "There is no such page, or what it was about is gone. The search box finds what is there."
TOO_OLD: Final = "The page you came from is too old. Go back, load it again and repeat what you did."


def is_browser(request: HttpRequest) -> bool:
    """Whether the client names HTML among what it takes."""
    return "text/html" in request.headers.get("Accept", "")


def refusal(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """A page that says what is refused; a line of text for who isn't a browser."""
    if not is_browser(request):
        return HttpResponse(f"{text}\n", status=status, content_type="text/plain")
    context = {**admin.site.each_context(request), "title": "That doesn't work", "text": text}
    return render(request, "back_office/refused.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its session's token, as one from before a sign-in. Only the back office has forms."""
    if not is_browser(request):
        return exception_handler.csrf_failure(request, reason)
    return refusal(request, TOO_OLD, 403)
