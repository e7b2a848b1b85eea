"""The operations of the OpenAPI document, for tests of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fincred.api.openapi import document


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    described: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/v0')}"

    @property
    def content(self) -> dict[str, Any]:
        """The description of its JSON body; empty when it takes none."""
        content = self.described.get("requestBody", {}).get("content", {})
        return dict(content.get("application/json", {}))

    @property
    def example(self) -> dict[str, Any]:
        """The document's own example of a request; empty when it takes no body."""
        return next((example["value"] for example in self.content.get("examples", {}).values()), {})

    @property
    def is_for_people(self) -> bool:
        return {"bearer": []} in self.described.get("security", [])

    def parameters(self, place: str) -> list[str]:
        declared = self.described.get("parameters", [])
        return [parameter["name"] for parameter in declared if parameter["in"] == place]


OPERATIONS = [
    Operation(method.upper(), path, described)
    for path, methods in document()["paths"].items()
    for method, described in methods.items()
]
WITH_IDS = [operation for operation in OPERATIONS if "_id}" in operation.path]
