"""Pages of lists: rows in the body, their number in `X-Total-Count`, other pages in `Link` (RFC 8288)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from fincred.api.routes import canonical_path


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows from `offset`, of `total`."""

    limit: int
    offset: int
    total: int

    @property
    def offsets(self) -> dict[str, int]:
        """The offsets of first, prev, next and last; prev and next only where there is such a page."""
        last = max(0, (self.total - 1) // self.limit * self.limit)
        places = {"first": 0}
        if self.offset > 0:
            places["prev"] = max(0, min(self.offset - self.limit, last))
        if self.offset + self.limit < self.total:
            places["next"] = self.offset + self.limit
        return places | {"last": last}

    def headers(self, request: HttpRequest) -> dict[str, str]:
        """The headers; links keep the request's filters."""
        kept = request.GET.copy()
        kept.pop("limit", None)
        kept.pop("offset", None)
        filters = f"{kept.urlencode()}&" if kept else ""
        start = f"{request.build_absolute_uri(canonical_path(request))}?{filters}"
        links = [
            f'<{start}limit={self.limit}&offset={offset}>; rel="{relation}"'
            for relation, offset in self.offsets.items()
        ]
        return {"X-Total-Count": str(self.total), "Link": ", ".join(links)}
