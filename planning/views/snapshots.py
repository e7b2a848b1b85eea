"""Snapshots: the newest version of a person's money, and its history."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from fincred.api.openapi import documented
from fincred.api.views import ApiView
from fincred.errors import NoFieldsToUpdateError
from planning import examples
from planning.queries import NEWEST_SNAPSHOTS
from planning.serializers.snapshots import NO_SNAPSHOT, SnapshotSerializer, SnapshotWriteSerializer
from planning.services.snapshots import store_snapshot


class SnapshotView(ApiView):
    @documented(
        summary="The newest snapshot",
        description="Nulls and empty lists when there is none yet.",
        response=SnapshotSerializer,
        response_example=examples.SNAPSHOT,
    )
    def get(self, request: Request) -> HttpResponse:
        [newest] = self.fetch(NEWEST_SNAPSHOTS.bind(owner=self.user_id).page(limit=1))
        return self.answer(newest[0], SnapshotSerializer) if newest else self.answer(NO_SNAPSHOT, revision=0)

    @documented(
        summary="Store a new version of the snapshot",
        description=(
            "A whole document: an absent list is empty; a body that names no field, or only nulls, is refused. "
            "Give `incomes`, or one `income`. Older versions stay in the history. Every action plan whose numbers "
            "change gets a new version."
        ),
        request=SnapshotWriteSerializer,
        errors=(NoFieldsToUpdateError,),
        response=SnapshotSerializer,
        request_example=examples.NEW_SNAPSHOT,
        response_example=examples.SNAPSHOT,
    )
    def put(self, request: Request) -> HttpResponse:
        contents = self.validated(SnapshotWriteSerializer)["contents"]
        snapshot = store_snapshot(
            owner=self.user, contents=contents, expected=self.expected, now=self.now, today=self.today
        )
        return self.answer(snapshot, SnapshotSerializer)


class SnapshotHistory(ApiView):
    cost = 1

    @documented(
        summary="Every version of the snapshot, newest first",
        description="Each as it was stored, with the sums of its entries.",
        response=SnapshotSerializer(many=True),
        response_example=[examples.SNAPSHOT],
    )
    def get(self, request: Request) -> HttpResponse:
        snapshots, total = self.fetch_page(NEWEST_SNAPSHOTS.bind(owner=self.user_id))
        return self.page(snapshots, SnapshotSerializer, total=total)
