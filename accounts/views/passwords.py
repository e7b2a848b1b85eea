"""Changing a password, and replacing a forgotten one."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import examples, services
from accounts.errors import TokenExpiredError, TokenInvalidError
from accounts.serializers import (
    AddressSerializer,
    MessageSerializer,
    PasswordChangeSerializer,
    PasswordResetSerializer,
    TokenPairSerializer,
)
from accounts.views.base import MAIL_SECONDS, PublicView, SessionView, lasting
from fincred.api.openapi import documented


class PasswordChange(SessionView):
    @documented(
        summary="Change the password",
        description="Every session ends, with its tokens; the answer is the first pair of a new one.",
        request=PasswordChangeSerializer,
        response=TokenPairSerializer,
        request_example={"current_password": "correct horse battery", "new_password": "staple the horse"},
        response_example=examples.PAIR,
    )
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(PasswordChangeSerializer)
        pair = services.change_password(user=self.user, now=self.now, **data)
        return self.answer(pair, TokenPairSerializer)


class PasswordReset(PublicView):
    @documented(
        summary="Ask for a mail to set a new password",
        description="The same answer for every address. The token in the mail works once, for one hour.",
        request=AddressSerializer,
        response=MessageSerializer,
        request_example={"email": "sam@example.com"},
        response_example={"message": "If this address has an account, a mail is on its way."},
    )
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(AddressSerializer)
        with lasting(MAIL_SECONDS):
            services.request_reset(now=self.now, **data)
        return self.answer({"message": "If this address has an account, a mail is on its way."}, MessageSerializer)


class PasswordResetConfirm(PublicView):
    @documented(
        summary="Set a new password with the mailed token",
        description="Every session ends. A refused password leaves the token usable.",
        request=PasswordResetSerializer,
        response=MessageSerializer,
        errors=(TokenInvalidError, TokenExpiredError),
        request_example={"token": examples.SECRET, "new_password": "staple the horse"},
        response_example={"message": "Your new password is set. You can log in now."},
    )
    def post(self, request: Request) -> HttpResponse:
        services.reset_password(now=self.now, **self.validated(PasswordResetSerializer))
        return self.answer({"message": "Your new password is set. You can log in now."}, MessageSerializer)
