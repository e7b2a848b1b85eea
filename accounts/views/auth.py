"""Registering, verifying, signing in and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import examples, services
from accounts.errors import (
    AccountInactiveError,
    AccountNotVerifiedError,
    EmailAlreadyExistsError,
    InvalidCredentialsError,
    TokenExpiredError,
    TokenInvalidError,
    TokenReusedError,
)
from accounts.parsers import MultipartFormParser, URLEncodedParser
from accounts.rate_limits import SIGN_OUT
from accounts.serializers import (
    AddressSerializer,
    CredentialsFormSerializer,
    CredentialsSerializer,
    LoginAnswerSerializer,
    MailedTokenQuery,
    MailedTokenSerializer,
    MessageSerializer,
    RefreshSerializer,
    RegisteredSerializer,
    RegisterSerializer,
    TokenPairSerializer,
)
from accounts.views.base import MAIL_SECONDS, PublicView, SessionView, lasting
from accounts.vocabulary import EndReason
from fincred.api.openapi import documented
from fincred.api.parsers import StrictJSONParser


class Register(PublicView):
    cost = 2

    @documented(
        summary="Register",
        description="Sends the verification mail. `first_name` and `last_name` are joined to `full_name`.",
        request=RegisterSerializer,
        response=RegisteredSerializer,
        status=201,
        errors=(EmailAlreadyExistsError,),
        request_example=examples.CREDENTIALS | {"full_name": "Sam Saver"},
        response_example={"message": "Welcome! Please check your mail.", "email": "sam@example.com"},
    )
    def post(self, request: Request) -> HttpResponse:
        user = services.register(now=self.now, **self.validated(RegisterSerializer))
        message = "Welcome! You can sign in now." if user.is_verified else "Welcome! Please check your mail."
        return self.answer({"message": message, "email": user.email}, RegisteredSerializer, status=201)


class VerifyEmail(PublicView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Any: programs that don't accept JSON open the link too, and couldn't handle a 406."""
        return super().perform_content_negotiation(request, force=force or request.method != "POST")

    @documented(
        summary="Verify the address and sign in",
        description="Takes the token of the mailed link, which signs in once. The answer is that of a login.",
        request=MailedTokenSerializer,
        response=LoginAnswerSerializer,
        errors=(TokenInvalidError, TokenExpiredError),
        request_example={"token": examples.SECRET},
        response_example=examples.LOGIN_ANSWER,
    )
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(MailedTokenSerializer)
        user, pair = services.verify_email_and_login(now=self.now, **data)
        return self.answer({**asdict(pair), "user": user}, LoginAnswerSerializer)

    @documented(
        summary="Verify the address (the link in the mail)",
        description="Signs no one in, since mail scanners open links. The same answer as long as the token lives.",
        query=MailedTokenQuery,
        response=MessageSerializer,
        errors=(TokenInvalidError, TokenExpiredError),
        response_example={"message": "Thank you, your address is verified. You can log in now."},
    )
    def get(self, request: Request) -> HttpResponse:
        services.verify_email(now=self.now, **self.query(MailedTokenQuery))
        message = "Thank you, your address is verified. You can log in now."
        return self.answer({"message": message}, MessageSerializer)


class ResendVerification(PublicView):
    @documented(
        summary="Send the verification mail again",
        description="The same answer for every address.",
        request=AddressSerializer,
        response=MessageSerializer,
        request_example={"email": "sam@example.com"},
        response_example={"message": "If this address waits for verification, a mail is on its way."},
    )
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(AddressSerializer)
        with lasting(MAIL_SECONDS):
            services.resend_verification(now=self.now, **data)
        message = "If this address waits for verification, a mail is on its way."
        return self.answer({"message": message}, MessageSerializer)


class Login(PublicView):
    parser_classes = [StrictJSONParser, URLEncodedParser, MultipartFormParser]

    @documented(
        summary="Log in",
        description=(
            "A form of `username` and `password`, as OAuth 2 clients send it, is taken as well "
            "(`application/x-www-form-urlencoded` or `multipart/form-data`)."
        ),
        request={"application/json": CredentialsSerializer},
        response=LoginAnswerSerializer,
        request_example={"email": "sam@example.com", "password": "correct horse battery"},
        errors=(InvalidCredentialsError, AccountInactiveError, AccountNotVerifiedError),
        response_example=examples.LOGIN_ANSWER,
    )
    def post(self, request: Request) -> HttpResponse:
        kind = (request.content_type or "").lower()
        is_form = kind.startswith((URLEncodedParser.media_type, MultipartFormParser.media_type))
        data = self.validated(CredentialsFormSerializer if is_form else CredentialsSerializer)
        user, pair = services.login(now=self.now, **data)
        return self.answer({**asdict(pair), "user": user}, LoginAnswerSerializer)


class Refresh(PublicView):
    @documented(
        summary="A new pair of tokens for a refresh token",
        description=(
            "The refresh token is spent by this. Sent again within ten seconds it is refused; later than that it "
            "must be somebody else's copy, and its session ends."
        ),
        request=RefreshSerializer,
        response=TokenPairSerializer,
        errors=(TokenInvalidError, TokenExpiredError, TokenReusedError),
        request_example={"refresh_token": examples.SECRET},
        response_example=examples.PAIR,
    )
    def post(self, request: Request) -> HttpResponse:
        pair = services.refresh(now=self.now, **self.validated(RefreshSerializer))
        return self.answer(pair, TokenPairSerializer)


class _SigningOutView(SessionView):
    """A person who has used up their writes can still sign out."""

    write_limit = SIGN_OUT


class Logout(_SigningOutView):
    @documented(
        summary="End this session",
        description="Its access and refresh tokens stop working at once.",
        response=MessageSerializer,
        response_example={"message": "You are logged out."},
    )
    def post(self, request: Request) -> HttpResponse:
        services.end_session(session_id=self.session.pk, reason=EndReason.LOGOUT, now=self.now)
        return self.answer({"message": "You are logged out."}, MessageSerializer)


class LogoutAll(_SigningOutView):
    @documented(
        summary="End every session of the person",
        description=(
            "The tokens of all devices stop working at once, also the one of this request, and so do links that "
            "were mailed, or asked for, before to reset the password."
        ),
        response=MessageSerializer,
        response_example={"message": "You are logged out everywhere."},
    )
    def post(self, request: Request) -> HttpResponse:
        services.end_all_sessions(user=self.user, reason=EndReason.LOGOUT_ALL, now=self.now)
        return self.answer({"message": "You are logged out everywhere."}, MessageSerializer)
