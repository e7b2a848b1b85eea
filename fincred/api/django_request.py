"""Django's request inside of DRF's, which keeps it private; reading attributes through DRF's is slower."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request


def django_request(request: Request) -> HttpRequest:
    return request._request
