"""Django's admin as this project runs it."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "fincred.back_office.site.Site"
