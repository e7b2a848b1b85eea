"""What drf-spectacular is told: how the OpenAPI document and its pages are made, and what heads the document.

Django's settings import this, so it imports nothing of Django.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def spectacular_settings(*, introduction: Path, version: str) -> dict[str, Any]:
    return {
        "TITLE": "FinCred",
        "OAS_VERSION": "3.1.1",
        "VERSION": version,
        "DESCRIPTION": introduction.read_text(),
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_AUTHENTICATION": [],
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {
            "persistAuthorization": True,
            "displayRequestDuration": True,
            "filter": True,
            "validatorUrl": None,  # pages on a public host would send the schema to another server
        },
        # Choices stay inside their schemas: as schemas of their own, "type" would need invented names.
        "POSTPROCESSING_HOOKS": ["fincred.api.openapi.finish"],
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # they would list each value as its own explanation
        "SCHEMA_PATH_PREFIX": "/api/v0",
        "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
        "SERVERS": [{"url": "/", "description": "The server that this document comes from."}],
        "CONTACT": {"name": "FinCred support", "email": "support@fincred.example"},
        "LICENSE": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
        "TAGS": [
            {"name": "accounts", "description": "Who a person is, how they sign in, what is held about them."},
            {"name": "goals", "description": "What a person wants to have saved or paid off, and by when."},
            {
                "name": "planning",
                "description": "Their money as they tell it, and what to do with it each month.",
            },
            {"name": "tracking", "description": "Check-ins, progress against the plan, streaks, milestones."},
            {"name": "companion", "description": "What the existing mobile app calls besides."},
            {"name": "health", "description": "For load balancers and operators."},
        ],
    }
