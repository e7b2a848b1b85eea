"""The admin site with its start page and its search box."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path

from accounts.back_office import BackOffice
from fincred import clock

_ORDER: Final = ("accounts", "goals", "planning", "tracking", "companion", "ops")


class Site(BackOffice):
    def get_urls(self) -> list[Any]:
        from fincred.back_office.metrics_page import metrics_page  # noqa: PLC0415  the site is made before the models
        from fincred.back_office.search import find  # noqa: PLC0415

        return [
            path("find/", self.admin_view(find), name="find"),
            path("metrics/", self.admin_view(metrics_page), name="metrics"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What is needed most comes first: of its own group the list of people."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: model["object_name"] != "User")
        return sorted(apps, key=lambda app: _ORDER.index(app["app_label"]))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from fincred.back_office.start_page import start_page  # noqa: PLC0415

        return super().index(
            request, {**start_page(request.user, now=clock.moment_of(request)), **(extra_context or {})}
        )
