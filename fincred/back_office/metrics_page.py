"""The metrics that are read from the database, for operators: every process has the same. No personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from fincred.ops.figures import StoredFigures

_MOMENT = "_timestamp_seconds"


@dataclass(frozen=True, slots=True)
class Line:
    """A metric of one thing, such as a job; `of` is empty where there is only one."""

    words: str
    of: str
    value: str
    name: str


def metrics_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("ops.view_jobstate"):
        raise PermissionDenied
    lines = [
        Line(metric.documentation, ", ".join(sample.labels.values()), _value(sample), sample.name)
        for metric in StoredFigures().collect()
        for sample in metric.samples
    ]
    context = {**admin.site.each_context(request), "title": "Metrics", "lines": lines}
    return TemplateResponse(request, "back_office/metrics.html", context)


def _value(sample: Any) -> str:
    if sample.name.endswith(_MOMENT):
        return f"{datetime.fromtimestamp(sample.value, UTC):%-d %b %Y %H:%M:%S} UTC" if sample.value else "never"
    return f"{sample.value:,.2f}".removesuffix(".00")
