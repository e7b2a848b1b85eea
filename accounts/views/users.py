"""The person: who they are, their profile, what is held about them, and leaving."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from accounts import examples, services
from accounts.errors import StaffRoleHeldError
from accounts.serializers import PasswordConfirmationSerializer, ProfileSerializer, UserSerializer
from accounts.views.base import SessionView
from fincred.api.openapi import documented
from fincred.errors import NoFieldsToUpdateError


class Me(SessionView):
    @documented(
        summary="Who I am",
        description="The account and its profile.",
        response=UserSerializer,
        response_example=examples.USER,
    )
    def get(self, request: Request) -> HttpResponse:
        return self.answer(self.user, UserSerializer)

    @documented(
        summary="Erase me",
        description=(
            "Everything held about the person is deleted, at once and for good. The body confirms it. Backups, "
            "which are kept for 35 days at most, hold the person until then; what restores one erases them again. "
            "A person with a role in the back office is refused with 409 until a superuser has taken it away."
        ),
        request=PasswordConfirmationSerializer,
        request_example={"password": "correct horse battery"},
        status=204,
        errors=(StaffRoleHeldError,),
    )
    def delete(self, request: Request) -> HttpResponse:
        data = self.validated(PasswordConfirmationSerializer)
        services.leave(user=self.user, expected=self.expected, now=self.now, **data)
        return self.no_content()


class Export(SessionView):
    cost = 20

    @documented(
        summary="Everything held about me",
        description=(
            "One JSON attachment, with a section for each part of FinCred. What a section holds grows with "
            "FinCred, so its fields are not described here."
        ),
        response=OpenApiTypes.OBJECT,
        response_example=examples.EXPORT,
        headers=("Content-Disposition",),
    )
    def get(self, request: Request) -> HttpResponse:
        sections = services.export_person(user=self.user, now=self.now)
        name = f"fincred-export-{self.today}.json"
        return self.answer(sections, headers={"Content-Disposition": f'attachment; filename="{name}"'})


_UPDATE: dict[str, Any] = {
    "description": "PATCH and PUT alike change only what is named; null forgets.",
    "request": ProfileSerializer,
    "response": ProfileSerializer,
    "errors": (NoFieldsToUpdateError,),
    "request_example": examples.PROFILE_CHANGES,
    "response_example": examples.PROFILE,
}


class ProfileDetail(SessionView):
    @documented(
        summary="My profile",
        description="It is there from the registration on; null where the person said nothing.",
        response=ProfileSerializer,
        response_example=examples.PROFILE,
    )
    def get(self, request: Request) -> HttpResponse:
        return self.answer(self.user.profile, ProfileSerializer)

    @documented(summary="Change my profile", **_UPDATE)
    def patch(self, request: Request) -> HttpResponse:
        return self._update()

    @documented(summary="Change my profile", **_UPDATE)
    def put(self, request: Request) -> HttpResponse:
        return self._update()

    def _update(self) -> HttpResponse:
        changes = self.validated(ProfileSerializer, stored=self.user.profile)
        profile = services.update_profile(user=self.user, expected=self.expected, now=self.now, **changes)
        return self.answer(profile, ProfileSerializer)
