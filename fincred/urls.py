"""Every path. The API lives under /api/v0, each app brings its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView

import accounts.urls
import fincred.companion.urls
import goals.urls
import planning.urls
import tracking.urls
from fincred.api.openapi import openapi_json
from fincred.ops import health
from fincred.ops.metrics import metrics

admin.site.site_header = "FinCred back office"
admin.site.site_title = "FinCred"
admin.site.index_title = "How it goes, and who needs help"

# Patterns are tried one after another: what is asked most comes first.
api = [
    *goals.urls.urlpatterns,
    *tracking.urls.urlpatterns,
    *planning.urls.urlpatterns,
    *accounts.urls.urlpatterns,
    *fincred.companion.urls.urlpatterns,
    path("health", health.Health.as_view()),
    path("health/live", health.Live.as_view()),
    path("health/ready", health.Ready.as_view()),
    path("health/db", health.Database.as_view()),
    path("health/detailed", health.Detailed.as_view()),
]

urlpatterns = [
    path("api/v0/", include(api)),
    path("", RedirectView.as_view(url="/docs")),
    path("docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("redoc", SpectacularRedocView.as_view(url_name="openapi"), name="redoc"),
    path("openapi.json", openapi_json, name="openapi"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "accounts.back_office.refusals.bad_request"
handler403 = "fincred.api.exception_handler.permission_denied"
handler404 = "fincred.api.exception_handler.not_found"
handler500 = "accounts.back_office.refusals.server_error"
