"""Django's own request, a private attribute of DRF's. Reading attributes through DRF's is slower."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request


def django_request(request: Request) -> HttpRequest:
    return request._request
