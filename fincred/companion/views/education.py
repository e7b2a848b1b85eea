"""Education: short texts, open to everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.rate_limits import PerNetwork
from accounts.views.base import PublicView
from fincred.companion import examples
from fincred.companion.models import Snippet
from fincred.companion.serializers.education import SnippetFilter, SnippetSerializer
from fincred.companion.views import documented
from fincred.errors import ResourceNotFoundError


class SnippetList(PublicView):
    throttle_classes = [PerNetwork]

    @documented(
        summary="Education texts",
        description="By topic and title. Education, not advice; no token is needed.",
        query=SnippetFilter,
        response=SnippetSerializer(many=True),
        response_example=[examples.SNIPPET],
    )
    def get(self, request: Request) -> HttpResponse:
        snippets, total = self.fetch_page(Snippet.objects.filter(**self.query(SnippetFilter)))
        return self.page(snippets, SnippetSerializer, total=total)


class SnippetDetail(PublicView):
    throttle_classes = [PerNetwork]

    @documented(
        summary="One education text",
        description="Open to everybody, without a token.",
        response=SnippetSerializer,
        response_example=examples.SNIPPET,
    )
    def get(self, request: Request, snippet_id: UUID) -> HttpResponse:
        snippet = Snippet.objects.filter(pk=snippet_id).first()
        if snippet is None:
            raise ResourceNotFoundError
        return self.answer(snippet, SnippetSerializer)
