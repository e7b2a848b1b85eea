"""The admin site with its start page and its search box."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path

from accounts.back_office import BackOffice
from fincred import clock


class Site(BackOffice):
    def get_urls(self) -> list[Any]:
        from fincred.back_office.search import find  # noqa: PLC0415  the site is made before the models

        return [path("find/", self.admin_view(find), name="find"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from fincred.back_office.start_page import start_page  # noqa: PLC0415

        return super().index(
            request, {**start_page(request.user, now=clock.moment_of(request)), **(extra_context or {})}
        )
